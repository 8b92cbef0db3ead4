import {
  amend,
  type BatchState,
  type GroupDecided,
  type GroupDecision,
  isOver,
  type Member,
  type MemberGate,
  refusedOf,
} from './batch.ts';
import { fingerprintOf, refuseUntrusted } from './gate.ts';
import { typed } from './typed.ts';
import type { VmRef } from './vm.ts';
import { mayBegin } from './window.ts';

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
