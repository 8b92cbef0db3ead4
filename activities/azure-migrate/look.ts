import { ApplicationFailure } from '@temporalio/common';
import type { Finding } from '../../domain/finding.ts';
import { FINAL, type Mishap } from '../../domain/mishap.ts';
import { finding } from '../arm/finding.ts';

export type Look = () => Promise<readonly Finding[]>;

/** A look that fails for good is itself a finding; one that may go better next time is asked again. */
export const look = async (id: string, subject: string, at: Look): Promise<readonly Finding[]> => {
  try {
    return await at();
  } catch (error) {
    const told = error instanceof ApplicationFailure ? (error.details?.[0] as Mishap | undefined) : undefined;
    if (!told || !FINAL.includes(told.class)) throw error;
    return [finding(id, 'block', subject, told.message, told.fix)];
  }
};
