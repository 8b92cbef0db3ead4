import { ApplicationFailure } from '@temporalio/common';
import type { SecretRef } from '../../domain/estate.ts';
import { mishap } from '../contracts/mishap.ts';

/** The value behind `env:NAME` or `file:/path`. */
export type ResolveSecret = (ref: SecretRef) => Promise<string>;

/** Reads a secret where it is needed; a failure names the reference, never the value. */
export const secretOf = async (ref: SecretRef, resolve: ResolveSecret): Promise<string> => {
  try {
    return await resolve(ref);
  } catch (error) {
    if (error instanceof ApplicationFailure) throw error;
    throw mishap.configuration(`The secret ${ref} cannot be read on this worker.`, {
      fix: 'Set it where the agent of this instance runs.',
    });
  }
};
