import type { Reached } from '../temporal.ts';
import { tell } from './print.ts';

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

/** The same with what records tell alone where no server answers and some are there: said on standard error. */
export const atRecords = async <T>(folder: string, work: (reached: Reached | null) => Promise<T>): Promise<T> => {
  const { reachTemporal } = await import('../temporal.ts');
  const reached = await reachTemporal().catch(async (error: Error) => {
    const { readRecords } = await import('../../workers/records.ts');
    if ((await readRecords(folder)).length === 0) throw error;
    tell(`! ${error.message}\n    Told by the records below ${folder} alone: what still runs is missing.`);
    return null;
  });
  try {
    return await work(reached);
  } finally {
    await reached?.close();
  }
};
