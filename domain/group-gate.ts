import { type Ballot, mayOpen, openBallot, widened } from './ballot.ts';
import { type BatchState, type GroupPoll, isOver, type Member, type MemberGate } from './batch.ts';
import { fingerprintOf } from './gate.ts';
import type { GatePolicy } from './gate-policy.ts';
import type { VmRef } from './vm.ts';

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

const isCleared = (state: BatchState, { id, gate }: Member): boolean =>
  state.cleared.some((each) => each.members.some((one) => one.id === id && one.gate.openedAt === gate?.openedAt));

/** Members of the groups before this one that the hop still has to bring down. */
export const before = (state: BatchState, group: string, hop: number): readonly Member[] => {
  const earlier = state.groups.slice(0, Math.max(0, state.groups.indexOf(group)));
  return state.members.filter((m) => earlier.includes(m.group) && !isOver(m) && m.landed < Math.min(hop, m.hops));
};

/** What earlier versions carried names approvers only. */
export const rulesOf = ({ policy, approvers }: BatchState): GatePolicy => policy ?? { approvers, irreversible: true };

/** What is decided on together: each group, or the batch as a whole. */
export const partsOf = (state: BatchState): readonly string[] =>
  rulesOf(state).scope === 'batch' ? [WHOLE] : state.groups;

export const isOf = ({ group }: { readonly group: string }, part: string): boolean => part === WHOLE || group === part;

type Asked = Pick<GroupGate, 'group' | 'hop' | 'fingerprint' | 'openedAt'>;

const isPollOf = (poll: GroupPoll, gate: Asked): boolean =>
  (['group', 'hop', 'fingerprint', 'openedAt'] as const).every((key) => poll[key] === gate[key]);

/** Who asked for the batch, and who added members of this part to it, or planned them anew, under way. */
const requestersOf = (state: BatchState, part: string): readonly string[] => {
  const { requestedBy, members, orders = [] } = state;
  const ids = new Set(members.filter((m) => isOf(m, part) && !isOver(m)).map(({ id }) => id));
  const later = orders.flatMap(({ id, order }) => (ids.has(id) ? (order.requestedBy ?? []) : []));
  return [...(requestedBy === undefined ? [] : [requestedBy]), ...later];
};

/** What the plan asks for, and how far the people of this opening are. */
export const ballotOf = (state: BatchState, gate: Asked): Ballot => {
  const rules = rulesOf(state);
  const { votes, remindedAt, escalatedAt } = state.polls?.find((poll) => isPollOf(poll, gate)) ?? {};
  const opened = openBallot(rules, gate.openedAt, requestersOf(state, gate.group));
  return {
    ...opened,
    ...(votes === undefined ? {} : { votes }),
    ...(remindedAt === undefined ? {} : { remindedAt }),
    ...(escalatedAt === undefined ? {} : { escalatedAt, approvers: widened(rules.approvers, rules) }),
  };
};

export const polled = (state: BatchState, gate: Asked, { votes, remindedAt, escalatedAt }: Ballot): BatchState => {
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

export const vmNames = (vms: GroupGate['missing']): string =>
  vms.map(({ name, why }) => (why ? `${name} (${why})` : name)).join(', ');
