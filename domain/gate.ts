import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { type GateName, IRREVERSIBLE } from './plan.ts';
import { typed } from './typed.ts';

/** Whether what a gate lets through can be undone. */
export const isIrreversible = (gate: GateName): boolean => IRREVERSIBLE[gate];

/** What was shown to whoever decided; plain words and numbers. */
export type Evidence = Readonly<Record<string, unknown>>;

/** A gate that waits. `fingerprint` is of the evidence; a decision must name it. */
export interface OpenGate {
  readonly name: GateName;
  readonly hop: number;
  readonly round: number;
  readonly fingerprint: string;
  readonly evidence: Evidence;
  readonly openedAt: number;
  readonly approvers: readonly string[];
}

/** A decision as it comes in, by update or by signal. `attestation` is the API's signature. */
export interface Decision {
  readonly gate: GateName;
  readonly hop: number;
  readonly round: number;
  readonly fingerprint: string;
  readonly decision: 'approve' | 'reject';
  readonly by: string;
  readonly comment?: string;
  readonly ticket?: string;
  readonly attestation?: string;
  /** The group it was taken for, by whoever decided on the whole group. */
  readonly group?: string;
  /** The opening of the VM's gate that the group saw: a later one, with the same evidence, is decided on anew. */
  readonly openedAt?: number;
  /** When all of the group stood there to be decided on, and when it was decided, ms; a VM hears of it when the turn of its group has come. */
  readonly groupAsked?: { readonly from: number; readonly to: number };
}

/** A decision that was taken, kept for the record. */
export interface Decided extends Decision {
  readonly at: number;
  readonly channel: 'update' | 'signal';
  readonly identity: 'attested' | 'identity unverified';
}

/** JSON with sorted keys: the same evidence gives the same text whatever its order. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, v]) => v !== undefined);
    return `{${entries
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
};

/** Evidence that is our own wording. A release may reword it, and a decision that was signalled before must still fit when replayed. */
const WORDING = ['does', 'attest'];

/** 16 hex digits over what was found, not over how we put it: short enough to type, long enough not to collide. */
export const fingerprintOf = (evidence: Evidence): string => {
  const found = Object.fromEntries(Object.entries(evidence).filter(([key]) => !WORDING.includes(key)));
  return bytesToHex(sha256(utf8ToBytes(canonical(found)))).slice(0, 16);
};

/** A decision by signal may be anything that a person typed. */
const isDecision = (value: unknown): value is Decision => {
  const { decision, by } = (value ?? {}) as Partial<Decision>;
  return (decision === 'approve' || decision === 'reject') && typeof by === 'string' && by !== '';
};

/** Why nobody knows who approves, or null. */
export const refuseUntrusted = (gate: GateName, attestation: unknown, trustNamespace: boolean): string | null => {
  if (trustNamespace) return null;
  if (attestation)
    return 'This version cannot verify an attestation yet; opening an irreversible gate needs trustNamespace in the plan.';
  return isIrreversible(gate)
    ? `${gate} cannot be undone and needs an attested decision; the plan does not say trustNamespace.`
    : null;
};

/**
 * Why a decision is refused, or null. A rejection needs no proof of identity: holding back is always safe.
 * Opening an irreversible gate needs an attested decision unless the plan trusts the namespace.
 */
export const refuseDecision = (open: OpenGate | null, decision: Decision, trustNamespace: boolean): string | null => {
  if (!isDecision(decision))
    return 'A decision is {"gate", "hop", "round", "fingerprint", "decision": approve or reject, "by": your name}.';
  if (!open) return 'No gate is open.';
  if (decision.gate !== open.name || decision.hop !== open.hop || decision.round !== open.round)
    return `The open gate is ${open.name}, hop ${open.hop}, round ${open.round}; the decision names ${typed(decision.gate)}, hop ${typed(decision.hop)}, round ${typed(decision.round)}.`;
  if (decision.openedAt !== undefined && decision.openedAt !== open.openedAt)
    return `${open.name} was opened anew since: it is decided on again.`;
  if (decision.decision === 'reject') return null;
  if (decision.fingerprint !== open.fingerprint)
    return `What you saw (${typed(decision.fingerprint)}) is not what is there now (${open.fingerprint}). Look again, then decide.`;
  if (open.approvers.length > 0 && !open.approvers.includes(decision.by))
    return `${decision.by || 'nobody'} may not open ${open.name}. Approvers: ${open.approvers.join(', ')}.`;
  return refuseUntrusted(open.name, decision.attestation, trustNamespace);
};
