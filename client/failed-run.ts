import { ActivityFailure, ApplicationFailure, TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import type { Mishap } from '../domain/mishap.ts';

/** What went wrong, and what a person does about it. */
export type Trouble = Pick<Mishap, 'message' | 'fix'>;

const isMishap = (detail: unknown): detail is Mishap =>
  typeof detail === 'object' && detail !== null && 'message' in detail && 'fix' in detail;

const AGENT = 'Look at the agent of this queue and at its log, then try again.';

/** The cause of a run that ended badly, in the words of whoever found it. */
export const troubleOf = (error: unknown): Trouble => {
  if ((error instanceof WorkflowFailedError || error instanceof ActivityFailure) && error.cause)
    return troubleOf(error.cause);
  if (error instanceof ApplicationFailure) {
    const detail = error.details?.[0];
    return { message: error.message, fix: isMishap(detail) ? detail.fix : AGENT };
  }
  if (error instanceof TimeoutFailure)
    return error.cause instanceof Error && error.cause.message
      ? { message: error.cause.message, fix: AGENT }
      : { message: 'There was no answer in time.', fix: AGENT };
  return { message: error instanceof Error ? error.message : String(error), fix: 'Try again.' };
};
