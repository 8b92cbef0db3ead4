import type { Connection } from '@temporalio/client';
import { pollersOf } from '../workers/pollers.ts';

/** Asks a workflow under a deadline: a question to one that nobody holds would wait for ever. */
export type Ask = <T>(question: () => Promise<T>, withinMs?: number) => Promise<T>;

const ANSWER_MS = 15_000;
/** After this time it is looked whether anybody is there to answer at all. */
const DOUBT_MS = 1_000;

const DEADLINE_EXCEEDED = 4;

/** Nobody holds the workflow: no worker polled lately, or none answered in time. */
const isUnanswered = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { code, message = '' } = (error.cause ?? {}) as { code?: unknown; message?: string };
  return (
    error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError' ||
    code === DEADLINE_EXCEEDED ||
    /no poller seen/i.test(`${error.message} ${message}`)
  );
};

const START = 'Start one with `tranship worker orchestrator`.';

/** Nobody was there to answer; whether what was asked is taken later is not known. */
export class NoAnswer extends Error {}

const unanswered = (withinMs: number): Error =>
  new NoAnswer(
    `No orchestrator answered within ${withinMs / 1_000} s. What was asked may still be taken when one comes back: look before you ask again.\n    ${START}`,
  );

const absent = (): Error =>
  new NoAnswer(
    `No orchestrator runs, so no migration answers. What was asked may still be taken when one comes back: look before you ask again.\n    ${START}`,
  );

export const askThrough =
  (connection: Connection, namespace: string): Ask =>
  async (question, withinMs = ANSWER_MS) => {
    const nobody = new AbortController();
    const over = new AbortController();
    const doubt = setTimeout(async () => {
      const pollers = await connection
        .withAbortSignal(over.signal, () => pollersOf(connection, namespace, 'orchestrator', 'workflow'))
        .catch(() => null);
      if (pollers?.length === 0) nobody.abort();
    }, DOUBT_MS);
    try {
      return await connection.withAbortSignal(nobody.signal, () =>
        connection.withDeadline(Date.now() + withinMs, question),
      );
    } catch (error) {
      if (nobody.signal.aborted) throw absent();
      throw isUnanswered(error) ? unanswered(withinMs) : error;
    } finally {
      clearTimeout(doubt);
      over.abort();
    }
  };
