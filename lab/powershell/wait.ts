import { setTimeout as after } from 'node:timers/promises';
import type { Estate } from '../estate/types.ts';

/** Lets `ms` of vendor time (at speed 1) go by. */
export const pause = (estate: Estate, ms: number): Promise<void> => after(estate.scaled(ms));

/** Looks until the condition holds or `ms` of vendor time (at speed 1) went by; says whether it holds. */
export const within = async (estate: Estate, ms: number, holds: () => boolean): Promise<boolean> => {
  const end = estate.now() + estate.scaled(ms);
  while (!holds() && estate.now() < end) await after(20);
  return holds();
};
