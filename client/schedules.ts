import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleDescription,
  type ScheduleHandle,
  ScheduleNotFoundError,
  type ScheduleSummary,
} from '@temporalio/client';
import type { BatchOrder } from '../domain/batch.ts';
import { whyTooLate } from '../domain/kick-off.ts';
import { batchId } from '../workflows/batch-messages.ts';
import type { kickOff } from '../workflows/kick-off.ts';
import { KICK_OFF, type KickedOff, kickOffId } from '../workflows/kick-off-messages.ts';
import { CRON_FIX, type Starting, specOf, wordsOf } from './schedule-time.ts';
import { wrongInput } from './wrong-input.ts';

/** A run that a server outage kept from starting starts within this time of its hour, and not at all after it. */
export const CATCH_UP_MS = 15 * 60_000;

/** Who asks, and why; kept with the schedule. */
export interface Asker {
  readonly by: string;
  readonly comment?: string;
}

/** The schedule of one batch. Times are ms since the epoch. */
export interface Scheduled {
  readonly programme: string;
  readonly batch: string;
  /** When it starts, as it was written. */
  readonly starting: string;
  readonly paused: boolean;
  readonly note: string;
  /** Of what lies ahead; a paused one takes none of them. */
  readonly next: readonly number[];
  /** The newest ones, oldest first. */
  readonly runs: readonly { readonly id: string; readonly takenAt: number }[];
}

const noteOf = (did: string, { by, comment }: Asker): string => `${did} by ${by}${comment ? `: ${comment}` : ''}`;

type Known = Pick<ScheduleDescription | ScheduleSummary, 'memo' | 'state' | 'info'>;

const scheduledOf = ({ memo, state, info }: Known, now: number): Scheduled => {
  const { programme, batch, starting } = (memo ?? {}) as Pick<Scheduled, 'programme' | 'batch' | 'starting'>;
  return {
    programme,
    batch,
    starting,
    paused: state.paused,
    note: state.note ?? '',
    // The server goes on showing the time of a paused one when it is past.
    next: info.nextActionTimes.map((at) => at.getTime()).filter((at) => at > now),
    runs: info.recentActions.map(({ action, takenAt }) => ({
      id: action.workflow.workflowId,
      takenAt: takenAt.getTime(),
    })),
  };
};

const handleOf = (client: Client, programme: string, batch: string): ScheduleHandle =>
  client.schedule.getHandle(kickOffId(programme, batch));

const readSchedule = async (handle: ScheduleHandle): Promise<Scheduled> =>
  scheduledOf(await handle.describe(), Date.now());

/** Every schedule of ours; visibility, a moment behind. */
export const listSchedules = async (client: Client): Promise<readonly Scheduled[]> => {
  const all: Scheduled[] = [];
  for await (const one of client.schedule.list())
    if (one.scheduleId.startsWith(KICK_OFF)) all.push(scheduledOf(one, Date.now()));
  return all.sort((a, b) => (a.next[0] ?? Number.POSITIVE_INFINITY) - (b.next[0] ?? Number.POSITIVE_INFINITY));
};

const refuseKnownBatch = async (client: Client, id: string, batch: string): Promise<void> => {
  const known = await client.workflow
    .getHandle(id)
    .describe()
    .catch(() => null);
  if (known)
    throw new Error(
      `${id} ${known.status.name === 'RUNNING' ? 'runs already' : 'has run already'}: a schedule would start nothing.\n    \`tranship report ${batch}\` shows it; \`tranship start ${batch}\` starts what of it does not run.`,
    );
};

export interface ScheduleOrder {
  readonly order: BatchOrder;
  readonly starting: Starting;
  readonly asker: Asker;
  readonly catchUpMs?: number;
}

const create = async (client: Client, { order, starting, asker, catchUpMs = CATCH_UP_MS }: ScheduleOrder) => {
  const { programme, name } = order;
  try {
    return await client.schedule.create<typeof kickOff>({
      scheduleId: kickOffId(programme, name),
      spec: specOf(starting),
      action: {
        type: 'startWorkflow',
        workflowType: 'kickOff',
        workflowId: kickOffId(programme, name),
        taskQueue: 'orchestrator',
        args: [order],
        staticSummary: `kick-off of ${name}: ${order.members.length} VMs`,
      },
      policies: { catchupWindow: catchUpMs, overlap: 'SKIP' },
      state: {
        paused: true,
        note: noteOf('created, paused,', asker),
        ...(starting.kind === 'once' ? { remainingActions: 1 } : {}),
      },
      memo: { programme, batch: name, starting: wordsOf(starting) },
    });
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning)
      throw new Error(
        `${name} has a schedule already: ${(await readSchedule(handleOf(client, programme, name))).starting}.\n    \`tranship schedule ${name} --delete\` takes it away first.`,
      );
    if (starting.kind === 'cron' && error instanceof TypeError)
      throw wrongInput(`--cron  "${starting.text}": ${error.message}`, CRON_FIX);
    throw error;
  }
};

/** Why what was just created is of no use; null when it is. */
const whyUseless = ({ order, starting }: ScheduleOrder, { next: [first] }: Scheduled): string | null => {
  if (first === undefined || (starting.kind === 'once' && first !== starting.at))
    return `${wordsOf(starting)} never comes, by the calendar of the server.`;
  return whyTooLate(order, first);
};

