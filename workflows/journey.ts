import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { MemberReport } from '../domain/batch.ts';
import type { Purpose } from '../domain/capacity.ts';
import type { Finding } from '../domain/finding.ts';
import type { Decided, Decision, OpenGate } from '../domain/gate.ts';
import { type HopRecord, newHopRecord } from '../domain/hop-record.ts';
import { describeJourney } from '../domain/journey-text.ts';
import { type Ledger, type Mark, newLedger } from '../domain/ledger.ts';
import { ENDS, type Flag, type Phase } from '../domain/phase.ts';
import type { HopOrder, JourneyOrder } from '../domain/plan.ts';
import { tokenOf } from '../domain/token.ts';
import { typed } from '../domain/typed.ts';
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
  /** What visibility was told last. */
  shown: {
    readonly phase: Phase;
    readonly hop: number;
    readonly waitingFor: string | null;
    readonly flags: readonly Flag[];
  };
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
  /** What its batch was told last. */
  told: MemberReport | null;
  /** Each stands in the line or is granted, from before it is asked for until it is given back; `why` it had to wait. */
  readonly leases: { [P in Purpose]?: { granted: boolean; readonly why: string } };
  /** It does nothing but wait for a lease. */
  inLine: boolean;
}

export const newJourney = (order: JourneyOrder): Journey => ({
  order,
  phase: 'Planned',
  hop: 1,
  flags: [],
  waitingFor: null,
  shown: { phase: 'Planned', hop: 1, waitingFor: null, flags: [] },
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
  told: null,
  leases: {},
  inLine: false,
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
  ...(j.order.batchId === undefined ? {} : { reports: { to: j.order.batchId, told: j.told } }),
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
  outageBudgetMs: j.order.outageBudgetMs,
  findings: j.findings,
  ledger: j.ledger,
  decisions: j.decisions,
  commands: j.commands,
  refused: j.refused,
});

interface Change {
  readonly phase?: Phase;
  readonly hop?: number;
  readonly waitingFor?: string | null;
}

const flagsOf = (j: Journey): Flag[] => [
  ...(j.parked ? (['Parked'] as const) : []),
  ...(j.parked?.mishap.class === 'Stalled' ? (['Stalled'] as const) : []),
  ...(j.parked?.mishap.class === 'Drift' ? (['NeedsReverify'] as const) : []),
  ...(j.parked?.mishap.facts?.pastDeadline ? (['PastDeadline'] as const) : []),
  ...(j.paused ? (['Paused'] as const) : []),
  ...(j.inLine ? (['WaitingCapacity'] as const) : []),
];

/** Seen at once by whoever reads the view or the details, and by visibility with the next `show`: no event. A new phase waits for nothing unless it says so. */
export const note = (j: Journey, change: Change): void => {
  if (change.waitingFor !== undefined || change.phase !== undefined) j.waitingFor = change.waitingFor ?? null;
  j.phase = change.phase ?? j.phase;
  j.hop = change.hop ?? j.hop;
  j.flags = flagsOf(j);
  setCurrentDetails(describeJourney(viewOf(j)));
};

/** The same, seen by visibility too: one event a change, whatever the number of attributes. */
export const show = (j: Journey, change: Change): void => {
  note(j, change);
  const { phase, hop, waitingFor, flags, shown } = j;
  const attributes = [
    ...(phase === shown.phase ? [] : [{ key: PHASE, value: phase }]),
    ...(hop === shown.hop ? [] : [{ key: HOP, value: hop }]),
    ...(waitingFor === shown.waitingFor ? [] : [{ key: WAITING_FOR, value: waitingFor }]),
    ...(flags.join() === shown.flags.join() ? [] : [{ key: FLAG, value: flags.length > 0 ? flags : null }]),
  ];
  j.shown = { phase, hop, waitingFor, flags };
  if (attributes.length > 0) upsertSearchAttributes(attributes as Parameters<typeof upsertSearchAttributes>[0]);
};

export const mark = (j: Journey, hop: number, what: Mark): void => {
  j.ledger.entries.push({ hop, mark: what, at: Date.now() });
};

/** Refused signals are told, not thrown: a signal has nobody to answer to. It may be anything that a person typed. */
export const refuseSignal = (j: Journey, came: unknown, why: string): void => {
  const { verb, decision, gate, by } = (came ?? {}) as Partial<Decision & Command>;
  const name = [verb ?? [decision, gate]].flat().filter(Boolean).map(typed).join(' ');
  const what = `${name || 'nonsense'} by ${by == null ? 'nobody' : typed(by)}`;
  j.refused = [...j.refused.slice(-9), { what, why, at: Date.now() }];
};

/** This migration's own workflow id: holder of leases. */
export const self = (): string => workflowInfo().workflowId;
