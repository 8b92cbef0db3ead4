import { CancellationScope } from '@temporalio/workflow';
import { expectedOfVm } from '../domain/attestation.ts';
import {
  asTyped,
  cast,
  isExpired,
  isIrreversible,
  type Loan,
  lifeOf,
  mayOpen,
  nextOfBallot,
  openBallot,
  passTime,
  type Who,
} from '../domain/ballot.ts';
import type { Purpose } from '../domain/capacity.ts';
import {
  type Decided,
  type Decision,
  type Evidence,
  fingerprintOf,
  type OpenGate,
  refuseDecision,
} from '../domain/gate.ts';
import { type LoanAsked, lend, refuseLoan } from '../domain/loan.ts';
import type { Phase } from '../domain/phase.ts';
import type { GateName, GatePolicy } from '../domain/plan.ts';
import { typed } from '../domain/typed.ts';
import type { Verb } from '../domain/verbs.ts';
import { identify, isAttestation } from './attest.ts';
import { type Channel, type Door, refusalOf } from './door.ts';
import { type Journey, note, refuseSignal, self, show } from './journey.ts';
import { giveBack } from './lease.ts';
import { until } from './step.ts';
import { tellBatch } from './tell-batch.ts';
import { keeper } from './verbs.ts';

/** With whom the VM is decided on, at their batch; null where it is by itself. */
const togetherWith = (j: Journey, name: GateName): 'group' | 'batch' | null => {
  const { scope = 'vm' } = j.order.gates[name];
  return j.order.batchId === undefined || scope === 'vm' ? null : scope;
};

const isDecidedTogether = (j: Journey, name: GateName): boolean => togetherWith(j, name) !== null;

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

/** Takes a decision that fits; the caller has judged it. The first rejection counts, and the approval that brings the gate to its quorum. */
const take = (j: Journey, decision: Decision, channel: Channel, who: Who): Decided => {
  const now = Date.now();
  const decided: Decided = { ...decision, by: who.by, at: now, channel, identity: who.identity };
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

/** The batch says itself whether it sent this: a signal may be anybody's. */
const vouched = async (j: Journey, gate: OpenGate, { by }: Decision): Promise<{ who: Who } | { why: string }> => {
  const { batchId: batch, policies } = j.order;
  const { hop, fingerprint, openedAt } = gate;
  const told = await CancellationScope.nonCancellable(() =>
    keeper(policies).vouch({ batch: batch ?? '', member: self(), gate: { hop, fingerprint, openedAt } }),
  ).catch((error: unknown) => ({ vouched: false, why: String(error) }));
  return told.vouched
    ? { who: { by, groups: [], identity: 'attested' } }
    : { why: `${batch} does not say that it was decided on there.` };
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
    : await identify(keeper(j.order.policies), decision, expectedOfVm(self(), gate, decision.decision), j.attestations);
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
  recordRefusal: (asked, why) => tellLapse(j, `lending by ${typed(asked?.by)}`, why),
});

interface GateOptions {
  readonly phase?: Phase;
  readonly round: number;
  /** Leases that are not held while people decide. */
  readonly givesBack?: readonly Purpose[];
  /** Looks again before the evidence is gathered anew: it has expired. */
  readonly refresh?: () => Promise<void>;
}

/**
 * While a person was waited for. A group waits for its last VM before it is asked, and for its turn afterwards: nobody keeps it then. It may
 * be anything that a person typed.
 */
const waitOf = (decided: Decided | null, openedAt: number): { readonly from: number; readonly to: number } => {
  const now = Date.now();
  const within = (at: unknown, otherwise: number): number =>
    typeof at === 'number' && at >= openedAt && at <= now ? at : otherwise;
  const from = within(decided?.groupAsked?.from, openedAt);
  return { from, to: Math.max(from, within(decided?.groupAsked?.to, now)) };
};

const lastSaid = (j: Journey, ...verbs: readonly Verb[]): string | undefined =>
  j.commands.findLast((asked) => verbs.includes(asked.verb))?.by;

/** Who asked for what a gate lets through. */
const requesterOf = (j: Journey, name: GateName): string | undefined => {
  if (name === 'forceOff') return lastSaid(j, 'forceOff');
  const ofRollback = name === 'rollBack' || name === 'discardStaged' || name === 'forceRemove';
  return (ofRollback ? lastSaid(j, 'rollBack', 'cancel') : undefined) ?? j.order.requestedBy;
};

/** At a VM that is decided on with others only the name on the list is left to look at: its batch does the rest, with times of its own. */
const rulesOf = (j: Journey, name: GateName): GatePolicy => {
  const rules = j.order.gates[name];
  if (!isDecidedTogether(j, name)) return rules;
  const approvers = rules.approvers.length === 0 ? [] : [...rules.approvers, ...(rules.escalateTo ?? [])];
  return { approvers, irreversible: rules.irreversible };
};

