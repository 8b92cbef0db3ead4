import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { Carried } from '../activities/contracts/checkpoint.ts';
import type { Loan } from '../domain/ballot.ts';
import type { MemberReport } from '../domain/batch-reports.ts';
import type { Purpose } from '../domain/capacity.ts';
import type { Flagged } from '../domain/daily-check.ts';
import type { Finding } from '../domain/finding.ts';
import type { Decided, Decision, OpenGate } from '../domain/gate.ts';
import { type HopRecord, newHopRecord } from '../domain/hop-record.ts';
import { describeJourney } from '../domain/journey-text.ts';
import { type Ledger, type Mark, newLedger } from '../domain/ledger.ts';
import type { Flag, Phase } from '../domain/phase.ts';
import type { HopOrder, JourneyOrder } from '../domain/plan.ts';
import { type Refused, withRefused } from '../domain/refused.ts';
import { tokenOf } from '../domain/token.ts';
import { typed } from '../domain/typed.ts';
import type { Parked } from '../domain/verbs.ts';
import type { HookState } from './hooks.ts';
import type { Hop } from './hop-context.ts';
import { viewOf } from './journey-view.ts';
import type { Command, CommandTaken, Kept } from './messages.ts';

const PHASE = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);
const HOP = defineSearchAttributeKey('Hop', SearchAttributeType.INT);
const FLAG = defineSearchAttributeKey('Flag', SearchAttributeType.KEYWORD_LIST);
const WAITING_FOR = defineSearchAttributeKey('WaitingFor', SearchAttributeType.KEYWORD);

/** A rollback was asked for: unwinds to where the hop is run. Never leaves the workflow. */
export class RollBackAsked extends Error {}

/** An eject was asked for: unwinds to the end. */
export class EjectAsked extends Error {}

/** An edit, or a wish to keep syncing: unwinds to where the hop that is under way is approached, and that begins anew. */
export class AnewAsked extends Error {
  readonly from: 'gate' | 'hop';
  constructor(from: 'gate' | 'hop') {
    super();
    this.from = from;
  }
}

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
  refused: readonly Refused[];
  /** Rights to approve that were lent here. */
  loans: Loan[];
  /** Ids of the attestations that were used. */
  readonly attestations: string[];
  /** What was approved last is void from then on unless it was used, ms; null where the plan says nothing. */
  approvedUntil: number | null;
  paused: boolean;
  asked: 'rollBack' | 'eject' | 'gate' | 'hop' | null;
  /** The hops as they are to be done now: edits change them. */
  readonly orders: HopOrder[];
  group: string;
  /** The hop under way, until its cut-over begins. */
  approaching: number | null;
  /** An edit changed what the mover of the hop under way was told at protect. */
  protectAgain: boolean;
  kept: Kept | null;
  deferredTo: string | null;
  /** What the source was seen to have. */
  source: { readonly disks: number; readonly nics: number } | null;
  rollingBack: boolean;
  /** What its batch was told last. */
  told: MemberReport | null;
  /** Each stands in the line or is granted, from before it is asked for until it is given back; `why` it had to wait. */
  readonly leases: { [P in Purpose]?: { granted: boolean; readonly why: string } };
  /** It does nothing but wait for a lease. */
  inLine: boolean;
  /** What its hooks did, and what a person is to do. */
  readonly hooks: HookState;
  /** Each hop that was begun, as it was begun last. */
  readonly begun: Map<number, Hop>;
  /** The hop that is being rolled back. */
  turningHop: number | null;
  /** When its hold ends, ms; null before it holds. */
  holdEndsAt: number | null;
  /** What the daily check said of the step or the gate it was at. */
  flagged: Flagged | null;
  /** From what it was rebuilt, until it was seen where it goes on. */
  recovered: Carried | null;
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
  hops: order.hops.map((hop, index) => newHopRecord(hop.n, order.rounds?.[index])),
  findings: [],
  ledger: newLedger(),
  decisions: [],
  commands: [],
  refused: [],
  loans: [],
  attestations: [],
  approvedUntil: null,
  paused: false,
  asked: null,
  orders: [...order.hops],
  group: order.group,
  approaching: null,
  protectAgain: false,
  kept: null,
  deferredTo: null,
  source: null,
  rollingBack: false,
  told: null,
  leases: {},
  inLine: false,
  hooks: { ran: [], ended: new Map(), task: null, answer: null },
  begun: new Map(),
  turningHop: null,
  holdEndsAt: null,
  flagged: null,
  recovered: null,
});

export const hopOrder = (j: Journey, n: number): HopOrder => {
  const hop = j.orders[n - 1];
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

interface Change {
  readonly phase?: Phase;
  readonly hop?: number;
  readonly waitingFor?: string | null;
}

/** Of another step, or of a gate that opened anew, it says nothing. */
const isStill = (j: Journey, { step, openedAt }: Flagged): boolean =>
  step === j.step && openedAt === (j.gate?.openedAt ?? null);

const toldFlag = (j: Journey): readonly Flag[] =>
  j.flagged && isStill(j, j.flagged) && !j.parked ? [j.flagged.flag] : [];

const flagsOf = (j: Journey): Flag[] => [
  ...(j.parked ? (['Parked'] as const) : []),
  ...(j.parked?.mishap.class === 'Stalled' ? (['Stalled'] as const) : []),
  ...(j.parked?.mishap.class === 'Drift' ? (['NeedsReverify'] as const) : []),
  ...(j.parked?.mishap.facts?.pastDeadline ? (['PastDeadline'] as const) : []),
  ...(j.paused ? (['Paused'] as const) : []),
  ...(j.inLine ? (['WaitingCapacity'] as const) : []),
  ...toldFlag(j),
];

/** Seen at once by whoever reads the view or the details, and by visibility with the next `show`: no event. A new phase waits for nothing unless it says so. */
export const note = (j: Journey, change: Change): void => {
  if (change.waitingFor !== undefined || change.phase !== undefined) j.waitingFor = change.waitingFor ?? null;
  j.phase = change.phase ?? j.phase;
  j.hop = change.hop ?? j.hop;
  j.flags = flagsOf(j);
  setCurrentDetails(describeJourney(viewOf(j)));
};

/** The server indexes no more than 255 characters of a keyword, and ends what asks for far more. */
const MOST_SHOWN = 250;

/** The same, seen by visibility too: one event a change, whatever the number of attributes. */
export const show = (j: Journey, change: Change): void => {
  note(j, change);
  const { phase, hop, waitingFor, flags, shown } = j;
  const attributes = [
    ...(phase === shown.phase ? [] : [{ key: PHASE, value: phase }]),
    ...(hop === shown.hop ? [] : [{ key: HOP, value: hop }]),
    ...(waitingFor === shown.waitingFor ? [] : [{ key: WAITING_FOR, value: waitingFor?.slice(0, MOST_SHOWN) ?? null }]),
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
  recordRefusal(j, `${name || 'nonsense'} by ${by == null ? 'nobody' : typed(by)}`, why);
};

/** Where refusals are told that have nobody to answer to. */
export const recordRefusal = (j: Journey, what: string, why: string): void => {
  j.refused = withRefused(j.refused, { what, why, at: Date.now() });
};

/** What the daily check said of the step before is over. */
export const moveOn = (j: Journey): void => {
  if (!j.flagged || isStill(j, j.flagged)) return;
  j.flagged = null;
  show(j, {});
};

/** This migration's own workflow id: holder of leases. */
export const self = (): string => workflowInfo().workflowId;
