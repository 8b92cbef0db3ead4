import { mishap } from '../../activities/contracts/mishap.ts';
import type { OpenGate } from '../../domain/gate.ts';
import type { Window } from '../../domain/window.ts';
import { decide, view } from '../../workflows/messages.ts';
import { scriptedOrder } from '../support/order.ts';
import {
  answerTo,
  approve,
  type Handle,
  openGate,
  parkedAt,
  reached,
  reject,
  say,
  scriptedRun,
  seen,
} from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const run = scriptedRun();
const { products, start } = run;
const { failing, mended, waiting } = troubleOf(products);

const tell = (handle: Handle, decision: unknown): Promise<unknown> =>
  handle.executeUpdate(decide, { args: [decision as never] });

/** Why an update was refused. */
const refusal = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'taken',
    (error: { cause?: Error }) => error.cause?.message ?? String(error),
  );

test('a decision before its gate, after it, or for another round is refused with its reason', async () => {
  waiting('veeam synchronise 0');
  const handle = await start('early-and-late');
  await reached(products, 'veeam synchronise 0');
  const imagined: OpenGate = {
    name: 'cutover',
    hop: 1,
    round: 0,
    fingerprint: '',
    evidence: {},
    openedAt: 0,
    approvers: [],
  };
  expect(await refusal(tell(handle, answerTo(imagined, 'approve')))).toBe('No gate is open.');
  mended();
  const gate = await openGate(handle, 'cutover');
  expect(await refusal(tell(handle, { ...answerTo(gate, 'approve'), round: 1 }))).toContain('round 0');
  expect(await refusal(tell(handle, { ...answerTo(gate, 'approve'), fingerprint: 'stale' }))).toContain('Look again');
  await approve(handle, 'cutover');
  expect(await refusal(tell(handle, answerTo(gate, 'approve')))).not.toBe('taken');
});

test('a gate that was refused opens again and can then be approved', async () => {
  const handle = await start('refused-then-approved');
  await reject(handle, 'cutover');
  await approve(handle, 'cutover');
  const { decisions } = await seen(handle, 'the next gate', ({ gate }) => gate?.name === 'go');
  expect(decisions.map(({ decision }) => decision)).toEqual(['reject', 'approve']);
});

test('of two decisions that come together the first counts and the second is told so', async () => {
  const handle = await start('two-decisions');
  const gate = await openGate(handle, 'cutover');
  await run.atOnce(async () => {
    await handle.signal('decide', answerTo(gate, 'approve'));
    await handle.signal('decide', answerTo(gate, 'reject'));
  });
  const { decisions, refused } = await seen(handle, 'the next gate', (now) => now.gate?.name === 'go');
  expect(decisions).toMatchObject([{ decision: 'approve' }]);
  expect(refused).toMatchObject([{ what: 'reject cutover by ops' }]);
});

test('of two answers to a parked step that come together the first counts and the second is told so', async () => {
  failing('guest-s check');
  const handle = await start('two-answers');
  await approve(handle, 'cutover');
  await parkedAt(handle, 'validate');
  await run.atOnce(async () => {
    await handle.signal('command', { verb: 'skip', by: 'anna' });
    await handle.signal('command', { verb: 'retry', by: 'ben' });
  });
  const { commands, refused } = await seen(handle, 'the next gate', ({ gate }) => gate?.name === 'go');
  expect(commands).toMatchObject([{ verb: 'skip', by: 'anna' }]);
  expect(refused).toMatchObject([{ what: 'retry by ben' }]);
});

test('signals that say nothing are told and harm nobody', async () => {
  const handle = await start('nonsense');
  await openGate(handle, 'cutover');
  for (const args of [[], [null], ['pause'], [{ verb: 'explode', by: 'ops' }], [{ verb: 'pause' }]])
    await handle.signal('command', ...args);
  for (const args of [[], [null], [{ gate: 'cutover', hop: 1, round: 0, decision: 'maybe', by: 'ops' }]])
    await handle.signal('decide', ...args);
  const told = await seen(handle, 'eight refusals', ({ refused }) => refused.length === 8);
  expect(told.flags).toEqual([]);
  expect(told.decisions).toEqual([]);
});

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
    if (call === 'azure-migrate cutOver') throw mishap.guestRefused('the appliance could not shut it down');
  };
  const handle = await start('no-plug');
  for (const name of ['cutover', 'go', 'cutover'] as const) await approve(handle, name);
  expect((await parkedAt(handle, 'cut over')).legal).not.toContain('forceOff');
});

test('once a gate is decided nobody is told to decide it', async () => {
  waiting('veeam lag');
  const handle = await start('decided');
  await approve(handle, 'cutover');
  await reached(products, 'veeam lag');
  expect((await handle.query(view)).waitingFor).toBeNull();
});
