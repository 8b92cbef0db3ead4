import { approve, openGate, parkedAt, SERVES, say, scriptedRun, seen } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const { products, start } = scriptedRun();
const { failing } = troubleOf(products);

test('a source that ran after its final copy leads back, never on, also when it is off again', async () => {
  products.before = (call) => {
    if (call === 'hyper-v reshape') products.vms.set('src-1', { power: 'on', connected: false, autostart: false });
  };
  const handle = await start('ran-again');
  await approve(handle, 'cutover');
  const on = await parkedAt(handle, 'observe vm-1 off before power on');
  expect(on.parked?.mishap.message).toContain('is on again');
  products.vms.set('src-1', { power: 'off', connected: false, autostart: false });
  await say(handle, 'retry');
  const off = await seen(handle, 'refused again', ({ parked }) => /final copy/.test(parked?.mishap.message ?? ''));
  expect(off.parked?.mishap.fix).toContain('Roll back, which loses nothing');
  await say(handle, 'rollBack');
  expect((await handle.result()).phase).toBe('RolledBack');
  expect(products.calls).not.toContain('hyper-v powerOn');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('nobody passes over whether the source serves where the staged VM is deleted next', async () => {
  const handle = await start('no-skip');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  failing('guest-a check');
  await say(handle, 'rollBack');
  await approve(handle, 'rollBack');
  const { legal } = await parkedAt(handle, 'validatePredecessor');
  expect(legal).toContain('retry');
  expect(legal).not.toContain('skip');
});
