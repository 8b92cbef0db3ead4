import type { Ballot, Identity, Loan, Tally } from './ballot.ts';
import type { Decision } from './gate.ts';
import type { GateName, GatePolicy } from './gate-policy.ts';
import type { Phase } from './phase.ts';
import type { JourneyOrder } from './plan.ts';
import { type Refused, withRefused } from './refused.ts';
import type { VmRef } from './vm.ts';
import type { Window } from './window.ts';

/** What a batch is started with: its VMs, and the order in which its groups cut over. */
export interface BatchOrder {
  readonly programme: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly members: readonly BatchMember[];
  /** Pause between two looks at the members themselves, ms; what they report by signal comes at once. */
  readonly reconcileMs: number;
}

export interface BatchMember {
  /** Workflow id of its migration. */
  readonly id: string;
  readonly order: JourneyOrder;
}

/** A member's own gate, as it reported it. */
export interface MemberGate {
  readonly name: GateName;
  readonly hop: number;
  readonly round: number;
  readonly fingerprint: string;
  readonly openedAt: number;
}

/**
 * - `planned`  not started yet
 * - `running`  its migration runs and reports here
 * - `ended`    its migration came to an end
 * - `refused`  it was not started: it has moved before, or runs outside this batch
 * - `lost`     its migration is gone without an end; what stands in the estate is unknown
 */
export type MemberStatus = 'planned' | 'running' | 'ended' | 'refused' | 'lost';

export interface Member {
  readonly id: string;
  readonly vm: VmRef;
  readonly group: string;
  /** How many hops its path has; groups may mix paths. */
  readonly hops: number;
  readonly status: MemberStatus;
  readonly end: Phase | null;
  /** It holds its room on staging, or got further without. */
  readonly hasRoom: boolean;
  /** The gate it waits at for its group. */
  readonly gate: MemberGate | null;
  /** The last hop it was let through to cut over, and the last one whose landing passed its checks. */
  readonly through: number;
  readonly landed: number;
  /** The opening of its gate at which it was last told that it was let through; absent before the first. */
  readonly toldAt?: number;
  /** Why it was refused or is lost. */
  readonly note: string | null;
  /** Why it does not come to its gate before a person says so; absent or null where nothing keeps it. */
  readonly held?: string | null;
  /** A person took it out: it never starts, or was asked to eject. */
  readonly removed?: true;
}

/** A decision on a whole group. `fingerprint` is of the group's gate as it was seen. */
export interface GroupDecision
  extends Omit<Decision, 'gate' | 'round' | 'group' | 'openedAt' | 'groupAsked' | 'right'> {
  readonly group: string;
}

export interface GroupDecided extends GroupDecision {
  readonly at: number;
  /** `plan`: nobody decided in time. */
  readonly channel: 'update' | 'signal' | 'plan';
  readonly identity?: Identity;
  /** How far it brought the gate, where one approval is not enough. */
  readonly tally?: Tally;
  /** The name on the list of approvers it counts by. */
  readonly right?: string;
  /** From then on an approval that did not go out is void, ms. */
  readonly expiresAt?: number;
  /** Members it holds for, with what each of them showed. */
  readonly members: readonly { readonly id: string; readonly gate: MemberGate }[];
}

/** How far the people of one group's gate are, at one opening of it. */
export interface GroupPoll extends Pick<Ballot, 'votes' | 'remindedAt' | 'escalatedAt'> {
  readonly group: string;
  readonly hop: number;
  readonly fingerprint: string;
  readonly openedAt: number;
}

export interface BatchState {
  readonly programme: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly members: readonly Member[];
  readonly approvers: readonly string[];
  /** What the gate before a cut-over asks for; absent in what earlier versions carried. */
  readonly policy?: GatePolicy;
  readonly requestedBy?: string;
  /** Votes and reminders at the gates of groups as they stand; absent before the first. */
  readonly polls?: readonly GroupPoll[];
  readonly loans?: readonly Loan[];
  /** Ids of the attestations that were used. */
  readonly attestations?: readonly string[];
  readonly trustNamespace: boolean;
  /** One a hop, null where it may cut over at any time. */
  readonly windows: readonly (Window | null)[];
  readonly decisions: readonly GroupDecided[];
  /** Approved, and held back until the groups before have landed. */
  readonly cleared: readonly GroupDecided[];
  readonly stopped: { readonly by: string; readonly at: number; readonly why: string } | null;
  /** Groups of which nothing new begins. */
  readonly paused?: readonly {
    readonly group: string;
    readonly by: string;
    readonly at: number;
    readonly why: string;
  }[];
  /** What was refused or lapsed, with why; the newest ten. */
  readonly refused: readonly Refused[];
  /** Orders that are not those the batch was started with: of members that were added, or changed since. */
  readonly orders?: readonly BatchMember[];
  /** Who changed the batch under way, and what, in words; the newest twenty. */
  readonly edited?: readonly EditTaken[];
}

