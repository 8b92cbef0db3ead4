import { mishap } from '../../activities/contracts/mishap.ts';
import type { HopEdit } from '../../domain/journey-edit.ts';
import type { Window } from '../../domain/window.ts';
import { view } from '../../workflows/messages.ts';
import { scriptedOrder } from '../support/order.ts';
import {
  answerTo,
  approve,
  type Handle,
  openGate,
  parkedAt,
  reached,
  refusal,
  say,
  scriptedRun,
  seen,
  tell,
} from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';

const { products, start, leases } = scriptedRun();
const { failing, mended, waiting } = troubleOf(products);

const edited = (...hops: readonly HopEdit[]) => ({ edit: { hops } });

const window = (opensIn: number, abortsIn: number): Window => {
  const now = Date.now();
  const times = { opensAt: now + opensIn, abortAt: now + abortsIn, closesAt: now + abortsIn + 60_000 };
  return { ...times, zone: 'UTC', text: `of ${abortsIn}`, utcText: 'of the test' };
};

const within = (hop: Window) => ({
  hops: scriptedOrder().hops.map((each) => (each.n === 1 ? { ...each, window: hop } : each)),
});

const times = (call: string): number => products.calls.filter((each) => each === call).length;

const landed = async (handle: Handle, n: number) => (await handle.query(view)).orders?.[n - 1]?.landing;

test('what was approved is asked about anew when its landing changed, and the old approval opens nothing', async () => {
  const handle = await start('landing');
  const before = await openGate(handle, 'cutover');
  await say(handle, 'edit', edited({ n: 1, landing: { cpus: 8 } }));
  const { gate } = await seen(
    handle,
    'another gate',
    ({ gate: now }) => now !== null && now.openedAt !== before.openedAt,
  );
  expect(gate?.fingerprint).not.toBe(before.fingerprint);
  expect(gate?.evidence.landing).toMatchObject({ cpus: 8 });
  expect(await refusal(tell(handle, answerTo(before, 'approve')))).toContain('is not what is there now');
  expect(times('veeam protect')).toBe(2);
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
});

test('a new window alone opens the gate anew and copies nothing twice', async () => {
  const handle = await start('window');
  const before = await openGate(handle, 'cutover');
  await say(handle, 'edit', edited({ n: 1, window: window(0, 3_600_000) }));
  const { gate } = await seen(
    handle,
    'another gate',
    ({ gate: now }) => now !== null && now.openedAt !== before.openedAt,
  );
  expect(gate?.evidence.window).toBe('of 3600000');
  expect([times('veeam protect'), times('guest-a prepare')]).toEqual([1, 1]);
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
});

test('a VM that waits for its window is let go by another one, once it is approved again', async () => {
  const handle = await start('sooner', within(window(3_600_000, 7_200_000)));
  await approve(handle, 'cutover');
  await seen(handle, 'before its window', ({ waitingFor }) => waitingFor?.startsWith('the window') === true);
  expect((await leases('sooner')).held.map(({ purpose }) => purpose)).toEqual(['staging']);
  await say(handle, 'edit', edited({ n: 1, window: null }));
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  expect((await handle.query(view)).decisions).toHaveLength(2);
});

test('a VM past its deadline stands untouched, and goes in its new window', async () => {
  const handle = await start('deadline', within(window(-7_200_000, -3_600_000)));
  await approve(handle, 'cutover');
  const parked = await parkedAt(handle, 'window');
  expect(parked.flags).toContain('PastDeadline');
  expect(products.calls).not.toContain('ahv shutDown');
  await say(handle, 'editAndRetry', edited({ n: 1, window: window(0, 3_600_000) }));
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
});

test('what is edited while it is copied is read when its time comes, and the copy is not disturbed', async () => {
  waiting('veeam synchronise 0');
  const handle = await start('copying');
  await reached(products, 'veeam synchronise 0');
  await say(handle, 'edit', edited({ n: 1, window: window(0, 3_600_000) }, { n: 2, landing: { memoryMb: 8_192 } }));
  mended();
  expect((await openGate(handle, 'cutover')).evidence.window).toBe('of 3600000');
  expect(times('veeam protect')).toBe(1);
  expect(await landed(handle, 2)).toMatchObject({ memoryMb: 8_192 });
});

