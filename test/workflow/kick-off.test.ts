import type { ScheduleHandle } from '@temporalio/client';
import { onceAt, type Starting } from '../../client/schedule-time.ts';
import {
  findSchedule,
  kickOffNow,
  listSchedules,
  pauseSchedule,
  resumeSchedule,
  saidBy,
  scheduleBatch,
  viewSchedule,
} from '../../client/schedules.ts';
import type { BatchOrder } from '../../domain/batch.ts';
import type { Window } from '../../domain/window.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import type { kickOff } from '../../workflows/kick-off.ts';
import type { KickedOff } from '../../workflows/kick-off-messages.ts';
import { batchRun } from '../support/batch-run.ts';
import { scriptedOrder } from '../support/order.ts';
import { eventually, passed } from '../support/server.ts';

const batches = batchRun();
const ops = { by: 'ops', comment: 'change 4711' };
const made: ScheduleHandle[] = [];

const client = () => batches.run.env.client;

afterEach(async () => {
  for (const handle of made.splice(0)) await handle.delete().catch(() => undefined);
});

const inSeconds = (seconds: number): number => Math.ceil(Date.now() / 1_000 + seconds) * 1_000;

const at = (instant: number): Starting => ({
  kind: 'once',
  at: instant,
  text: new Date(instant).toISOString().slice(0, 16).replace('T', ' '),
  zone: 'UTC',
});

const window = (abortAt: number): Window => ({
  opensAt: abortAt - 3_600_000,
  abortAt,
  closesAt: abortAt + 60_000,
  zone: 'UTC',
  text: 'of tonight',
  utcText: String(abortAt),
});

const orderOf = (programme: string, abortAt?: number): BatchOrder => {
  const { hops } = scriptedOrder();
  return batches.order(
    programme,
    { db: ['db-1'] },
    {
      hops: hops.map((hop) => ({ ...hop, window: abortAt === undefined ? null : window(abortAt) })),
    },
  );
};

const schedule = async (order: BatchOrder, starting: Starting, catchUpMs?: number): Promise<ScheduleHandle> => {
  await batches.run.house(order.programme);
  await scheduleBatch(client(), { order, starting, asker: ops, ...(catchUpMs === undefined ? {} : { catchUpMs }) });
  const handle = await findSchedule(client(), order.name, order.programme);
  made.push(handle);
  return handle;
};

/** What the first kick-off of a schedule said. */
const said = (handle: ScheduleHandle): Promise<KickedOff> =>
  eventually(async () => {
    const [run] = (await viewSchedule(handle, 'b1')).runs;
    return (run && (await saidBy(client(), run.id))) ?? undefined;
  }, 'a kick-off');

const statusOf = async (order: BatchOrder): Promise<string> =>
  client()
    .workflow.getHandle(batchId(order.programme, order.name))
    .describe()
    .then(({ status }) => status.name)
    .catch((error: Error) => error.name);

const kickedOff = (order: BatchOrder, id: string): Promise<KickedOff> =>
  client().workflow.execute<typeof kickOff>('kickOff', {
    workflowId: `kick-off/${order.programme}/${id}`,
    taskQueue: 'orchestrator',
    args: [order],
  });

test('a schedule is created paused, with who and why, and takes nothing before it is resumed', async () => {
  const hour = inSeconds(4);
  const order = orderOf('paused');
  const handle = await schedule(order, at(hour));
  expect(await viewSchedule(handle, 'b1')).toMatchObject({
    paused: true,
    note: 'created, paused, by ops: change 4711',
    next: [hour],
  });
  const { policies, action } = await handle.describe();
  expect(policies).toMatchObject({ catchupWindow: 15 * 60_000, overlap: 'SKIP' });
  expect(action.staticSummary).toBe('kick-off of b1: 1 VMs');

  await passed(hour + 1_000);
  expect((await viewSchedule(handle, 'b1')).runs).toEqual([]);
  await expect(resumeSchedule(handle, 'b1', ops)).rejects.toThrow('has no time ahead');
});

test('a resumed schedule starts its batch once, at its hour, and the batch outlives the kick-off', async () => {
  const hour = inSeconds(4);
  const order = orderOf('once');
  const handle = await schedule(order, at(hour));
  await resumeSchedule(handle, 'b1', ops);
  expect(await said(handle)).toEqual({
    batch: 'batch/once/b1',
    outcome: 'started',
    said: 'batch/once/b1 was started with 1 VMs.',
  });
  const after = await viewSchedule(handle, 'b1');
  expect(after).toMatchObject({ note: 'resumed by ops: change 4711', next: [] });
  expect(after.runs).toHaveLength(1);
  expect(await statusOf(order)).toBe('RUNNING');
});

test('a second schedule of the same batch is refused with its fix', async () => {
  const order = orderOf('twice');
  await schedule(order, at(inSeconds(3_600)));
  await expect(schedule(order, at(inSeconds(7_200)))).rejects.toThrow('`tranship schedule b1 --delete`');
  const listed = async () => (await listSchedules(client())).filter(({ programme }) => programme === 'twice');
  expect(await eventually(async () => (await listed())[0], 'the list')).toMatchObject({ batch: 'b1', paused: true });
  expect(await listed()).toHaveLength(1);
  expect((await findSchedule(client(), 'b1', 'twice')).scheduleId).toBe('kick-off/twice/b1');
  await expect(findSchedule(client(), 'b2')).rejects.toThrow('b2 has no schedule');
});

