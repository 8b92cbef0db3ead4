import { mishap } from '../../activities/contracts/mishap.ts';
import { approve, openGate, parkedAt, say, scriptedRun } from '../support/scripted-run.ts';

const { products, start } = scriptedRun();

test('a VM travels both hops, is held and decommissioned, within 300 history events', async () => {
  const handle = await start('journey');
  for (const name of ['cutover', 'go', 'cutover', 'signOff', 'decommission'] as const) await approve(handle, name);
  const end = await handle.result();
  expect(end.phase).toBe('Decommissioned');
  expect([...products.vms.keys()]).toEqual(['target-1']);
  const { historyLength, historySize } = await handle.describe();
  process.stdout.write(`two-hop journey: ${historyLength} events, ${historySize} bytes\n`);
  expect(historyLength).toBeLessThanOrEqual(300);
});

test('a failed step parks with its reason and goes on when a person says retry', async () => {
  products.before = (call) => {
    if (call === 'hyper-v reshape') throw mishap.vendor('The host is out of memory.');
  };
  const handle = await start('parks');
  await approve(handle, 'cutover');
  const stuck = await parkedAt(handle, 'reshape');
  expect(stuck.parked?.mishap.message).toBe('The host is out of memory.');
  expect(stuck.legal).toEqual(['retry', 'editAndRetry', 'edit', 'rollBack', 'cancel', 'pause']);
  products.before = () => undefined;
  await say(handle, 'retry');
  await openGate(handle, 'go');
});

test('a rollback after the mount takes the mount away before the source starts again', async () => {
  products.before = (call) => {
    if (call === 'hyper-v reshape') throw mishap.vendor('no');
  };
  const handle = await start('rolls-back');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'reshape');
  products.calls.length = 0;
  await say(handle, 'rollBack');
  const end = await handle.result();
  expect(end.phase).toBe('RolledBack');
  expect(products.vms.get('src-1')).toEqual({ power: 'on', connected: true, autostart: true });
  expect(products.calls.indexOf('veeam abandon')).toBeLessThan(products.calls.indexOf('ahv powerOn'));
});