/** One change of a batch under way, kept for the record. */
export interface EditTaken {
  readonly by: string;
  readonly at: number;
  readonly channel: 'update' | 'signal';
  readonly did: readonly string[];
}

export const newBatch = (order: BatchOrder): BatchState => {
  const [first] = order.members;
  const paths = order.members.map(({ order: { hops } }) => hops);
  const longest = paths.reduce((most, hops) => (hops.length > most.length ? hops : most), paths[0] ?? []);
  return {
    programme: order.programme,
    name: order.name,
    groups: order.groups,
    members: order.members.map(newMember),
    approvers: first?.order.gates.cutover.approvers ?? [],
    ...(first ? { policy: first.order.gates.cutover } : {}),
    ...(first?.order.requestedBy === undefined ? {} : { requestedBy: first.order.requestedBy }),
    trustNamespace: first?.order.trustNamespace ?? false,
    windows: longest.map((hop) => hop.window),
    decisions: [],
    cleared: [],
    stopped: null,
    refused: [],
  };
};

export const newMember = ({ id, order }: BatchMember): Member => ({
  id,
  vm: order.source,
  group: order.group,
  hops: order.hops.length,
  status: 'planned',
  end: null,
  hasRoom: false,
  gate: null,
  through: 0,
  landed: 0,
  note: null,
});

export const amend = (state: BatchState, id: string, change: Partial<Member>): BatchState => ({
  ...state,
  members: state.members.map((member) => (member.id === id ? { ...member, ...change } : member)),
});

export const started = (state: BatchState, id: string): BatchState =>
  amend(state, id, { status: 'running', end: null, hasRoom: false, gate: null, through: 0, landed: 0, note: null });

export const notStarted = (state: BatchState, id: string, note: string): BatchState =>
  amend(state, id, { status: 'refused', note });

export const noted = (state: BatchState, id: string, note: string): BatchState => amend(state, id, { note });

/** Its migration is gone: it keeps its place in the order until a person starts it again. */
export const lost = (state: BatchState, id: string, note: string): BatchState =>
  state.members.some((member) => member.id === id && member.status === 'ended')
    ? state
    : amend(state, id, { status: 'lost', gate: null, note });

export const ended = (state: BatchState, id: string, end: Phase | null): BatchState =>
  amend(state, id, { status: 'ended', gate: null, end });

/** Nothing more is to be waited for from it. */
export const isOver = ({ status }: Member): boolean => status === 'ended' || status === 'refused';

export const isBatchOver = (state: BatchState): boolean => state.members.every(isOver);

/**
 * Those that begin now. A group asks for room on staging only when the groups before it have theirs: a later one that took the last seats
 * would wait for an earlier one that waits for seats. One with a note waits for a person.
 */
export const toStart = (state: BatchState): readonly Member[] => {
  const behind = state.groups.findIndex((group) =>
    state.members.some((m) => m.group === group && !m.hasRoom && !isOver(m)),
  );
  const groups = behind === -1 ? state.groups : state.groups.slice(0, behind + 1);
  return state.members.filter((m) => m.status === 'planned' && m.note === null && groups.includes(m.group));
};

/** What is lost, or could not be started, is to be started again. */
export const startAgain = (state: BatchState): BatchState => ({
  ...state,
  members: state.members.map((m) =>
    m.removed || (m.status !== 'lost' && m.status !== 'planned')
      ? m
      : { ...m, status: 'planned', hasRoom: false, note: null },
  ),
});

export const refusedOf = (state: BatchState, what: string, why: string, at: number): BatchState => ({
  ...state,
  refused: withRefused(state.refused, { what, why, at }),
});
