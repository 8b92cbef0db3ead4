import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { asTyped, type Ballot, type Judging, refuseApproval, type Tally } from './ballot.ts';
import type { GateName } from './gate-policy.ts';
import { isSayable, isSealable } from './said.ts';
import { typed } from './typed.ts';

export { isIrreversible } from './ballot.ts';

/** What was shown to whoever decided; plain words and numbers. */
export type Evidence = Readonly<Record<string, unknown>>;

/** A gate that waits. `fingerprint` is of the evidence; a decision must name it. */
export interface OpenGate extends Ballot {
  readonly name: GateName;
  readonly hop: number;
  readonly round: number;
  readonly fingerprint: string;
  readonly evidence: Evidence;
  readonly openedAt: number;
  /** It is decided on with its group, or with its whole batch, there and not here. */
  readonly together?: 'group' | 'batch';
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
  /** The name on the list of approvers that the decision on the group counted by. */
  readonly right?: string;
  /** Nobody decided on the group in time: it opens again with what is there then. */
  readonly expired?: boolean;
  /** When all of the group stood there to be decided on, and when it was decided, ms; a VM hears of it when the turn of its group has come. */
  readonly groupAsked?: { readonly from: number; readonly to: number };
}

/** A decision that was taken, kept for the record. */
export interface Decided extends Decision {
  readonly at: number;
  /** `plan`: the plan itself lets it through. */
  readonly channel: 'update' | 'signal' | 'plan';
  readonly identity: 'attested' | 'identity unverified';
  /** How far it brought the gate, where one approval is not enough. */
  readonly tally?: Tally;
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
  const { decision, by, comment, ticket, attestation } = (value ?? {}) as Partial<Decision>;
  const isSigned = typeof by === 'string' && by !== '';
  return (
    (decision === 'approve' || decision === 'reject') &&
    isSigned &&
    [by, comment, ticket].every(isSayable) &&
    isSealable(attestation)
  );
};

/**
 * Why a decision is refused, or null. A rejection needs no proof of identity: holding back is always safe.
 * Opening an irreversible gate needs an attested decision unless the plan trusts the namespace.
 */
export const refuseDecision = (
  open: OpenGate | null,
  decision: Decision,
  trustNamespace: boolean,
  { who, loans = [], now = 0 }: Partial<Omit<Judging, 'trustNamespace'>> = {},
): string | null => {
  if (!isDecision(decision))
    return 'A decision is {"gate", "hop", "round", "fingerprint", "decision": approve or reject, "by": your name}.';
  if (!open) return 'No gate is open.';
  if (decision.gate !== open.name || decision.hop !== open.hop || decision.round !== open.round)
    return `The open gate is ${open.name}, hop ${open.hop}, round ${open.round}; the decision names ${typed(decision.gate)}, hop ${typed(decision.hop)}, round ${typed(decision.round)}.`;
  if (decision.openedAt !== undefined && decision.openedAt !== open.openedAt)
    return `${open.name} was opened anew since: it is decided on again.`;
  if (decision.decision === 'reject') return null;
  const judging = { who: who === undefined ? asTyped(decision.by) : who, loans, trustNamespace, now };
  return refuseApproval(open.name, open, decision, judging);
};
