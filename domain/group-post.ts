import { isExpired, nextOfBallot, passTime } from './ballot.ts';
import { amend, type BatchState, type GroupDecided, type MemberGate, refusedOf } from './batch.ts';
import { stoppedBy } from './batch-stop.ts';
import { settled } from './group-decision.ts';
import { ballotOf, before, groupGates, polled, rulesOf, vmNames } from './group-gate.ts';
import { mayBegin } from './window.ts';

/** A decision on its way to one member. */
export interface Letter {
  readonly to: string;
  readonly decided: GroupDecided;
  readonly gate: MemberGate;
}

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
  return again.length > 0 ? `${vmNames(again.map(({ vm }) => vm))} came to the gate again before its turn.` : null;
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
    next = amend(next, to, {
      ...{ gate: null, through: decided.decision === 'approve' ? gate.hop : gate.hop - 1 },
      ...(decided.decision === 'approve' ? { toldAt: gate.openedAt } : {}),
    });
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
