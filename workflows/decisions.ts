import { ActivityFailure, CancellationScope, condition } from '@temporalio/workflow';
import { expectedOfVm } from '../domain/attestation.ts';
import { asTyped, cast, type Loan, mayOpen, type Who } from '../domain/ballot.ts';
import { type Decided, type Decision, type OpenGate, refuseDecision } from '../domain/gate.ts';
import type { GateName } from '../domain/gate-policy.ts';
import { type LoanAsked, lend, refuseLoan } from '../domain/loan.ts';
import { typed } from '../domain/typed.ts';
import { identify, isAttestation } from './attest.ts';
import { type Channel, type Door, refusalOf } from './door.ts';
import { type Journey, note, recordRefusal, refuseSignal, self } from './journey.ts';
import { keeper } from './verbs.ts';

/** With whom the VM is decided on, at their batch; null where it is by itself. */
export const togetherWith = (j: Journey, name: GateName): 'group' | 'batch' | null => {
  const { scope = 'vm' } = j.order.gates[name];
  return j.order.batchId === undefined || scope === 'vm' ? null : scope;
};

export const isDecidedTogether = (j: Journey, name: GateName): boolean => togetherWith(j, name) !== null;

/** Comes from its batch, where the group was decided on. */
const isLetter = (j: Journey, came: Decision | null): boolean =>
  j.gate !== null && isDecidedTogether(j, j.gate.name) && came?.decision === 'approve' && came.group === j.group;

const refuseAlone = (j: Journey, decision: Decision): string | null => {
  if (!j.gate || !isDecidedTogether(j, j.gate.name)) return null;
  if (decision.decision !== 'approve' || isLetter(j, decision)) return null;
  const { scope } = j.order.gates[j.gate.name];
  return scope === 'batch'
    ? `${j.order.name} cuts over with its whole batch: decide on the batch, at ${j.order.batchId}.`
    : `${j.order.name} cuts over with its group ${j.group}: decide on the group, at ${j.order.batchId}.`;
};

/** Who decides is known only when it was verified. */
const needsProof = (j: Journey, decision: Decision): boolean =>
  !j.order.trustNamespace && (isAttestation(decision?.attestation) || isLetter(j, decision));

/** The group counted the right of whoever decided on it. */
const whoOf = (j: Journey, decision: Decision): Who | null => {
  if (needsProof(j, decision)) return null;
  return isLetter(j, decision) && typeof decision.right === 'string' ? asTyped(decision.right) : asTyped(decision?.by);
};

const judge = (j: Journey, decision: Decision, who: Who | null = whoOf(j, decision)): string | null =>
  j.decided
    ? `${j.decided.gate} is decided already, by ${j.decided.by}.`
    : (refuseDecision(j.gate, decision, j.order.trustNamespace, { who, loans: j.loans, now: Date.now() }) ??
      refuseAlone(j, decision));

/** What of it is a decision: a signal may bring anything beside it. */
const wordsOf = (came: Decision): Decision => {
  const { gate: name, hop, round, fingerprint, decision, by, ...beside } = came;
  const { comment, ticket, attestation, group, openedAt, right, expired, groupAsked } = beside;
  const words = { comment, ticket, attestation, group, openedAt, right, expired, groupAsked };
  const said = Object.entries(words).filter(([, word]) => word !== undefined && word !== null);
  return { ...{ gate: name, hop, round, fingerprint, decision, by }, ...Object.fromEntries(said) };
};

/** Takes a decision that fits; the caller has judged it. The first rejection counts, and the approval that brings the gate to its quorum. */
const take = (j: Journey, decision: Decision, channel: Channel, who: Who): Decided => {
  const now = Date.now();
  const decided: Decided = { ...wordsOf(decision), by: who.by, at: now, channel, identity: who.identity };
  if (!j.gate || decision.decision === 'reject') return settle(j, decided);
  const { ballot, tally, isOpen } = cast(j.gate.name, j.gate, who, j.loans, now);
  if (j.gate.quorum === undefined) return settle(j, decided);
  const counted = { ...decided, tally };
  j.gate = { ...ballot, mayOpen: mayOpen(ballot, ballot.name, j.loans, now) };
  if (isOpen) return settle(j, counted);
  j.decisions.push(counted);
  note(j, {});
  return counted;
};

