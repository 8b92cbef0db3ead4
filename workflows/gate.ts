import type { Purpose } from '../domain/capacity.ts';
import { type Decided, type Decision, type Evidence, fingerprintOf, refuseDecision } from '../domain/gate.ts';
import type { Phase } from '../domain/phase.ts';
import type { GateName } from '../domain/plan.ts';
import { type Journey, note, show } from './journey.ts';
import { giveBack } from './lease.ts';
import { until } from './step.ts';
import { tellBatch } from './tell-batch.ts';

/** Takes a decision that fits; the caller has judged it. The first one counts. */
export const takeDecision = (j: Journey, decision: Decision, channel: 'update' | 'signal'): Decided => {
  const decided: Decided = {
    ...decision,
    at: Date.now(),
    channel,
    identity: decision.attestation && !j.order.trustNamespace ? 'attested' : 'identity unverified',
  };
  j.decisions.push(decided);
  j.decided = decided;
  return decided;
};

/** The VMs of its group are decided on together, at their batch. */
const isOfGroup = (j: Journey, name: GateName): boolean =>
  j.order.batchId !== undefined && j.order.gates[name].scope === 'group';

const refuseAlone = (j: Journey, { decision, group }: Decision): string | null =>
  j.gate && isOfGroup(j, j.gate.name) && decision === 'approve' && group !== j.order.group
    ? `${j.order.name} cuts over with its group ${j.order.group}: decide on the group, at ${j.order.batchId}.`
    : null;

export const judge = (j: Journey, decision: Decision): string | null =>
  j.decided
    ? `${j.decided.gate} is decided already, by ${j.decided.by}.`
    : (refuseDecision(j.gate, decision, j.order.trustNamespace) ?? refuseAlone(j, decision));

interface GateOptions {
  readonly phase?: Phase;
  readonly round: number;
  /** Leases that are not held while people decide. */
  readonly givesBack?: readonly Purpose[];
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

/** Opens a gate and waits for one decision, for weeks if need be. True when it was approved. */
export const ask = async (
  j: Journey,
  name: GateName,
  hop: number,
  evidence: Evidence,
  options: GateOptions,
): Promise<boolean> => {
  const openedAt = Date.now();
  j.decided = null;
  j.gate = {
    name,
    hop,
    round: options.round,
    fingerprint: fingerprintOf(evidence),
    evidence,
    openedAt,
    approvers: j.order.gates[name].approvers,
  };
  show(j, { ...(options.phase ? { phase: options.phase } : {}), waitingFor: `a decision: ${name}` });
  try {
    if (isOfGroup(j, name)) {
      const { evidence: _seen, approvers: _who, ...shown } = j.gate;
      await tellBatch(j, { told: 'atGate', gate: shown }, options.givesBack);
    } else await giveBack(j, options.givesBack ?? []);
    await until(j, () => j.decided !== null);
    return (j.decided as Decided | null)?.decision === 'approve';
  } finally {
    j.ledger.waits.push({ gate: name, hop, ...waitOf(j.decided, openedAt) });
    j.gate = null;
    j.decided = null;
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
  while (!(await ask(j, name, hop, gather(), options)));
  note(j, { waitingFor: null });
};
