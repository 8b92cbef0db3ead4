import { isCancellation } from '@temporalio/workflow';

/** Nothing that the orchestrator itself cannot answer may end a batch or a programme, which others wait for: it is asked again later. */
export const unlessUnanswered = async <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return null;
  });
