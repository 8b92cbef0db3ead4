import { mishap } from '../../activities/contracts/mishap.ts';
import { approve, openGate, parkedAt, say, scriptedRun } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';
import { eventually } from '../support/server.ts';

const { products, start } = scriptedRun();
const { failing, mended, waiting } = troubleOf(products);

test('a failed check does not hide that the source is on again', async () => {
  products.before = (call) => {
    if (call === 'guest-s check') throw mishap.vendor('no channel');
    if (call === 'hyper-v connect') products.vms.set('src-1', { power: 'on', connected: false, autostart: false });
  };
  const handle = await start('source-on');
  await approve(handle, 'cutover');
  const stuck = await parkedAt(handle, 'validate');
  expect(stuck.parked?.mishap.class).toBe('Unsafe');
  expect(stuck.legal).not.toContain('skip');
});

test('a source that cannot be read is no check that may be skipped', async () => {
  const handle = await start('source-unread');
  await approve(handle, 'cutover');
  products.before = (call) => {
    if (call === 'hyper-v connect') failing('ahv describe');
  };
  const stuck = await parkedAt(handle, 'validate');
  expect(stuck.legal).not.toContain('skip');
});

test('a mover that does not say how it cuts over is not begun with', async () => {
  products.kinds.set('veeam', null);
  const handle = await start('no-kind');
  const stuck = await parkedAt(handle, 'preflight');
  expect(stuck.parked?.mishap.message).toContain('Hop 1');
});

test('a guest that cannot be looked into parks at the preflight, with nothing made', async () => {
  failing('guest-a inspect');
  const handle = await start('guest-unseen');
  const stuck = await parkedAt(handle, 'preflight');
  expect(products.calls).not.toContain('guest-a prepare');
  expect(products.calls).not.toContain('veeam protect');
  mended();
  await say(handle, 'retry');
  await openGate(handle, 'cutover');
  expect(stuck.parked?.mishap.changed).toBe('nothing');
  expect(products.calls.filter((call) => call === 'guest-a inspect')).toHaveLength(2);
});

test('waiting adds nothing to the history', async () => {
  waiting('veeam synchronise 0');
  const handle = await start('polls');
  const polled = (times: number): Promise<unknown> =>
    eventually(() => products.calls.filter((call) => call === 'veeam synchronise 0').length > times, `${times} polls`);
  await polled(1);
  const { historyLength } = await handle.describe();
  await polled(20);
  expect((await handle.describe()).historyLength).toBe(historyLength);
});
