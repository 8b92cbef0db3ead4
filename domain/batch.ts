import { fingerprintOf, refuseUntrusted } from './gate.ts';
import { ENDS, type Phase } from './phase.ts';
import type { GateName, JourneyOrder } from './plan.ts';
import { typed } from './typed.ts';
import type { VmRef } from './vm.ts';
import { mayBegin, type Window } from './window.ts';

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

/** What a member tells its batch. */
export type MemberReport =
  | { readonly member: string; readonly told: 'atGate'; readonly gate: MemberGate }
  | { readonly member: string; readonly told: 'landed' | 'wentBack'; readonly hop: number }
  | { readonly member: string; readonly told: 'ended'; readonly phase: Phase };

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
  /** The gate it waits at for its group. */
  readonly gate: MemberGate | null;
  /** The last hop it was let through to cut over, and the last one whose landing passed its checks. */
  readonly through: number;
  readonly landed: number;
  /** Why it was refused or is lost. */
  readonly note: string | null;
}

export interface GroupDecision {
  readonly group: string;
  readonly hop: number;
  /** Of the group's gate as it was seen. */
  readonly fingerprint: string;
  readonly decision: 'approve' | 'reject';
  readonly by: string;
  readonly comment?: string;
  readonly ticket?: string;
  readonly attestation?: string;
}

export interface GroupDecided extends GroupDecision {
  readonly at: number;
  readonly channel: 'update' | 'signal';
  /** Members it holds for, with what each of them showed. */
  readonly members: readonly { readonly id: string; readonly gate: MemberGate }[];
}

export interface BatchState {
  readonly programme: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly members: readonly Member[];
  readonly approvers: readonly string[];
  readonly trustNamespace: boolean;
  /** One a hop, null where it may cut over at any time. */
  readonly windows: readonly (Window | null)[];
  readonly decisions: readonly GroupDecided[];
  /** Approved, and held back until the groups before have landed. */
  readonly cleared: readonly GroupDecided[];
  readonly stopped: { readonly by: string; readonly at: number; readonly why: string } | null;
  /** What was refused or lapsed, with why; the newest ten. */
  readonly refused: readonly { readonly what: string; readonly why: string; readonly at: number }[];
}

/** A group before its cut-over. `missing` are members that have not come to their gate: until they have, nobody decides. */
export interface GroupGate {
  readonly group: string;
  readonly hop: number;
  readonly fingerprint: string;
  readonly waiting: readonly { readonly id: string; readonly vm: VmRef; readonly gate: MemberGate }[];
  readonly missing: readonly VmRef[];
  /** VMs of groups before it that have not landed on this hop: what is approved now begins after them. */
  readonly after: readonly VmRef[];
  readonly openedAt: number;
}

/** A decision on its way to one member. */
export interface Letter {
  readonly to: string;
  readonly decided: GroupDecided;
  readonly gate: MemberGate;
}

export const newBatch = (order: BatchOrder): BatchState => {
  const [first] = order.members;
  const paths = order.members.map(({ order: { hops } }) => hops);
  const longest = paths.reduce((most, hops) => (hops.length > most.length ? hops : most), paths[0] ?? []);
  return {
    programme: order.programme,
    name: order.name,
    groups: order.groups,
    members: order.members.map(({ id, order: vm }) => ({
      id,
      vm: vm.source,
      group: vm.group,
      hops: vm.hops.length,
      status: 'planned',
      end: null,
      gate: null,
      through: 0,
      landed: 0,
      note: null,
    })),
    approvers: first?.order.gates.cutover.approvers ?? [],
    trustNamespace: first?.order.trustNamespace ?? false,
    windows: longest.map((hop) => hop.window),
    decisions: [],
    cleared: [],
    stopped: null,
    refused: [],
  };
};

const amend = (state: BatchState, id: string, change: Partial<Member>): BatchState => ({
  ...state,
  members: state.members.map((member) => (member.id === id ? { ...member, ...change } : member)),
});

export const started = (state: BatchState, id: string): BatchState =>
  amend(state, id, { status: 'running', end: null, gate: null, through: 0, landed: 0, note: null });