test('a size that a mover was given at protect is protected anew, and the old object is gone', async () => {
  const handle = await start('protect-again');
  for (const gate of ['cutover', 'go'] as const) await approve(handle, gate);
  const before = await openGate(handle, 'cutover');
  await say(handle, 'edit', edited({ n: 2, landing: { cpus: 16 } }));
  await seen(handle, 'another gate', ({ gate }) => gate !== null && gate.openedAt !== before.openedAt);
  const calls = products.calls.filter((call) => /^azure-migrate (protect|retire)$/.test(call));
  expect(calls).toEqual(['azure-migrate protect', 'azure-migrate retire', 'azure-migrate protect']);
  await approve(handle, 'cutover');
  expect((await openGate(handle, 'signOff')).hop).toBe(2);
});

test('a setting reaches a protect that failed, and it is tried again', async () => {
  const told: unknown[] = [];
  products.before = (call) => {
    if (call === 'azure-migrate protect' && told.length === 0) throw mishap.vendor('Enabling failed.');
  };
  const handle = await start('setting');
  for (const gate of ['cutover', 'go'] as const) await approve(handle, gate);
  await parkedAt(handle, 'protect');
  told.push('mended');
  await say(handle, 'editAndRetry', edited({ n: 2, settings: { recreateFailed: true } }));
  await openGate(handle, 'cutover');
  expect((await handle.query(view)).orders?.[1]?.settings).toEqual({ recreateFailed: true });
});

test('an edit while the path is asked has it asked again', async () => {
  waiting('veeam preflight');
  const handle = await start('checking');
  await reached(products, 'veeam preflight');
  await say(handle, 'edit', edited({ n: 2, landing: { cpus: 4 } }));
  mended();
  await openGate(handle, 'cutover');
  expect(times('ahv preflight source')).toBe(2);
});

test('a target that refuses the new landing parks before anything is done, and another edit mends it', async () => {
  const handle = await start('unfit');
  await openGate(handle, 'cutover');
  failing('hyper-v preflight target');
  await say(handle, 'edit', edited({ n: 1, landing: { storagePath: 'Z:\\' } }));
  await parkedAt(handle, 'preflight');
  mended();
  await say(handle, 'editAndRetry', edited({ n: 1, landing: { storagePath: 'C:\\ClusterStorage\\Volume2' } }));
  const gate = await openGate(handle, 'cutover');
  expect(gate.evidence.landing).toMatchObject({ storagePath: 'C:\\ClusterStorage\\Volume2' });
});

test('an edit that does not fit is refused with why, and one by signal is told', async () => {
  const handle = await start('refused');
  await openGate(handle, 'cutover');
  expect(await refusal(say(handle, 'edit', edited({ n: 3, window: null })))).toContain('no hop 3');
  await handle.signal('command', { verb: 'edit', by: 'ops', edit: { hops: [{ n: 1, landing: { cpus: 'many' } }] } });
  const { refused } = await seen(handle, 'a refusal', (now) => now.refused.length > 0);
  expect(refused[0]?.why).toContain('"cpus"');
});

test('a VM that keeps syncing is asked nobody about until it is resumed, and then as it is by then', async () => {
  const handle = await start('kept');
  const before = await openGate(handle, 'cutover');
  await say(handle, 'keepSyncing', { comment: 'month-end' });
  const held = await seen(handle, 'held', ({ kept, gate }) => kept !== null && gate === null);
  expect(held.waitingFor).toBe('resume: keeps syncing, asked by ops until resumed');
  expect(await refusal(tell(handle, answerTo(before, 'approve')))).toContain('No gate is open');
  expect(products.carried.get('veeam')?.item).toBe(true);
  await say(handle, 'resume');
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
});

test('a VM that waits for its window keeps syncing past it and is asked about anew', async () => {
  const handle = await start('kept-window', within(window(3_600_000, 7_200_000)));
  await approve(handle, 'cutover');
  await seen(handle, 'before its window', ({ waitingFor }) => waitingFor?.startsWith('the window') === true);
  await say(handle, 'keepSyncing');
  await seen(handle, 'held', ({ waitingFor }) => waitingFor?.startsWith('resume: ') === true);
  await say(handle, 'resume');
  expect((await openGate(handle, 'cutover')).hop).toBe(1);
});

test('who is held can be rolled back', async () => {
  const handle = await start('held-back');
  await openGate(handle, 'cutover');
  await say(handle, 'keepSyncing');
  await say(handle, 'cancel');
  expect((await handle.result()).phase).toBe('Ejected');
});
