import { asTyped, cast, refuseApproval, type Who } from './ballot.ts';
import type { BatchState, GroupDecided, GroupDecision, MemberGate } from './batch.ts';
import { stoppedBy } from './batch-stop.ts';
import { ballotOf, groupGates, isOf, partsOf, polled, vmNames, WHOLE } from './group-gate.ts';
import { isSayable, isSealable } from './said.ts';
import { typed } from './typed.ts';

const isGroupDecision = (value: unknown): value is GroupDecision => {
  const { decision, by, group, comment, ticket, attestation } = (value ?? {}) as Partial<GroupDecision>;
  const isSigned = typeof by === 'string' && by !== '' && typeof group === 'string';
  return (
    (decision === 'approve' || decision === 'reject') &&
    isSigned &&
    [by, comment, ticket].every(isSayable) &&
    isSealable(attestation)
  );
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
    return `${called} cuts over together and is not complete: ${vmNames(gate.missing)} not at the gate yet. Wait, or eject what shall stay behind.`;
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

/** Those whose members may still be asked after; of older ones it is kept who decided what. A new run is handed all of them. */
const IN_FULL = 200;

const shortened = (decisions: readonly GroupDecided[]): readonly GroupDecided[] =>
  decisions.map((each, index) =>
    index < decisions.length - IN_FULL && each.members.length > 0 ? { ...each, members: [] } : each,
  );

export const settled = (state: BatchState, decided: GroupDecided): BatchState => ({
  ...state,
  decisions: shortened([...state.decisions, decided]),
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

/**
 * Who let this member of a batch through its gate, as it stands, where it was told so; null where nobody did. What lapsed or was taken back
 * before it went out was never told.
 */
export const letThroughBy = (
  { members, decisions }: Pick<BatchState, 'members' | 'decisions'>,
  id: string,
  gate: Pick<MemberGate, 'hop' | 'fingerprint' | 'openedAt'>,
): string | null => {
  const isTold = members.some(
    (m) => m.id === id && m.gate === null && m.through >= gate.hop && m.toldAt === gate.openedAt,
  );
  const decided = decisions.findLast(
    (each) =>
      each.decision === 'approve' &&
      each.members.some(
        (one) => one.id === id && one.gate.openedAt === gate.openedAt && one.gate.fingerprint === gate.fingerprint,
      ),
  );
  return isTold && decided ? decided.by : null;
};
