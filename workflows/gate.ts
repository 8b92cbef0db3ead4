import {
  isExpired,
  isIrreversible,
  lifeOf,
  mayOpen,
  nextOfBallot,
  openBallot,
  passTime,
  widened,
} from '../domain/ballot.ts';
import type { Purpose } from '../domain/capacity.ts';
import { type Decided, type Evidence, fingerprintOf } from '../domain/gate.ts';
import type { GateName, GatePolicy } from '../domain/gate-policy.ts';
import type { Phase } from '../domain/phase.ts';
import type { Verb } from '../domain/verbs.ts';
import { isDecidedTogether, togetherWith } from './decisions.ts';
import { type Journey, note, recordRefusal, show } from './journey.ts';
import { giveBack } from './lease.ts';
import { until } from './step.ts';
import { tellBatch } from './tell-batch.ts';

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
  return { approvers: widened(rules.approvers, rules), irreversible: rules.irreversible };
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
    recordRefusal(j, `${name}, hop ${hop}`, 'Nobody decided before it expired; it opened again.');
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
  recordRefusal(j, `approval of ${name}, hop ${j.hop}`, 'It was not used before it expired; the gate opened again.');
  return true;
};
