import type { Mover } from '../contracts/mover.ts';

/** Nothing to mark: the failover itself stops the source and copies the last delta, so no run of ours could come too early. */
export const markFinal = (): Mover['markFinal'] => async () => ({ newestRun: null });
