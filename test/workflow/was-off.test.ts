import { approve, openGate, scriptedRun } from '../support/scripted-run.ts';

const { products, start } = scriptedRun();

const looks = (): number => products.calls.filter((call) => call === 'guest-s inspect').length;

test('a VM that was off is looked into again once it is plugged in, for the addresses it keeps', async () => {
  products.vms.set('src-1', { power: 'off', connected: true, autostart: false });
  const handle = await start('looked-again');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  expect(looks()).toBe(1);
  await approve(handle, 'go');
  await openGate(handle, 'cutover');
  expect(looks()).toBe(2);
});

test('a VM that was on is looked into once', async () => {
  const handle = await start('looked-once');
  await approve(handle, 'cutover');
  await approve(handle, 'go');
  await openGate(handle, 'cutover');
  expect(products.calls.filter((call) => call.endsWith(' inspect'))).toEqual(['guest-a inspect']);
});
