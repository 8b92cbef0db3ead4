import type { Reached } from '../temporal.ts';

/** Connects, works, and lets go of the connection whatever happens. */
export const atTemporal = async <T>(work: (reached: Reached) => Promise<T>): Promise<T> => {
  const { reachTemporal } = await import('../temporal.ts');
  const reached = await reachTemporal();
  try {
    return await work(reached);
  } finally {
    await reached.close();
  }
};