const settle = (j: Journey, decided: Decided): Decided => {
  j.decisions.push(decided);
  j.decided = decided;
  return decided;
};

const ASK_AGAIN_MS = 30_000;
const MOST_ASKED = 20;

/**
 * The batch says itself whether it sent this, and who decided there: a signal may be anybody's. A batch that gives no answer is asked again
 * while the gate stands, for it sends no second letter.
 */
const vouched = async (j: Journey, gate: OpenGate, { by }: Decision): Promise<{ who: Who } | { why: string }> => {
  const { batchId: batch, policies } = j.order;
  const { hop, fingerprint, openedAt } = gate;
  const isOver = (): boolean => j.gate?.openedAt !== openedAt || j.decided !== null;
  for (let asked = 1; ; asked += 1) {
    try {
      const told = await CancellationScope.nonCancellable(() =>
        keeper(policies).vouch({ batch: batch ?? '', member: self(), gate: { hop, fingerprint, openedAt } }),
      );
      return told.vouched
        ? { who: { by: told.by ?? by, groups: [], identity: 'attested' } }
        : { why: `${batch} does not say that it was decided on there.` };
    } catch (error) {
      if (!(error instanceof ActivityFailure)) throw error;
      const why = `${batch} could not be asked whether it was decided on there (${error.cause?.message ?? error.message}).`;
      const isLast = asked === MOST_ASKED;
      if (isLast || (await condition(isOver, ASK_AGAIN_MS, { summary: 'asks the batch again' }))) return { why };
    }
  }
};

/** The same for a decision whose author is verified first. What is refused is recorded, whoever it was. */
const takeProven = async (j: Journey, decision: Decision, channel: Channel): Promise<Decided> => {
  const no = (why: string) => {
    refuseSignal(j, decision, why);
    return refusalOf(why);
  };
  const { gate } = j;
  if (!gate) throw no('No gate is open.');
  const known = isLetter(j, decision)
    ? await vouched(j, gate, decision)
    : await identify(
        keeper(j.order.policies),
        decision,
        expectedOfVm(self(), gate, decision.decision),
        () => j.attestations,
      );
  if ('why' in known) throw no(known.why);
  if (j.gate?.openedAt !== gate.openedAt)
    throw no(`${gate.name} was closed or opened anew meanwhile: look again, then decide.`);
  // Its batch has looked whose right it was.
  const why = judge(j, decision, isLetter(j, decision) ? null : known.who);
  if (why) throw no(why);
  if ('id' in known && known.id !== null) j.attestations.push(known.id);
  return take(j, decision, channel, known.who);
};

/** Where decisions on this VM come in. */
export const decisions = (j: Journey): Door<Decision, Decided> => ({
  judge: (decision) => judge(j, decision),
  take: (decision, channel) =>
    needsProof(j, decision) ? takeProven(j, decision, channel) : take(j, decision, channel, asTyped(decision.by)),
  recordRefusal: (decision, why) => refuseSignal(j, decision, why),
});

/** Where the right to approve is lent. */
export const loans = (j: Journey): Door<LoanAsked, Loan> => ({
  judge: (asked) => refuseLoan(asked, j.order.gates, j.order.trustNamespace, Date.now()),
  take: (asked) => {
    const loan = lend(asked, Date.now());
    j.loans = [...j.loans, loan];
    if (j.gate) j.gate = { ...j.gate, mayOpen: mayOpen(j.gate, j.gate.name, j.loans, Date.now()) };
    note(j, {});
    return loan;
  },
  recordRefusal: (asked, why) => recordRefusal(j, `lending by ${typed(asked?.by)}`, why),
});
