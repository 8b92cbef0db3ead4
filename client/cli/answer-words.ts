import type { Tally } from '../../domain/ballot.ts';

interface Said {
  readonly by: string;
  readonly comment?: string;
  readonly ticket?: string;
}

/** Who answers, with what was given beside: an empty comment or ticket is none. */
export const saidOf = ({ by, comment, ticket }: Said): Said => ({
  by,
  ...(comment ? { comment } : {}),
  ...(ticket ? { ticket } : {}),
});

/** What an answer did to a gate: one approval of several does not open it yet. */
export const didText = (decision: 'approve' | 'reject', tally: Tally | null | undefined): string => {
  if (decision === 'reject') return 'refused';
  return tally && tally.have < tally.of ? 'approved' : 'opened';
};
