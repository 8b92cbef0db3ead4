import { randomUUID } from 'node:crypto';
import type { Checkpoint } from '../../activities/contracts/checkpoint.ts';
import { checkpointsOf } from '../../client/checkpoints.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import { readRecord } from '../../workers/records.ts';
import { view } from '../../workflows/messages.ts';
import type { migration } from '../../workflows/migration.ts';
import { scriptedOrder } from '../support/order.ts';
import {
  approve,
  type Handle,
  openGate,
  parkedAt,
  reached,
  SERVES,
  say,
  scriptedRun,
  seen,
} from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { products } = run;

const LOOK = 'look after the loss';

const begin = async (change: Partial<JourneyOrder> = {}): Promise<{ id: string; handle: Handle }> => {
  const id = randomUUID();
  return { id, handle: await run.start(id, { checkpoints: true, ...change }) };
};

const kept = (id: string, wanted: (checkpoint: Checkpoint) => boolean = () => true): Promise<Checkpoint> =>
  eventually(async () => (await checkpointsOf(run.records, id)).find(wanted), 'a checkpoint');

const held: (() => void)[] = [];

/** The product does not answer any more, until the journey is lost. */
const silence = (call: string): void => {
  products.before = (now) =>
    now === call
      ? new Promise((_, fail) => {
          held.push(() => fail(new Error('the agent is gone')));
        })
      : undefined;
};

const letGo = (): void => {
  products.before = () => undefined;
  for (const release of held.splice(0)) release();
};

afterEach(letGo);

/** Temporal forgets the journey, and its lease table with it; a new life begins from its checkpoint. */
const lose = async (id: string, handle: Handle, from?: Checkpoint | null): Promise<Handle> => {
  const checkpoint = from === undefined ? await kept(id) : from;
  await handle.terminate();
  await run.env.client.workflow.getHandle(`capacity/${id}`).terminate();
  await run.house(id);
  letGo();
  products.calls.length = 0;
  const order = checkpoint?.order ?? scriptedOrder({ programme: id, checkpoints: true });
  return run.env.client.workflow.start<typeof migration>('migration', {
    workflowId: handle.workflowId,
    taskQueue: 'orchestrator',
    args: [order, { checkpoint, from: 'its checkpoint' }],
  });
};

const waits = (handle: Handle) =>
  seen(handle, 'waits for people', ({ waitingFor }) => waitingFor?.startsWith('resume: recovered from') === true);

const resume = async (handle: Handle): Promise<void> => {
  await waits(handle);
  expect(products.calls).toEqual([]);
  await say(handle, 'resume');
};

const toEnd = async (handle: Handle, gates: readonly Parameters<typeof openGate>[1][]): Promise<string> => {
  for (const gate of gates) await approve(handle, gate);
  return (await handle.result()).phase;
};

const stuckAt = async (
  handle: Handle,
  call: string,
  gates: readonly Parameters<typeof openGate>[1][],
): Promise<void> => {
  silence(call);
  for (const gate of gates) await approve(handle, gate);
  await reached(products, call);
};

const count = (call: string): number => products.calls.filter((each) => each === call).length;

test('a journey that was copying waits, holds its room, and goes on from protect', async () => {
  const { id, handle } = await begin();
  await stuckAt(handle, 'veeam synchronise 0', []);
  const again = await lose(id, handle);
  expect((await waits(again)).flags).toContain('Paused');
  expect((await run.leases(id)).held.map(({ purpose }) => purpose)).toEqual(['staging']);
  await resume(again);
  expect(await toEnd(again, ['cutover', 'go', 'cutover', 'signOff', 'decommission'])).toBe('Decommissioned');
  expect(products.calls.filter((call) => call.endsWith('cutOver'))).toEqual(['veeam cutOver', 'azure-migrate cutOver']);
  expect(await checkpointsOf(run.records, id)).toEqual([]);
  expect((await readRecord(run.records, id, 'src-1'))?.end).toBe('Decommissioned');
});

test('one that was at its cut-over gate is asked again, for what was approved before the loss was not acted upon', async () => {
  const { id, handle } = await begin();
  await openGate(handle, 'cutover');
  const again = await lose(id, handle, await kept(id, ({ phase }) => phase === 'AwaitingCutover'));
  await resume(again);
  expect((await openGate(again, 'cutover')).hop).toBe(1);
});

