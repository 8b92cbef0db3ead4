import {
  asTyped,
  type Ballot,
  cast,
  isExpired,
  mayOpen,
  nextOfBallot,
  openBallot,
  passTime,
  refuseApproval,
  type Who,
} from './ballot.ts';
import {
  amend,
  type BatchState,
  type GroupDecided,
  type GroupDecision,
  type GroupPoll,
  isOver,
  type Member,
  type MemberGate,
  refusedOf,
} from './batch.ts';
import { stoppedBy } from './batch-stop.ts';
import { fingerprintOf } from './gate.ts';
import type { GatePolicy } from './plan.ts';
import { typed } from './typed.ts';
import type { VmRef } from './vm.ts';
import { mayBegin } from './window.ts';

/** The whole batch, where all of it is decided on together; no group can be called so. */
export const WHOLE = '*';

/** A group before its cut-over, or the whole batch. `missing` are members that have not come to their gate: until they have, nobody decides. */
export interface GroupGate extends Partial<Ballot> {
  readonly group: string;
  readonly hop: number;
  readonly fingerprint: string;
  readonly waiting: readonly { readonly id: string; readonly vm: VmRef; readonly gate: MemberGate }[];
  readonly missing: readonly (VmRef & { readonly why?: string })[];
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

const isCleared = (state: BatchState, { id, gate }: Member): boolean =>
  state.cleared.some((each) => each.members.some((one) => one.id === id && one.gate.openedAt === gate?.openedAt));

/** Members of the groups before this one that the hop still has to bring down. */
const before = (state: BatchState, group: string, hop: number): readonly Member[] => {
  const earlier = state.groups.slice(0, Math.max(0, state.groups.indexOf(group)));
  return state.members.filter((m) => earlier.includes(m.group) && !isOver(m) && m.landed < Math.min(hop, m.hops));
};

/** What earlier versions carried names approvers only. */
const rulesOf = ({ policy, approvers }: BatchState): GatePolicy => policy ?? { approvers, irreversible: true };

/** What is decided on together: each group, or the batch as a whole. */
const partsOf = (state: BatchState): readonly string[] => (rulesOf(state).scope === 'batch' ? [WHOLE] : state.groups);

const isOf = ({ group }: { readonly group: string }, part: string): boolean => part === WHOLE || group === part;

type Asked = Pick<GroupGate, 'group' | 'hop' | 'fingerprint' | 'openedAt'>;

const isPollOf = (poll: GroupPoll, gate: Asked): boolean =>
  (['group', 'hop', 'fingerprint', 'openedAt'] as const).every((key) => poll[key] === gate[key]);

/** What the plan asks for, and how far the people of this opening are. */
const ballotOf = (state: BatchState, gate: Asked): Ballot => {
  const rules = rulesOf(state);
  const { votes, remindedAt, escalatedAt } = state.polls?.find((poll) => isPollOf(poll, gate)) ?? {};
  const opened = openBallot(rules, gate.openedAt, state.requestedBy);
  return {
    ...opened,
    ...(votes === undefined ? {} : { votes }),
    ...(remindedAt === undefined ? {} : { remindedAt }),
    ...(escalatedAt === undefined || rules.approvers.length === 0
      ? {}
      : { escalatedAt, approvers: [...new Set([...rules.approvers, ...(rules.escalateTo ?? [])])] }),
  };
};

const polled = (state: BatchState, gate: Asked, { votes, remindedAt, escalatedAt }: Ballot): BatchState => {
  const { group, hop, fingerprint, openedAt } = gate;
  const poll: GroupPoll = {
    ...{ group, hop, fingerprint, openedAt },
    ...(votes === undefined ? {} : { votes }),
    ...(remindedAt === undefined ? {} : { remindedAt }),
    ...(escalatedAt === undefined ? {} : { escalatedAt }),
  };
  // Of a group only its last opening counts.
  return { ...state, polls: [...(state.polls ?? []).filter((one) => one.group !== group), poll] };
};

/** Each group's next gate, in the order of the groups; a group of which nobody waits has none. */
export const groupGates = (state: BatchState): readonly GroupGate[] =>
  partsOf(state).flatMap((group) => {
    const members = state.members.filter((m) => isOf(m, group));
    const asking = members.filter((m) => m.gate !== null && !isCleared(state, m));
    const hop = Math.min(...asking.map((m) => m.gate?.hop ?? Number.POSITIVE_INFINITY));
    const waiting = asking.flatMap(({ id, vm, gate }) => (gate?.hop === hop ? [{ id, vm, gate }] : []));
    if (waiting.length === 0) return [];
    const missing = members.filter((m) => m.gate?.hop !== hop && m.through < Math.min(hop, m.hops) && !isOver(m));
    const asked = {
      group,
      hop,
      fingerprint: fingerprintOf(Object.fromEntries(waiting.map(({ id, gate }) => [id, gate.fingerprint]))),
      openedAt: Math.max(...waiting.map(({ gate }) => gate.openedAt)),
    };
    return {
      ...asked,
      waiting,
      missing: missing.map(({ vm, held }) => (held ? { ...vm, why: held } : vm)),
      after: group === WHOLE ? [] : before(state, group, hop).map(({ vm }) => vm),
      ...ballotOf(state, asked),
    };
  });

/** Who may still open it, by what was lent too. */
export const withOpeners = (state: BatchState, gate: GroupGate, now: number): GroupGate => ({
  ...gate,
  mayOpen: mayOpen(ballotOf(state, gate), 'cutover', state.loans ?? [], now),
});

const names = (vms: GroupGate['missing']): string =>
  vms.map(({ name, why }) => (why ? `${name} (${why})` : name)).join(', ');

const isGroupDecision = (value: unknown): value is GroupDecision => {
  const { decision, by, group } = (value ?? {}) as Partial<GroupDecision>;
  const isSigned = typeof by === 'string' && by !== '' && typeof group === 'string';
  return (decision === 'approve' || decision === 'reject') && isSigned;
};

/** A refusal takes back what was approved and waits for its turn still: holding back is always possible. */
const judgedOn = (state: BatchState, { decision, group, hop }: GroupDecision): BatchState =>
  decision === 'reject'
    ? { ...state, cleared: state.cleared.filter((each) => !isOf(each, group) || each.hop !== hop) }
    : state;

/** Why a decision on a group is refused now, or null. */
export const refuseGroupDecision = (
  state: BatchState,
  asked: GroupDecision,
  now: number,
  who: Who | null = asTyped(asked?.by),
): string | null => {
  if (!isGroupDecision(asked))
    return 'A decision is {"group", "hop", "fingerprint", "decision": approve or reject, "by": your name}.';
  const parts = partsOf(state);
  if (!parts.includes(asked.group))
    return parts.includes(WHOLE)
      ? `All of ${state.name} is decided on together: the group of a decision is "${WHOLE}".`
      : `The batch has no group ${asked.group}. It has: ${parts.join(', ')}.`;
  const gate = groupGates(judgedOn(state, asked)).find(({ group }) => group === asked.group);
  const called = asked.group === WHOLE ? state.name : asked.group;
  if (!gate) return `Nobody of ${called} waits at a cut-over gate.`;
  if (asked.hop !== gate.hop) return `${called} waits for hop ${gate.hop}, the decision names hop ${typed(asked.hop)}.`;
  if (asked.decision === 'reject') return null;
  if (gate.missing.length > 0)
    return `${called} cuts over together and is not complete: ${names(gate.missing)} not at the gate yet. Wait, or eject what shall stay behind.`;
  const { loans = [], trustNamespace } = state;
  const ballot = { ...ballotOf(state, gate), fingerprint: gate.fingerprint };
  const why = refuseApproval('cutover', ballot, asked, { who, loans, trustNamespace, now });
  if (why) return why;
  const stopped = stoppedBy(state, asked.group);
  if (stopped)
    return `${stopped.by} stopped ${stopped === state.stopped ? 'the batch' : called}: ${stopped.why}. Resume it first.`;
  const window = state.windows[asked.hop - 1] ?? null;
  if (window && now >= window.abortAt)
    return `The window ${window.text} is past its latest abort: a cut-over begun now could not be rolled back in time. Plan a new window.`;
  return null;
};

/** One entry for each group that it holds for: each goes out when its own turn has come. */
const byGroup = (state: BatchState, decided: GroupDecided): readonly GroupDecided[] => {
  if (decided.group !== WHOLE) return [decided];
  const groupOf = (id: string): string | undefined => state.members.find((m) => m.id === id)?.group;
  return state.groups.flatMap((group) => {
    const members = decided.members.filter(({ id }) => groupOf(id) === group);
    return members.length === 0 ? [] : [{ ...decided, group, members }];
  });
};

const settled = (state: BatchState, decided: GroupDecided): BatchState => ({
  ...state,
  decisions: [...state.decisions, decided],
  cleared: [...state.cleared, ...byGroup(state, decided)],
});

/** Takes a decision that fits: one that is below the quorum is counted, and lets nobody through. */
export const takeGroupDecision = (
  state: BatchState,
  asked: GroupDecision,
  now: number,
  channel: 'update' | 'signal',
  who: Who = asTyped(asked.by),
): { readonly state: BatchState; readonly decided: GroupDecided } => {
  const judged = judgedOn(state, asked);
  const gate = groupGates(judged).find(({ group }) => group === asked.group);
  const waiting = gate?.waiting ?? [];
  const decided: GroupDecided = {
    ...{ ...asked, by: who.by, at: now, channel, identity: who.identity },
    members: waiting.map((each) => ({ id: each.id, gate: each.gate })),
  };
  if (!gate || asked.decision === 'reject') return { state: settled(judged, decided), decided };
  const { ballot, vote, tally, isOpen } = cast('cutover', ballotOf(judged, gate), who, judged.loans ?? [], now);
  const counted: GroupDecided = {
    ...decided,
    right: vote.right,
    ...(ballot.quorum === undefined ? {} : { tally }),
    ...(ballot.expiresAt === undefined ? {} : { expiresAt: ballot.expiresAt }),
  };
  if (isOpen) return { state: settled(judged, counted), decided: counted };
  const below = { ...counted, members: [] };
  const next = polled(judged, gate, ballot);
  return { state: { ...next, decisions: [...next.decisions, below] }, decided: below };
};

/** A batch let this member through its gate, as it stands, and has told it so. */
export const hasLetThrough = (
  { members, decisions }: Pick<BatchState, 'members' | 'decisions'>,
  id: string,
  gate: Pick<MemberGate, 'hop' | 'fingerprint' | 'openedAt'>,
): boolean =>
  members.some((m) => m.id === id && m.gate === null && m.through >= gate.hop) &&
  decisions.some(
    (each) =>
      each.decision === 'approve' &&
      each.members.some(
        (one) => one.id === id && one.gate.openedAt === gate.openedAt && one.gate.fingerprint === gate.fingerprint,
      ),
  );

/** Whether a decision goes out now: a refusal at once, an approval when its turn has come and nobody stopped the batch. */
const isDue = (state: BatchState, { decision, group, hop }: GroupDecided): boolean =>
  decision === 'reject' || (stoppedBy(state, group) === null && before(state, group, hop).length === 0);

/** Why an approval that waits for its turn holds no more, or null: it was for the whole group, in its window. */
const whyLapsed = (
  state: BatchState,
  { decision, hop, members, expiresAt }: GroupDecided,
  now: number,
): string | null => {
  if (decision === 'reject') return null;
  if (expiresAt !== undefined && now >= expiresAt) return 'Its turn did not come before it expired.';
  const window = state.windows[hop - 1] ?? null;
  if (window !== null && now >= window.opensAt && !mayBegin(window, now))
    return 'Its turn did not come before the latest abort.';
  const again = state.members.filter(({ id, gate }) =>
    members.some((one) => one.id === id && gate !== null && gate.openedAt !== one.gate.openedAt),
  );
  return again.length > 0 ? `${names(again.map(({ vm }) => vm))} came to the gate again before its turn.` : null;
};

/** What the plan's times bring: reminders and escalations of the gates that people can decide on now. The same state when none. */
const remind = (state: BatchState, now: number): BatchState =>
  groupGates(state)
    .filter(({ missing }) => missing.length === 0)
    .reduce((next, gate) => {
      const ballot = ballotOf(state, gate);
      const later = passTime(rulesOf(state), ballot, gate.openedAt, now);
      return later === ballot ? next : polled(next, gate, later);
    }, state);

/** Nobody decided in time, or what was approved did not go out in time: each of them opens again for what is there then. */
const expire = (state: BatchState, now: number): BatchState =>
  groupGates(state)
    .filter((gate) => gate.missing.length === 0 && isExpired(ballotOf(state, gate), now))
    .reduce((next, { group, hop, fingerprint, waiting }) => {
      const words = { group, hop, fingerprint, decision: 'reject', by: 'the plan', expired: true } as const;
      const members = waiting.map(({ id, gate }) => ({ id, gate }));
      return settled(next, { ...words, at: now, channel: 'plan', members });
    }, state);

/** The decisions that go out now. Those that hold no more lapse, and are told. */
export const post = (
  state: BatchState,
  now: number,
): { readonly state: BatchState; readonly letters: readonly Letter[] } => {
  const lapsed = state.cleared.flatMap((each) => {
    const why = whyLapsed(state, each, now);
    return why === null ? [] : { each, why };
  });
  const kept = state.cleared.filter((one) => !lapsed.some(({ each }) => each === one));
  const told = expire(remind(kept.length === state.cleared.length ? state : { ...state, cleared: kept }, now), now);
  const standing = told.cleared;
  const due = standing.filter((each) => isDue(state, each));
  const letters = due.flatMap((decided) =>
    decided.members
      .filter(({ id, gate }) => state.members.some((m) => m.id === id && m.gate?.openedAt === gate.openedAt))
      .map(({ id, gate }) => ({ to: id, decided, gate })),
  );
  let next: BatchState = {
    ...told,
    cleared: standing.filter((each) => !due.includes(each)),
  };
  for (const { each, why } of lapsed)
    next = refusedOf(next, `approval of ${each.group}, hop ${each.hop}, by ${each.by}`, why, now);
  for (const { to, decided, gate } of letters)
    next = amend(next, to, { gate: null, through: decided.decision === 'approve' ? gate.hop : gate.hop - 1 });
  return { state: next, letters };
};

/** When the state changes by itself next: an approval that becomes void, or the plan's times for whoever decides. */
export const nextMoment = (state: BatchState, now: number): number | null => {
  const ofCleared = state.cleared.flatMap(({ hop, expiresAt }) => [
    ...(state.windows[hop - 1] ? [state.windows[hop - 1]?.abortAt ?? now] : []),
    ...(expiresAt === undefined ? [] : [expiresAt]),
  ]);
  const ofGates = groupGates(state)
    .filter(({ missing }) => missing.length === 0)
    .flatMap((gate) => nextOfBallot(rulesOf(state), ballotOf(state, gate), gate.openedAt) ?? []);
  const moments = [...ofCleared, ...ofGates].filter((at) => at > now);
  return moments.length > 0 ? Math.min(...moments) : null;
};