/**
 * Schedules the kick-off of a batch, paused. Refused where the batch is known to the server already, has a schedule, or could not cut over
 * any more when its hour comes. The batch is started as the plan has it now.
 */
export const scheduleBatch = async (client: Client, wanted: ScheduleOrder): Promise<Scheduled> => {
  const { programme, name } = wanted.order;
  await refuseKnownBatch(client, batchId(programme, name), name);
  const handle = await create(client, wanted);
  const scheduled = await readSchedule(handle);
  const useless = whyUseless(wanted, scheduled);
  if (!useless) return scheduled;
  await handle.delete();
  throw wrongInput(
    `--${wanted.starting.kind === 'once' ? 'at' : 'cron'}  ${useless}`,
    'Write an earlier time, or plan a later window. Nothing was scheduled.',
  );
};

/** The schedule of a batch by name; refuses a name that several programmes bear. */
export const findSchedule = async (client: Client, batch: string, programme?: string): Promise<ScheduleHandle> => {
  const all = (await listSchedules(client)).filter((one) => one.batch === batch);
  const fits = all.filter((one) => programme === undefined || one.programme === programme);
  const [only] = fits;
  if (fits.length > 1)
    throw new Error(
      `Several programmes have a schedule of ${batch}: ${fits.map((one) => one.programme).join(', ')}.\n    Add --programme.`,
    );
  if (only || programme !== undefined) return handleOf(client, only?.programme ?? programme ?? '', batch);
  throw notScheduled(batch);
};

const notScheduled = (batch: string): Error =>
  new Error(`${batch} has no schedule.\n    \`tranship schedule\` lists those there are.`);

/** As it stands, from the server itself. */
export const viewSchedule = (handle: ScheduleHandle, batch: string): Promise<Scheduled> =>
  readSchedule(handle).catch((error: unknown) => {
    throw error instanceof ScheduleNotFoundError ? notScheduled(batch) : error;
  });

/** Lets it run. One whose time passed while it was paused would never run, and says so. */
export const resumeSchedule = async (handle: ScheduleHandle, batch: string, asker: Asker): Promise<Scheduled> => {
  const { next, starting } = await viewSchedule(handle, batch);
  if (next.length === 0)
    throw new Error(
      `${batch} has no time ahead: ${starting} passed.\n    \`tranship schedule ${batch} --now\` kicks it off; or --delete it and schedule it anew.`,
    );
  await handle.unpause(noteOf('resumed', asker));
  return readSchedule(handle);
};

export const pauseSchedule = async (handle: ScheduleHandle, batch: string, asker: Asker): Promise<Scheduled> => {
  await viewSchedule(handle, batch);
  await handle.pause(noteOf('paused', asker));
  return readSchedule(handle);
};

export const deleteSchedule = async (handle: ScheduleHandle, batch: string): Promise<Scheduled> => {
  const last = await viewSchedule(handle, batch);
  await handle.delete();
  return last;
};

/** What a kick-off said; null while it waits for an orchestrator, or failed. */
export const saidBy = async (client: Client, run: string): Promise<KickedOff | null> => {
  const handle = client.workflow.getHandle<typeof kickOff>(run);
  const { status } = await handle.describe();
  return status.name === 'COMPLETED' ? handle.result() : null;
};

const HEARD_WITHIN_MS = 5_000;

/** The same, waited for a little where an orchestrator has it in hand. */
export const hearKickOff = async (client: Client, run: string): Promise<KickedOff | null> => {
  for (let waited = 0; waited < HEARD_WITHIN_MS; waited += LOOK_MS) {
    const done = await saidBy(client, run);
    if (done) return done;
    await pass(LOOK_MS);
  }
  return null;
};

/** A little more than the second by which the server names runs. */
const NEXT_SECOND_MS = 1_050;
const SEEN_WITHIN_MS = 5_000;
const LOOK_MS = 100;

const pass = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/**
 * Kicks a batch off now, paused or not, and answers with the run. The server names runs by the second: of two in one second the later
 * leaves no trace (T §7). So the next second is waited for, and a run that was not there before must be seen.
 */
export const kickOffNow = async (handle: ScheduleHandle, batch: string): Promise<string> => {
  await viewSchedule(handle, batch);
  const { runningActions, recentActions } = (await handle.describe()).info;
  const [underWay] = runningActions;
  if (underWay)
    throw new Error(
      `${underWay.workflow.workflowId} is under way still: a second kick-off beside it would be skipped.\n    It ends when an orchestrator runs: \`tranship worker orchestrator\`.`,
    );
  const before = recentActions.map(({ action }) => action.workflow.workflowId);
  await pass(NEXT_SECOND_MS);
  await handle.trigger('SKIP');
  for (let waited = 0; waited < SEEN_WITHIN_MS; waited += LOOK_MS) {
    const run = (await readSchedule(handle)).runs.find(({ id }) => !before.includes(id));
    if (run) return run.id;
    await pass(LOOK_MS);
  }
  throw new Error(
    `The server took the trigger of ${batch}, and no run of it is seen.\n    \`tranship schedule ${batch}\` shows what ran; then try again.`,
  );
};
