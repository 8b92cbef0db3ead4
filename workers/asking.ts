import { ApplicationFailure } from '@temporalio/common';
import { unreachable } from '../activities/contracts/mishap.ts';

/** What the server did not answer is asked again, as the retry of the verb says: an error that nobody classed would end the verb at once. */
export const asking =
  <A extends readonly unknown[], R>(verb: (...order: A) => Promise<R>) =>
  async (...order: A): Promise<R> => {
    try {
      return await verb(...order);
    } catch (error) {
      if (error instanceof ApplicationFailure) throw error;
      throw unreachable(`Temporal gave no answer: ${error instanceof Error ? error.message : error}`);
    }
  };
