import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Finding } from '../domain/finding.ts';
import type { Decided, Decision, OpenGate } from '../domain/gate.ts';
import { type HopRecord, newHopRecord } from '../domain/hop-record.ts';
import { describeJourney } from '../domain/journey-text.ts';
import { type Ledger, type Mark, newLedger } from '../domain/ledger.ts';
import { ENDS, type Flag, type Phase } from '../domain/phase.ts';
import type { HopOrder, JourneyOrder } from '../domain/plan.ts';
import { tokenOf } from '../domain/token.ts';
import { legalVerbs, type Parked, type Standing } from '../domain/verbs.ts';
import type { Command, CommandTaken, MigrationView } from './messages.ts';

const PHASE = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);
const HOP = defineSearchAttributeKey('Hop', SearchAttributeType.INT);
const FLAG = defineSearchAttributeKey('Flag', SearchAttributeType.KEYWORD_LIST);
const WAITING_FOR = defineSearchAttributeKey('WaitingFor', SearchAttributeType.KEYWORD);

/** A rollback was asked for: unwinds to where the hop is run. Never leaves the workflow. */
export class RollBackAsked extends Error {}
/** An eject was asked for: unwinds to the end. */
export class EjectAsked extends Error {}
/** The loss of a rollback was not accepted: unwinds to where the VM goes on serving. */
export class LossRefused extends Error {}

/** The state of one migration. Plain data; every change of phase or flags goes through here. */
export interface Journey {
  readonly order: JourneyOrder;
  phase: Phase;
  hop: number;
  flags: Flag[];
  waitingFor: string | null;
  step: string | null;
  parked: Parked | null;
  /** The verb that answers the parked step. */
  answer: Command | null;
  gate: OpenGate | null;
  decided: Decided | null;
  readonly hops: HopRecord[];
  findings: Finding[];
  readonly ledger: Ledger;
  readonly decisions: Decided[];
  readonly commands: CommandTaken[];
  refused: { what: string; why: string; at: number }[];
  paused: boolean;
  asked: 'rollBack' | 'eject' | null;
  rollingBack: boolean;
  /** Our request may stand in the line, or be granted. */
  leaseAsked: boolean;
  leased: boolean;
}

export const newJourney = (order: JourneyOrder): Journey => ({
  order,
  phase: 'Planned',
  hop: 1,
  flags: [],
  waitingFor: null,
  step: null,
  parked: null,
  answer: null,
  gate: null,
  decided: null,
  hops: order.hops.map((hop) => newHopRecord(hop.n)),
  findings: [],
  ledger: newLedger(),
  decisions: [],
  commands: [],
  refused: [],
  paused: false,
  asked: null,
  rollingBack: false,
  leaseAsked: false,
  leased: false,
});

export const hopOrder = (j: Journey, n: number): HopOrder => {
  const hop = j.order.hops[n - 1];
  if (!hop) throw new Error(`The path has no hop ${n}`);
  return hop;
};

export const hopRecord = (j: Journey, n: number): HopRecord => {
  const hop = j.hops[n - 1];
  if (!hop) throw new Error(`The path has no hop ${n}`);
  return hop;
};

/** The operation token of a verb in the present round of its hop. */
export const token = (j: Journey, n: number, verb: string): string =>
  tokenOf({ vm: j.order.source.id, hop: n, verb, round: hopRecord(j, n).round });

export const standing = (j: Journey): Standing => ({
  phase: j.phase,
  paused: j.paused,
  parked: j.answer ? null : j.parked,
  hop: j.hops[j.hop - 1] ?? null,
  ended: ENDS.includes(j.phase),
  rollingBack: j.rollingBack,
});

export const viewOf = (j: Journey): MigrationView => ({
  programme: j.order.programme,
  batch: j.order.batch,
  group: j.order.group,
  owner: j.order.owner,
  vm: j.order.source,
  phase: j.phase,
  hop: j.hop,
  flags: j.flags,
  waitingFor: j.waitingFor,
  step: j.step,
  parked: j.parked,
  gate: j.gate,
  legal: legalVerbs(standing(j)),
  hops: j.hops,
  findings: j.findings,
  ledger: j.ledger,
  decisions: j.decisions,
  commands: j.commands,
  refused: j.refused,
});

/** One event a change, whatever the number of attributes. A new phase waits for nothing unless it says so. */
export const show = (j: Journey, change: { phase?: Phase; hop?: number; waitingFor?: string | null }): void => {
  const attributes = [];
  if (change.phase !== undefined && change.phase !== j.phase) {
    j.phase = change.phase;
    attributes.push({ key: PHASE, value: change.phase });
  }
  if (change.hop !== undefined && change.hop !== j.hop) {
    j.hop = change.hop;
    attributes.push({ key: HOP, value: change.hop });
  }
  const waitingFor = change.waitingFor !== undefined || change.phase === undefined ? change.waitingFor : null;
  if (waitingFor !== undefined && waitingFor !== j.waitingFor) {
    j.waitingFor = waitingFor;
    attributes.push({ key: WAITING_FOR, value: waitingFor });
  }
  const flags: Flag[] = [
    ...(j.parked ? (['Parked'] as const) : []),
    ...(j.parked?.mishap.class === 'Stalled' ? (['Stalled'] as const) : []),
    ...(j.parked?.mishap.class === 'Drift' ? (['NeedsReverify'] as const) : []),
    ...(j.parked?.mishap.facts?.pastDeadline ? (['PastDeadline'] as const) : []),
    ...(j.paused ? (['Paused'] as const) : []),
    ...(j.phase === 'Queued' && !j.leased ? (['WaitingCapacity'] as const) : []),
  ];
  if (flags.join() !== j.flags.join()) {
    j.flags = flags;
    attributes.push({ key: FLAG, value: flags.length > 0 ? flags : null });
  }
  if (attributes.length > 0) upsertSearchAttributes(attributes as Parameters<typeof upsertSearchAttributes>[0]);
  setCurrentDetails(describeJourney(viewOf(j)));
};

export const mark = (j: Journey, hop: number, what: Mark): void => {
  j.ledger.entries.push({ hop, mark: what, at: Date.now() });
};

/** Refused signals are told, not thrown: a signal has nobody to answer to. It may be anything that a person typed. */
export const refuseSignal = (j: Journey, came: unknown, why: string): void => {
  const { verb, decision, gate, by } = (came ?? {}) as Partial<Decision & Command>;
  const name = verb ?? [decision, gate].filter(Boolean).join(' ');
  j.refused = [...j.refused.slice(-9), { what: `${name || 'nonsense'} by ${by ?? 'nobody'}`, why, at: Date.now() }];
};

/** This migration's own workflow id: holder of leases. */
export const self = (): string => workflowInfo().workflowId;
