import { mishap } from '../../activities/contracts/mishap.ts';
import type { Window } from '../../domain/window.ts';
import { scriptedOrder } from '../support/order.ts';
import {
  answerTo,
  approve,
  openGate,
  parkedAt,
  refusal,
  reject,
  say,
  scriptedRun,
  seen,
  tell,
} from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const { products, start } = scriptedRun();
const { failing, mended } = troubleOf(products);

test('a machine that changed opens its gate again, and what was seen before opens nothing', async () => {
  const handle = await start('drift');
  const gate = await openGate(handle, 'cutover');
  products.cpus = 4;
  await approve(handle, 'cutover');
  const stuck = await parkedAt(handle, 'last preflight');
  expect(stuck.parked?.mishap.message).toContain('not the machine that was approved');
  await say(handle, 'retry');
  await openGate(handle, 'cutover');
  expect(await refusal(tell(handle, answerTo(gate, 'approve')))).toContain('Look again');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
});

test('a machine that changed in the last moment is stopped only when its gate was opened for what it is now', async () => {
  products.before = (call) => {
    if (call === 'ahv shutDown') products.cpus = 4;
  };
  const handle = await start('late-drift');
  await approve(handle, 'cutover');
  expect((await parkedAt(handle, 'shut down')).flags).toContain('NeedsReverify');
  expect(products.vms.get('src-1')?.power).toBe('on');
  await say(handle, 'retry');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
});

const windowFor = (opensAt: number, abortAt: number): Window => ({
  opensAt,
  closesAt: abortAt + 1_000,
  abortAt,
  zone: 'UTC',
  text: 'tonight',
  utcText: 'tonight',
});

test('a person who mends something past the latest abort begins no outage', async () => {
  failing('veeam lag');
  const abortAt = Date.now() + 3_000;
  const hops = scriptedOrder().hops.map((hop) => ({ ...hop, window: windowFor(0, abortAt) }));
  const handle = await start('too-late', { hops });
  await approve(handle, 'cutover');
  await parkedAt(handle, 'last preflight');
  await seen(handle, 'the latest abort', () => Date.now() > abortAt);
  mended();
  await say(handle, 'retry');
  const stuck = await parkedAt(handle, 'shut down');
  expect(stuck.flags).toContain('PastDeadline');
  expect(products.calls).not.toContain('ahv shutDown');
});

test('what changed in the last moment and was approved past the latest abort begins no outage', async () => {
  products.before = (call) => {
    if (call === 'ahv shutDown') products.cpus = 4;
  };
  const abortAt = Date.now() + 6_000;
  const hops = scriptedOrder().hops.map((hop) => ({ ...hop, window: windowFor(0, abortAt) }));
  const handle = await start('late-drift-late', { hops });
  await approve(handle, 'cutover');
  await parkedAt(handle, 'shut down');
  await say(handle, 'retry');
  await openGate(handle, 'cutover');
  await seen(handle, 'the latest abort', () => Date.now() > abortAt);
  await approve(handle, 'cutover');
  expect((await parkedAt(handle, 'shut down')).flags).toContain('PastDeadline');
  expect(products.vms.get('src-1')?.power).toBe('on');
});

test('a guest that will not shut down is asked again when nobody approves pulling its plug', async () => {
  let asked = 0;
  products.before = (call) => {
    if (call === 'ahv shutDown' && ++asked === 1) throw mishap.guestRefused('it is still on');
  };
  const handle = await start('no-force');
  await approve(handle, 'cutover');
  expect((await parkedAt(handle, 'shut down')).legal).toContain('forceOff');
  await say(handle, 'forceOff');
  await reject(handle, 'forceOff');
  await openGate(handle, 'go');
  expect(products.calls).not.toContain('ahv forceOff');
});

test('pulling the plug is offered only where a step can do it', async () => {
  products.before = (call) => {
    if (call === 'veeam cutOver') throw mishap.guestRefused('nothing is shut down here');
  };
  const handle = await start('no-plug');
  await approve(handle, 'cutover');
  expect((await parkedAt(handle, 'cut over')).legal).not.toContain('forceOff');
});

test('a staged VM that the mover cannot shut down is turned off behind its gate, and its switch goes on', async () => {
  let asked = 0;
  products.before = (call) => {
    if (call === 'azure-migrate cutOver' && ++asked === 1)
      throw mishap.guestRefused('the appliance could not shut it down', { facts: { boundary: 'before' } });
  };
  const handle = await start('staged-plug');
  for (const name of ['cutover', 'go', 'cutover'] as const) await approve(handle, name);
  expect((await parkedAt(handle, 'cut over')).legal).toContain('forceOff');
  await say(handle, 'forceOff');
  expect((await openGate(handle, 'forceOff')).evidence.vm).toBe('staged-1');
  expect(products.calls).not.toContain('hyper-v forceOff');
  await approve(handle, 'forceOff');
  await openGate(handle, 'signOff');
  expect(products.calls.filter((call) => call === 'hyper-v forceOff')).toHaveLength(1);
});

test('a VM that was off is shut down again once its switch has passed its checks', async () => {
  const hops = scriptedOrder().hops.map((hop) =>
    hop.n === 2 ? { ...hop, landing: { ...hop.landing, power: 'off' as const } } : hop,
  );
  const handle = await start('was-off', { hops });
  for (const name of ['cutover', 'go', 'cutover'] as const) await approve(handle, name);
  await openGate(handle, 'signOff');
  expect(products.vms.get('target-1')?.power).toBe('off');
  expect(products.calls.indexOf('azure-local shutDown')).toBeGreaterThan(
    products.calls.lastIndexOf('azure-local health'),
  );
});
