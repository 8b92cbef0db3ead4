import type { Keeper } from '../activities/contracts/keeper.ts';
import { expectedOfGroup } from '../domain/attestation.ts';
import { asTyped, type Loan } from '../domain/ballot.ts';
import { type BatchState, type GroupDecided, type GroupDecision, refusedOf } from '../domain/batch.ts';
import { refuseGroupDecision, takeGroupDecision } from '../domain/group-decision.ts';
import { groupGates } from '../domain/group-gate.ts';
import { type LoanAsked, lend, loanableAtBatch, refuseLoan } from '../domain/loan.ts';
import { typed } from '../domain/typed.ts';
import { identify, isAttestation } from './attest.ts';
import { type Channel, type Door, refusalOf } from './door.ts';

/** A batch as whoever decides on its groups needs it. */
export interface Polled {
  /** Workflow id of the batch. */
  readonly id: string;
  readonly state: () => BatchState;
  readonly change: (state: BatchState) => void;
  readonly keeper: Pick<Keeper, 'attest'>;
}

const needsProof = (state: BatchState, asked: GroupDecision): boolean =>
  !state.trustNamespace && isAttestation(asked?.attestation);

const recordRefusal = ({ state, change }: Polled, asked: GroupDecision, why: string): void =>
  change(refusedOf(state(), `decision on ${typed(asked?.group)} by ${typed(asked?.by)}`, why, Date.now()));

/** A decision whose author is verified first. What is refused is recorded, whoever it was. */
const takeProven = async (b: Polled, asked: GroupDecision, channel: Channel): Promise<GroupDecided> => {
  const no = (why: string) => {
    recordRefusal(b, asked, why);
    return refusalOf(why);
  };
  const openNow = () => groupGates(b.state()).find(({ group }) => group === asked.group);
  const gate = openNow();
  // What was approved and waits for its turn shows no gate, and can be taken back by whoever says so.
  const expected = expectedOfGroup(
    b.id,
    gate ?? { group: asked.group, hop: asked.hop, fingerprint: asked.fingerprint, openedAt: 0 },
    asked.decision,
  );
  const known = await identify(b.keeper, asked, expected, () => b.state().attestations ?? []);
  if ('why' in known) throw no(known.why);
  if (asked.decision === 'approve' && openNow()?.openedAt !== gate?.openedAt)
    throw no(`What ${asked.group} shows has changed meanwhile: look again, then decide.`);
  const why = refuseGroupDecision(b.state(), asked, Date.now(), known.who);
  if (why) throw no(why);
  const { state, decided } = takeGroupDecision(b.state(), asked, Date.now(), channel, known.who);
  const attestations = [...(state.attestations ?? []), ...(known.id === null ? [] : [known.id])];
  b.change({ ...state, attestations });
  return decided;
};

/** Where decisions on a group, or on the whole batch, come in. */
export const groupDecisions = (b: Polled): Door<GroupDecision, GroupDecided> => ({
  judge: (asked) => {
    const state = b.state();
    return refuseGroupDecision(state, asked, Date.now(), needsProof(state, asked) ? null : asTyped(asked?.by));
  },
  take: (asked, channel) => {
    if (needsProof(b.state(), asked)) return takeProven(b, asked, channel);
    const { state, decided } = takeGroupDecision(b.state(), asked, Date.now(), channel);
    b.change(state);
    return decided;
  },
  recordRefusal: (asked, why) => recordRefusal(b, asked, why),
});

/** Where the right to approve the cut-over of groups is lent. */
export const groupLoans = ({ state, change }: Polled): Door<LoanAsked, Loan> => ({
  judge: (asked) => {
    const { policy, approvers, trustNamespace } = state();
    return refuseLoan(asked, loanableAtBatch(policy ?? { approvers }), trustNamespace, Date.now());
  },
  take: (asked) => {
    const loan = lend(asked, Date.now());
    change({ ...state(), loans: [...(state().loans ?? []), loan] });
    return loan;
  },
  recordRefusal: (asked, why) => change(refusedOf(state(), `lending by ${typed(asked?.by)}`, why, Date.now())),
});
