import { Context } from '@temporalio/activity';

/**
 * One try of an activity that may have been tried before. What a try learns and the next one needs (which task was started,
 * when a signal was sent) travels in the progress of its `notFinished`: the worker keeps that from try to try.
 */
export interface Attempt {
  /** What the last try of this execution said as its progress; null on the first. */
  readonly before: Readonly<Record<string, unknown>> | null;
  /** Milliseconds on the clock of the Temporal server: the only clock that all tries share. */
  readonly clockMs: number;
  /** Names this execution: the same for all its tries, another when a person asks again. */
  readonly execution: string;
  readonly cancelled?: AbortSignal;
}

const read = (progress: unknown): Attempt['before'] => {
  if (typeof progress !== 'string' || !progress.startsWith('{')) return null;
  try {
    return JSON.parse(progress) as Readonly<Record<string, unknown>>;
  } catch {
    return null;
  }
};

/** A progress that the next try finds again as `before`. */
export const note = (facts: Readonly<Record<string, string | number | boolean | null | readonly string[]>>): string =>
  JSON.stringify(facts);

/** The running try; outside of Temporal a first one. */
export const attemptNow = (): Attempt => {
  try {
    const { info, cancellationSignal } = Context.current();
    const kept = info.heartbeatDetails as { readonly progress?: unknown } | undefined;
    return {
      before: read(kept?.progress),
      clockMs: info.currentAttemptScheduledTimestampMs,
      execution: `${info.workflowExecution?.runId ?? ''}/${info.activityId}`,
      cancelled: cancellationSignal,
    };
  } catch {
    return { before: null, clockMs: Date.now(), execution: '' };
  }
};