/** What a running migration says of the batch it is of; null where it is of none. `openedAt` is of the gate it waits at now. */
export interface Membership {
  readonly batch: string | null;
  readonly told: MemberReport | null;
  readonly openedAt: number | null;
}

/** It runs for this batch already and reported to a run of it that is gone: it is taken up where it stands. */
export const takenUp = (state: BatchState, id: string, { told, openedAt }: Membership): BatchState => {
  const next = started(state, id);
  if (told?.told !== 'atGate') return told ? hear(next, told) : next;
  const { gate } = told;
  const waits = gate.openedAt === openedAt;
  return amend(next, id, { gate: waits ? gate : null, through: waits ? gate.hop - 1 : gate.hop, landed: gate.hop - 1 });
};

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

const isHop = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0;

const isMemberGate = (value: unknown): value is MemberGate => {
  const { name, hop, round, fingerprint, openedAt } = (value ?? {}) as Partial<MemberGate>;
  const isNumbered = typeof round === 'number' && typeof openedAt === 'number';
  return name === 'cutover' && isHop(hop) && isNumbered && typeof fingerprint === 'string';
};

/** Its gate was decided on already, as it stood: it only tells the same again, for the first answer was lost. */
const isAnswered = (state: BatchState, { id, gate }: Member, told: MemberGate): boolean =>
  gate === null &&
  state.decisions.some((each) => each.members.some((one) => one.id === id && one.gate.openedAt === told.openedAt));

const atGate = (state: BatchState, member: Member, gate: MemberGate): BatchState =>
  !isMemberGate(gate) || isAnswered(state, member, gate)
    ? state
    : amend(state, member.id, { status: 'running', gate, through: gate.hop - 1, landed: gate.hop - 1 });

/** Takes a report; one of a VM that is not of this batch says nothing. It may come twice, or be anything that a person typed. */
export const hear = (state: BatchState, report: MemberReport): BatchState => {
  const member = state.members.find(({ id }) => id === report?.member);
  if (!member) return state;
  switch (report.told) {
    case 'atGate':
      return atGate(state, member, report.gate);
    case 'landed':
      return isHop(report.hop) && report.hop > member.landed
        ? amend(state, member.id, { gate: null, through: report.hop, landed: report.hop })
        : state;
    case 'wentBack':
      return isHop(report.hop)
        ? amend(state, member.id, { gate: null, through: report.hop - 1, landed: report.hop - 1 })
        : state;
    case 'ended':
      return ended(state, member.id, ENDS.includes(report.phase) ? report.phase : null);
    default:
      return state;
  }
};

/** Nothing more is to be waited for from it. */
const isOver = ({ status }: Member): boolean => status === 'ended' || status === 'refused';

export const isBatchOver = (state: BatchState): boolean => state.members.every(isOver);

const isCleared = (state: BatchState, { id, gate }: Member): boolean =>
  state.cleared.some((each) => each.members.some((one) => one.id === id && one.gate.openedAt === gate?.openedAt));

/** Members of the groups before this one that the hop still has to bring down. */
const before = (state: BatchState, group: string, hop: number): readonly Member[] => {
  const earlier = state.groups.slice(0, Math.max(0, state.groups.indexOf(group)));
  return state.members.filter((m) => earlier.includes(m.group) && !isOver(m) && m.landed < Math.min(hop, m.hops));
};

/** Each group's next gate, in the order of the groups; a group of which nobody waits has none. */
export const groupGates = (state: BatchState): readonly GroupGate[] =>
  state.groups.flatMap((group) => {
    const members = state.members.filter((m) => m.group === group);
    const asking = members.filter((m) => m.gate !== null && !isCleared(state, m));
    const hop = Math.min(...asking.map((m) => m.gate?.hop ?? Number.POSITIVE_INFINITY));
    const waiting = asking.flatMap(({ id, vm, gate }) => (gate?.hop === hop ? [{ id, vm, gate }] : []));
    if (waiting.length === 0) return [];
    const missing = members.filter((m) => m.gate?.hop !== hop && m.through < Math.min(hop, m.hops) && !isOver(m));
    return {
      group,
      hop,
      fingerprint: fingerprintOf(Object.fromEntries(waiting.map(({ id, gate }) => [id, gate.fingerprint]))),
      waiting,
      missing: missing.map(({ vm }) => vm),
      after: before(state, group, hop).map(({ vm }) => vm),
      openedAt: Math.max(...waiting.map(({ gate }) => gate.openedAt)),
    };
  });

