import { ApplicationFailure } from '@temporalio/common';

/** The class of the failure that a call ends with; `none` when it ends well. */
export const mishapOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'none',
    (error: unknown) => (error instanceof ApplicationFailure ? (error.type ?? 'no class') : String(error)),
  );
