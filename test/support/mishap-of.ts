import { ApplicationFailure } from '@temporalio/common';
import type { Mishap } from '../../domain/mishap.ts';

/** The class of the failure that a call ends with; `none` when it ends well. */
export const mishapOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: unknown) => (error instanceof ApplicationFailure ? (error.type ?? 'no class') : String(error)),
  );

/** What an operator is told when a call fails. */
export const toldOf = (call: Promise<unknown>): Promise<Mishap> =>
  call.then(
    () => Promise.reject(new Error('it ended well')),
    (error: unknown) => {
      if (error instanceof ApplicationFailure) return error.details?.[0] as Mishap;
      throw error;
    },
  );