test('one that was cut short in mid-cut-over parks with what was seen, and a rollback gives back all there was', async () => {
  const { id, handle } = await begin();
  await stuckAt(handle, 'veeam cutOver', ['cutover']);
  expect(products.vms.get('src-1')).toMatchObject({ power: 'off', connected: false });
  const again = await lose(id, handle);
  await resume(again);
  const { parked, legal } = await parkedAt(again, LOOK);
  expect(parked?.mishap.message).toContain('the predecessor is off, off the network');
  expect(legal).toEqual(expect.arrayContaining(['retry', 'rollBack']));
  await say(again, 'retry');
  await parkedAt(again, LOOK);
  expect(count('hyper-v connect') + count('ahv powerOn')).toBe(0);
  await say(again, 'rollBack');
  expect((await again.result()).phase).toBe('RolledBack');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('a rollback may be asked for before anybody has looked', async () => {
  const { id, handle } = await begin();
  await stuckAt(handle, 'veeam commit', ['cutover']);
  const again = await lose(id, handle);
  await waits(again);
  await say(again, 'rollBack');
  await approve(again, 'rollBack');
  expect((await again.result()).phase).toBe('RolledBack');
  expect(products.vms.get('src-1')).toEqual(SERVES);
});

test('a restore that had got the network is connected once more and checked', async () => {
  const { id, handle } = await begin();
  silence('hyper-v health');
  await approve(handle, 'cutover');
  await reached(products, 'hyper-v health');
  const again = await lose(id, handle);
  await resume(again);
  await openGate(again, 'go');
  expect(count('veeam cutOver') + count('ahv shutDown') + count('hyper-v reshape')).toBe(0);
  expect((await again.query(view)).hops[0]?.exposedAt).not.toBeNull();
  expect(await toEnd(again, ['go', 'cutover', 'signOff', 'decommission'])).toBe('Decommissioned');
});

test('a VM that had landed on staging is checked once more, and go is asked again', async () => {
  const { id, handle } = await begin();
  await openGate(handle, 'cutover').then(() => approve(handle, 'cutover'));
  await openGate(handle, 'go');
  const again = await lose(id, handle);
  await resume(again);
  await openGate(again, 'go');
  expect(products.calls.filter((call) => /cutOver|connect|powerOn|shutDown|isolate/.test(call))).toEqual([]);
});

test('a switch that was under way is adopted where it came to its end', async () => {
  const { id, handle } = await begin();
  await stuckAt(handle, 'azure-local reshape', ['cutover', 'go', 'cutover']);
  const again = await lose(id, handle);
  await resume(again);
  expect(await toEnd(again, ['signOff', 'decommission'])).toBe('Decommissioned');
  expect(products.vms.get('target-1')).toMatchObject({ power: 'on', connected: true });
});

test('what the owner had signed off is not asked again where the staged copy is gone', async () => {
  const { id, handle } = await begin();
  silence('veeam retire');
  for (const gate of ['cutover', 'go', 'cutover', 'signOff'] as const) await approve(handle, gate);
  await eventually(() => !products.vms.has('staged-1'), 'staged copy gone');
  const again = await lose(id, handle);
  await resume(again);
  expect(await toEnd(again, ['decommission'])).toBe('Decommissioned');
});

test('a hold goes on with the rest of its time', async () => {
  const { policies } = scriptedOrder();
  const { id, handle } = await begin({ policies: { ...policies, holdMs: 3_600_000 } });
  for (const gate of ['cutover', 'go', 'cutover', 'signOff'] as const) await approve(handle, gate);
  const { holdEndsAt } = await kept(id, (one) => one.holdEndsAt !== null);
  const again = await lose(id, handle);
  await resume(again);
  const { waitingFor } = await seen(again, 'holds', (now) => now.waitingFor?.startsWith('the hold') === true);
  expect(waitingFor).toBe(`the hold, until ${new Date(holdEndsAt ?? 0).toISOString()}`);
});

test('where two may run nothing goes on by itself', async () => {
  const { id, handle } = await begin();
  await openGate(handle, 'cutover').then(() => approve(handle, 'cutover'));
  await openGate(handle, 'go');
  const again = await lose(id, handle);
  products.vms.set('src-1', { power: 'on', connected: false, autostart: false });
  await resume(again);
  const { parked } = await parkedAt(again, LOOK);
  expect(parked?.mishap).toMatchObject({ class: 'Unsafe' });
  expect(parked?.mishap.message).toContain('A machine runs that must be off.');
  products.vms.set('src-1', { power: 'off', connected: false, autostart: false });
  await say(again, 'retry');
  await openGate(again, 'go');
});

test('one that was being rolled back is not turned forward again', async () => {
  const { id, handle } = await begin();
  await openGate(handle, 'cutover');
  silence('veeam retire');
  await say(handle, 'rollBack');
  await reached(products, 'veeam retire');
  const again = await lose(id, handle);
  await resume(again);
  expect((await parkedAt(again, LOOK)).parked?.mishap.message).toContain('It was being rolled back');
  await say(again, 'rollBack');
  expect((await again.result()).phase).toBe('RolledBack');
});

test('without a checkpoint it begins at the beginning where the source alone stands', async () => {
  const { id, handle } = await begin();
  await openGate(handle, 'cutover');
  const again = await lose(id, handle, null);
  await resume(again);
  expect((await openGate(again, 'cutover')).hop).toBe(1);
});

test('without a checkpoint it parks where something stands, and nobody rolls back what nobody knows', async () => {
  const { id, handle } = await begin();
  await stuckAt(handle, 'veeam commit', ['cutover']);
  const again = await lose(id, handle, null);
  await resume(again);
  const { parked } = await parkedAt(again, LOOK);
  expect(parked?.mishap.message).toContain('something of it stands at hyper-v@s');
  products.calls.length = 0;
  await say(again, 'rollBack');
  const { refused, phase } = await seen(again, 'refused', (now) => now.refused.length > 0);
  expect(refused[0]?.why).toContain('Nobody knows how it was wired');
  expect(phase).toBe('Checking');
  expect(products.calls.filter((call) => !/describe|standing/.test(call))).toEqual([]);
});

test('a journey that lived before begins with the rounds after it', async () => {
  const { handle } = await begin({ rounds: [2, 1] });
  expect((await openGate(handle, 'cutover')).round).toBe(2);
  expect((await handle.query(view)).hops.map(({ round }) => round)).toEqual([2, 1]);
});
