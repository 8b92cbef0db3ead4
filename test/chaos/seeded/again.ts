import type { TrialEstate } from '../../../tools/estate/estate.ts';

const ASK_MS = 3_000;
const TRIES = 6;
const PAUSE_MS = 1_000;

export const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${wordsOf(cause)}` : error.message;
};

/** What hangs on a process that may be dead is given up soon and asked again. */
export const soon = async <T>(trial: TrialEstate, ask: () => Promise<T>): Promise<T | null> =>
  trial.client.withDeadline(Date.now() + ASK_MS, ask).catch(() => null);

/** A command that failed is given again, as a person would, until it is taken. */
export const again = async <T>(what: string, act: () => Promise<T>): Promise<T> => {
  for (let n = 1; ; n += 1) {
    try {
      return await act();
    } catch (error) {
      if (n >= TRIES) throw new Error(`${what}: ${wordsOf(error)}`);
      await pause(PAUSE_MS);
    }
  }
};