const names = (vms: readonly VmRef[]): string => vms.map(({ name }) => name).join(', ');

const isGroupDecision = (value: unknown): value is GroupDecision => {
  const { decision, by, group } = (value ?? {}) as Partial<GroupDecision>;
  const isSigned = typeof by === 'string' && by !== '' && typeof group === 'string';
  return (decision === 'approve' || decision === 'reject') && isSigned;
};

/** A refusal takes back what was approved and waits for its turn still: holding back is always possible. */
const judgedOn = (state: BatchState, { decision, group, hop }: GroupDecision): BatchState =>
  decision === 'reject'
    ? { ...state, cleared: state.cleared.filter((each) => each.group !== group || each.hop !== hop) }
    : state;

/** Why a decision on a group is refused now, or null. */
export const refuseGroupDecision = (state: BatchState, asked: GroupDecision, now: number): string | null => {
  if (!isGroupDecision(asked))
    return 'A decision is {"group", "hop", "fingerprint", "decision": approve or reject, "by": your name}.';
  if (!state.groups.includes(asked.group))
    return `The batch has no group ${asked.group}. It has: ${state.groups.join(', ')}.`;
  const gate = groupGates(judgedOn(state, asked)).find(({ group }) => group === asked.group);
  if (!gate) return `Nobody of ${asked.group} waits at a cut-over gate.`;
  if (asked.hop !== gate.hop)
    return `${asked.group} waits for hop ${gate.hop}, the decision names hop ${typed(asked.hop)}.`;
  if (asked.decision === 'reject') return null;
  if (gate.missing.length > 0)
    return `${asked.group} cuts over together and is not complete: ${names(gate.missing)} not at the gate yet. Wait, or eject what shall stay behind.`;
  if (asked.fingerprint !== gate.fingerprint)
    return `What you saw (${typed(asked.fingerprint)}) is not what is there now (${gate.fingerprint}). Look again, then decide.`;
  if (state.approvers.length > 0 && !state.approvers.includes(asked.by))
    return `${asked.by} may not open cutover. Approvers: ${state.approvers.join(', ')}.`;
  const untrusted = refuseUntrusted('cutover', asked.attestation, state.trustNamespace);
  if (untrusted) return untrusted;
  if (state.stopped) return `${state.stopped.by} stopped the batch: ${state.stopped.why}. Resume it first.`;
  const window = state.windows[asked.hop - 1] ?? null;
  if (window && now >= window.abortAt)
    return `The window ${window.text} is past its latest abort: a cut-over begun now could not be rolled back in time. Plan a new window.`;
  return null;
};

/** Takes a decision that fits. */
export const takeGroupDecision = (
  state: BatchState,
  asked: GroupDecision,
  now: number,
  channel: 'update' | 'signal',
): { readonly state: BatchState; readonly decided: GroupDecided } => {
  const judged = judgedOn(state, asked);
  const waiting = groupGates(judged).find(({ group }) => group === asked.group)?.waiting ?? [];
  const decided = { ...asked, at: now, channel, members: waiting.map(({ id, gate }) => ({ id, gate })) };
  return {
    state: { ...judged, decisions: [...judged.decisions, decided], cleared: [...judged.cleared, decided] },
    decided,
  };
};

/** Whether a decision goes out now: a refusal at once, an approval when its turn has come and nobody stopped the batch. */
const isDue = (state: BatchState, { decision, group, hop }: GroupDecided): boolean =>
  decision === 'reject' || (state.stopped === null && before(state, group, hop).length === 0);

/** Why an approval that waits for its turn holds no more, or null: it was for the whole group, in its window. */
const whyLapsed = (state: BatchState, { decision, hop, members }: GroupDecided, now: number): string | null => {
  if (decision === 'reject') return null;
  const window = state.windows[hop - 1] ?? null;
  if (window !== null && now >= window.opensAt && !mayBegin(window, now))
    return 'Its turn did not come before the latest abort.';
  const again = state.members.filter(({ id, gate }) =>
    members.some((one) => one.id === id && gate !== null && gate.openedAt !== one.gate.openedAt),
  );
  return again.length > 0 ? `${names(again.map(({ vm }) => vm))} came to the gate again before its turn.` : null;
};