/** Waits for decisions and for the times of the plan. Answers whether it was decided before it expired. */
const awaitDecision = async (j: Journey, rules: GatePolicy, name: GateName, openedAt: number): Promise<boolean> => {
  for (;;) {
    const next = j.gate && nextOfBallot(rules, j.gate, openedAt);
    await until(
      j,
      () => j.decided !== null,
      next === null ? undefined : Math.max(1, next - Date.now()),
      `${name} waits for people`,
    );
    if (j.decided !== null || !j.gate) return true;
    const now = Date.now();
    if (isExpired(j.gate, now)) return false;
    const later = passTime(rules, j.gate, openedAt, now);
    if (later === j.gate) continue;
    j.gate = { ...later, mayOpen: mayOpen(later, name, j.loans, now) };
    show(j, { waitingFor: `a decision: ${name}, ${later.escalatedAt === undefined ? 'reminded' : 'escalated'}` });
  }
};

/** When what was approved is void unless it was used; null where the plan says nothing. */
const voidAt = (j: Journey, name: GateName, openedAt: number): number | null => {
  const life = lifeOf(j.order.gates[name]);
  return life === null ? null : waitOf(j.decided, openedAt).from + life;
};

const openGate = async (
  j: Journey,
  name: GateName,
  hop: number,
  evidence: Evidence,
  options: GateOptions,
): Promise<'approve' | 'reject' | 'expired'> => {
  const openedAt = Date.now();
  const rules = rulesOf(j, name);
  const ballot = openBallot(rules, openedAt, requesterOf(j, name));
  const together = togetherWith(j, name);
  j.decided = null;
  j.approvedUntil = null;
  j.gate = {
    name,
    hop,
    round: options.round,
    fingerprint: fingerprintOf(evidence),
    evidence,
    openedAt,
    ...ballot,
    mayOpen: mayOpen(ballot, name, j.loans, openedAt),
    ...(together ? { together } : {}),
  };
  show(j, { ...(options.phase ? { phase: options.phase } : {}), waitingFor: `a decision: ${name}` });
  try {
    if (together) {
      const { fingerprint, round } = j.gate;
      await tellBatch(j, { told: 'atGate', gate: { name, hop, round, fingerprint, openedAt } }, options.givesBack);
    } else await giveBack(j, options.givesBack ?? []);
    const inTime = await awaitDecision(j, rules, name, openedAt);
    const decided = j.decided as Decided | null;
    if (!inTime || !decided || (decided.expired === true && together !== null)) return 'expired';
    if (decided.decision === 'approve') j.approvedUntil = voidAt(j, name, openedAt);
    return decided.decision;
  } finally {
    j.ledger.waits.push({ gate: name, hop, ...waitOf(j.decided, openedAt) });
    j.gate = null;
    j.decided = null;
  }
};

/** Where refusals are told, for there is nobody to answer to. */
const tellLapse = (j: Journey, what: string, why: string): void => {
  j.refused = [...j.refused.slice(-9), { what, why, at: Date.now() }];
};

/** What can be undone the plan may let through by itself. */
const letThrough = (j: Journey, name: GateName, hop: number, evidence: Evidence, round: number): void => {
  j.decisions.push({
    ...{ gate: name, hop, round, fingerprint: fingerprintOf(evidence), decision: 'approve', by: 'the plan' },
    ...{ at: Date.now(), channel: 'plan', identity: 'identity unverified' },
  });
};

/**
 * Opens a gate and waits until it is decided, for weeks if need be. What has expired opens again for what is there then. True when it was
 * approved.
 */
export const ask = async (
  j: Journey,
  name: GateName,
  hop: number,
  gather: () => Evidence,
  options: GateOptions,
): Promise<boolean> => {
  if (j.order.gates[name].automatic && !isIrreversible(name)) {
    letThrough(j, name, hop, gather(), options.round);
    return true;
  }
  for (;;) {
    const said = await openGate(j, name, hop, gather(), options);
    if (said !== 'expired') return said === 'approve';
    tellLapse(j, `${name}, hop ${hop}`, 'Nobody decided before it expired; it opened again.');
    await options.refresh?.();
  }
};

/**
 * A gate that nobody gets past without an approval. A rejection is recorded and the gate stays open under a new round of evidence:
 * holding back is not a failure.
 */
export const gate = async (
  j: Journey,
  name: GateName,
  hop: number,
  gather: () => Evidence,
  options: GateOptions,
): Promise<void> => {
  while (!(await ask(j, name, hop, gather, options)));
  note(j, { waitingFor: null });
};

/** Whether what was approved was not used in time: it is void, and is asked for again. */
export const isVoid = (j: Journey, name: GateName): boolean => {
  if (j.approvedUntil === null || Date.now() < j.approvedUntil) return false;
  j.approvedUntil = null;
  tellLapse(j, `approval of ${name}, hop ${j.hop}`, 'It was not used before it expired; the gate opened again.');
  return true;
};
