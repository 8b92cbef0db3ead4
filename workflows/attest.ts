import { ActivityFailure, CancellationScope } from '@temporalio/workflow';
import type { Keeper } from '../activities/contracts/keeper.ts';
import type { Expected } from '../domain/attestation.ts';
import { asTyped, type Who } from '../domain/ballot.ts';

/** Who it was, as was verified; or why it does not count. */
export type Verified = { readonly who: Who; readonly id: string } | { readonly why: string };

/** An attestation is anything that a person typed until it was verified. */
export const isAttestation = (value: unknown): value is string => typeof value === 'string' && value !== '';

const verify = async (
  { attest }: Pick<Keeper, 'attest'>,
  attestation: string,
  expected: Expected,
): Promise<Verified> => {
  try {
    const told = await CancellationScope.nonCancellable(() => attest({ attestation, expected }));
    if (!told.ok) return { why: told.why };
    return { who: { by: told.subject, groups: told.groups, identity: 'attested' }, id: told.id };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    return {
      why: `The attestation could not be verified now (${error.cause?.message ?? error.message}); decide again.`,
    };
  }
};

/**
 * Who decides, where the decision brings an attestation: each counts once, whatever it was used for. Holding back needs none, and one that
 * does not hold keeps nobody from it.
 */
export const identify = async (
  keeper: Pick<Keeper, 'attest'>,
  asked: { readonly by: string; readonly decision: 'approve' | 'reject'; readonly attestation?: unknown },
  expected: Expected,
  used: () => readonly string[],
): Promise<Verified | { readonly who: Who; readonly id: null }> => {
  const told = isAttestation(asked.attestation)
    ? await verify(keeper, asked.attestation, expected)
    : { why: 'There is no attestation.' };
  const known =
    'id' in told && used().includes(told.id) ? { why: 'This attestation was used already; decide again.' } : told;
  return 'why' in known && asked.decision === 'reject' ? { who: asTyped(asked.by), id: null } : known;
};