test('a batch that runs, or has run, is found and not started twice', async () => {
  const order = orderOf('found');
  await batches.run.house('found');
  expect((await kickedOff(order, '1')).outcome).toBe('started');
  expect((await kickedOff(order, '2')).outcome).toBe('found');
  const handle = client().workflow.getHandle(batchId('found', 'b1'));
  const { runId } = await handle.describe();
  await handle.terminate();
  expect(await kickedOff(order, '3')).toMatchObject({ outcome: 'found', said: expect.stringContaining('has run') });
  expect((await handle.describe()).runId).toBe(runId);
  await expect(schedule(order, at(inSeconds(3_600)))).rejects.toThrow('has run already');
});

test('a kick-off past the latest abort of every window starts nothing and says so', async () => {
  const order = orderOf('late', Date.now() - 60_000);
  const { outcome, said: words } = await kickedOff(order, 'late');
  expect(outcome).toBe('tooLate');
  expect(words).toMatch(
    /^The window of tonight, of b1 is past the latest abort.*Nothing was started\. Plan a new window/,
  );
  expect(await statusOf(order)).toBe('WorkflowNotFoundError');
});

test('an hour past the latest abort is refused, and no schedule stays', async () => {
  const order = orderOf('useless', Date.now() + 60_000);
  await expect(schedule(order, at(inSeconds(120)))).rejects.toThrow('plan a later window. Nothing was scheduled.');
  await expect(viewSchedule(client().schedule.getHandle('kick-off/useless/b1'), 'b1')).rejects.toThrow(
    'b1 has no schedule',
  );
});

test('an hour that the zone has twice is the one that was meant', async () => {
  const second = onceAt('2027-10-31 02:30+01:00', 'Europe/Vienna', Date.now());
  const handle = await schedule(orderOf('autumn'), second);
  expect((await viewSchedule(handle, 'b1')).next).toEqual([Date.parse('2027-10-31T01:30:00Z')]);
});

test('a cron expression that the server does not take, or that never comes, is refused with an example', async () => {
  const cron = (text: string): Starting => ({ kind: 'cron', text, zone: 'Europe/Vienna' });
  await expect(schedule(orderOf('cron'), cron('0 25 * * 6'))).rejects.toThrow('as in "0 20 * * 6"');
  await expect(schedule(orderOf('cron'), cron('0 20 31 2 *'))).rejects.toThrow('never comes');
  const handle = await schedule(orderOf('cron'), cron('0 20 * * 6'));
  const next = (await viewSchedule(handle, 'b1')).next.map((each) => new Date(each).getUTCDay());
  expect(new Set(next)).toEqual(new Set([6]));
});

test('two kick-offs by hand, one right after the other, are two runs; a paused schedule takes them too', async () => {
  const handle = await schedule(orderOf('by-hand'), at(inSeconds(3_600)));
  const first = await kickOffNow(handle, 'b1');
  await eventually(async () => (await saidBy(client(), first)) ?? undefined, 'the first');
  await eventually(async () => (await handle.describe()).info.runningActions.length === 0, 'nothing under way');
  const second = await kickOffNow(handle, 'b1');
  expect(second).not.toBe(first);
  expect((await eventually(async () => (await saidBy(client(), second)) ?? undefined, 'the second')).outcome).toBe(
    'found',
  );
  expect(await pauseSchedule(handle, 'b1', ops)).toMatchObject({ paused: true, note: 'paused by ops: change 4711' });
});

test('an hour that comes while a kick-off is under way is skipped', async () => {
  const order = orderOf('overlap');
  const handle = await schedule(order, at(inSeconds(9)));
  await resumeSchedule(handle, 'b1', ops);
  await batches.run.atOnce(async () => {
    await kickOffNow(handle, 'b1');
    await expect(kickOffNow(handle, 'b1')).rejects.toThrow('is under way still');
    await eventually(async () => (await handle.describe()).info.numActionsSkippedOverlap === 1, 'the hour skipped');
  });
  expect((await said(handle)).outcome).toBe('started');
  expect((await viewSchedule(handle, 'b1')).runs).toHaveLength(1);
});

test('an hour that fell into an outage of the server is caught up within the catch-up window, and not beyond it', async () => {
  const hour = inSeconds(6);
  const [within, beyond] = [orderOf('within'), orderOf('beyond')];
  const caughtUp = await schedule(within, at(hour), 60_000);
  // The shortest the server takes.
  const missed = await schedule(beyond, at(hour), 10_000);
  for (const handle of [caughtUp, missed]) await resumeSchedule(handle, 'b1', ops);

  await batches.run.env.restart(() => passed(hour + 11_000));
  expect(await said(caughtUp)).toMatchObject({ batch: 'batch/within/b1', outcome: 'started' });
  expect(await statusOf(within)).toBe('RUNNING');
  expect(await viewSchedule(missed, 'b1')).toMatchObject({ paused: false, next: [], runs: [] });
  expect(await statusOf(beyond)).toBe('WorkflowNotFoundError');
});
