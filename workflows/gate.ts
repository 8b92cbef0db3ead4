import { type Decided, type Decision, type Evidence, fingerprintOf, refuseDecision } from '../domain/gate.ts';
import type { Phase } from '../domain/phase.ts';
import type { GateName } from '../domain/plan.ts';
import { type Journey, show } from './journey.ts';
import { until } from './step.ts';

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

export const judge = (j: Journey, decision: Decision): string | null =>
  j.decided
    ? `${j.decided.gate} is decided already, by ${j.decided.by}.`
    : refuseDecision(j.gate, decision, j.order.trustNamespace);

/**
 * Opens a gate and waits, for weeks if need be. A rejection is recorded and the gate stays open under a new round of evidence:
 * holding back is not a failure. Returns the approval.
 */
export const gate = async (
  j: Journey,
  name: GateName,
  hop: number,
  gather: () => Evidence,
  options: { phase?: Phase; round: number },
): Promise<Decided> => {
  for (;;) {
    const evidence = gather();
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
      await until(j, () => j.decided !== null);
    } finally {
      j.gate = null;
      j.ledger.waits.push({ gate: name, hop, from: openedAt, to: Date.now() });
    }
    const decided = j.decided as Decided | null;
    j.decided = null;
    if (decided?.decision === 'approve') return decided;
  }
};
