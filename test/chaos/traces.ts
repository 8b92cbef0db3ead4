import type { MigrationHandle } from '../../client/operations.ts';
import type { CutOverStep } from './steps.ts';

type History = Awaited<ReturnType<MigrationHandle['fetchHistory']>>;
type Described = Awaited<ReturnType<MigrationHandle['describe']>>;
type Time = { readonly seconds?: unknown; readonly nanos?: unknown } | null | undefined;

const msOf = (time: Time): number => Number(time?.seconds ?? 0) * 1_000 + Number(time?.nanos ?? 0) / 1_000_000;

interface Open {
  /** `verb product` */
  readonly verb: string;
  readonly from: number;
  to: number;
}

/** What a migration's history tells of when it worked. Times in ms. */
export interface Traces {
  /** An activity of the step was under way at that time. */
  readonly wasIn: (step: CutOverStep, at: number) => boolean;
  /** The first thing done after that time. */
  readonly progressAfter: (at: number) => number | null;
}

export const tracesOf = ({ events }: History): Traces => {
  const open = new Map<string, Open>();
  const done: number[] = [];
  for (const event of events ?? []) {
    const at = msOf(event.eventTime);
    const { activityTaskScheduledEventAttributes: scheduled } = event;
    if (scheduled) {
      const product = String(scheduled.taskQueue?.name).split('@')[0];
      open.set(String(event.eventId), { verb: `${scheduled.activityType?.name} ${product}`, from: at, to: Infinity });
    }
    const closed =
      event.activityTaskCompletedEventAttributes ??
      event.activityTaskFailedEventAttributes ??
      event.activityTaskTimedOutEventAttributes ??
      event.activityTaskCanceledEventAttributes;
    const activity = closed && open.get(String(closed.scheduledEventId));
    if (activity) activity.to = at;
    // A started or a timed-out task is a promise or a loss; these are work that was done.
    if (
      event.activityTaskCompletedEventAttributes ??
      event.workflowTaskCompletedEventAttributes ??
      event.workflowExecutionUpdateAcceptedEventAttributes
    )
      done.push(at);
  }
  return {
    wasIn: ({ verbs }, at) =>
      [...open.values()].some((one) => verbs.includes(one.verb) && one.from <= at && at < one.to),
    progressAfter: (after) => done.find((at) => at > after) ?? null,
  };
};

/** When, after a time, a product was asked and said that it is still at it: what a poll that leaves no history shows of itself. */
export const answeredAfter = ({ raw }: Described, after: number): number | null => {
  const answers = (raw.pendingActivities ?? [])
    .filter(({ lastFailure }) => lastFailure?.applicationFailureInfo?.type === 'NotFinished')
    .map(({ lastAttemptCompleteTime }) => msOf(lastAttemptCompleteTime))
    .filter((at) => at > after);
  return answers.length > 0 ? Math.min(...answers) : null;
};