/** The decisions that go out now. Those that hold no more lapse, and are told. */
export const post = (
  state: BatchState,
  now: number,
): { readonly state: BatchState; readonly letters: readonly Letter[] } => {
  const lapsed = state.cleared.flatMap((each) => {
    const why = whyLapsed(state, each, now);
    return why === null ? [] : { each, why };
  });
  const standing = state.cleared.filter((one) => !lapsed.some(({ each }) => each === one));
  const due = standing.filter((each) => isDue(state, each));
  const letters = due.flatMap((decided) =>
    decided.members
      .filter(({ id, gate }) => state.members.some((m) => m.id === id && m.gate?.openedAt === gate.openedAt))
      .map(({ id, gate }) => ({ to: id, decided, gate })),
  );
  let next: BatchState = {
    ...state,
    cleared: standing.filter((each) => !due.includes(each)),
  };
  for (const { each, why } of lapsed)
    next = refusedOf(next, `approval of ${each.group}, hop ${each.hop}, by ${each.by}`, why, now);
  for (const { to, decided, gate } of letters)
    next = amend(next, to, { gate: null, through: decided.decision === 'approve' ? gate.hop : gate.hop - 1 });
  return { state: next, letters };
};

/** When the state changes by itself next: an approved group whose window passes its latest abort. */
export const nextMoment = (state: BatchState, now: number): number | null => {
  const moments = state.cleared.flatMap(({ hop }) => state.windows[hop - 1]?.abortAt ?? []).filter((at) => at > now);
  return moments.length > 0 ? Math.min(...moments) : null;
};

export const refusedOf = (state: BatchState, what: string, why: string, at: number): BatchState => ({
  ...state,
  refused: [...state.refused.slice(-9), { what, why, at }],
});

/** Why a group cannot be rolled back, or null. */
export const refuseGroupRollBack = (state: BatchState, asked: { group?: unknown; by?: unknown }): string | null => {
  if (typeof asked?.group !== 'string' || typeof asked.by !== 'string' || asked.by === '')
    return 'Rolling a group back is {"group": its name, "by": your name}.';
  if (!state.groups.includes(asked.group))
    return `The batch has no group ${asked.group}. It has: ${state.groups.join(', ')}.`;
  return state.members.some((m) => m.group === asked.group && m.status === 'running')
    ? null
    : `Nobody of ${asked.group} runs any more.`;
};

/** Those of a group that turn round; an approval that was held back for them goes nowhere. */
export const turnGroup = (
  state: BatchState,
  group: string,
): { readonly state: BatchState; readonly members: readonly string[] } => ({
  state: { ...state, cleared: state.cleared.filter((each) => each.group !== group) },
  members: state.members.filter((m) => m.group === group && m.status === 'running').map(({ id }) => id),
});

/** What a look at a member's migration itself says. `phase` is null where nothing tells. */
export interface MemberSeen {
  readonly id: string;
  readonly run: 'running' | 'completed' | 'gone';
  readonly phase: Phase | null;
}

/** Puts right what no report told: an end, or a migration that is gone. */
export const reconcile = (state: BatchState, seen: readonly MemberSeen[]): BatchState =>
  seen.reduce((next, { id, run, phase }) => {
    const member = next.members.find((m) => m.id === id);
    if (!member || member.status === 'refused' || member.status === 'ended') return next;
    // One that never began here shows how an earlier life of it ended.
    if (run === 'completed' && member.status === 'planned') return next;
    if (run === 'completed') return ended(next, id, phase !== null && ENDS.includes(phase) ? phase : null);
    if (run === 'gone' && member.status !== 'planned')
      return lost(next, id, 'Its migration is gone without an end; start the batch again to take it up.');
    return run === 'running' && member.status === 'lost' ? amend(next, id, { status: 'running', note: null }) : next;
  }, state);
