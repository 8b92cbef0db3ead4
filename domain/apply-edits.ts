import {
  amend,
  type BatchMember,
  type BatchState,
  type EditTaken,
  isOver,
  type Member,
  newMember,
  refusedOf,
} from './batch.ts';
import { type BatchEdit, type Errand, isAhead, memberOf } from './batch-edit.ts';
import { fingerprintOf } from './gate.ts';
import type { HopEdit, JourneyEdit } from './journey-edit.ts';
import type { JourneyOrder } from './plan.ts';
import { withEdit } from './refuse-edit.ts';
import type { Window } from './window.ts';

/** The order with the edit laid over it. */
const editedOrder = (order: JourneyOrder, { hops, group }: JourneyEdit): JourneyOrder => ({
  ...order,
  group: group ?? order.group,
  hops: order.hops.map((hop) => {
    const edit = hops.find(({ n }) => n === hop.n);
    return edit ? withEdit(hop, edit) : hop;
  }),
});

interface Edits {
  readonly state: BatchState;
  readonly errands: readonly Errand[];
}

const withOrder = (state: BatchState, member: BatchMember): BatchState => ({
  ...state,
  orders: [...(state.orders ?? []).filter(({ id }) => id !== member.id), member],
});

/** An approval that waits for its turn was for the group as it was. */
const lapse = (state: BatchState, group: string, why: string, now: number): BatchState =>
  state.cleared
    .filter((each) => each.group === group)
    .reduce(
      (next, { hop, by }) => refusedOf(next, `approval of ${group}, hop ${hop}, by ${by}`, why, now),
      state.cleared.some((each) => each.group === group)
        ? { ...state, cleared: state.cleared.filter((each) => each.group !== group) }
        : state,
    );

const MEMBERS_CHANGED = 'Its members changed before its turn.';

const both = (before: HopEdit | undefined, edit: HopEdit): HopEdit => ({
  ...before,
  ...edit,
  ...(before?.landing && edit.landing ? { landing: { ...before.landing, ...edit.landing } } : {}),
  ...(before?.settings && edit.settings ? { settings: { ...before.settings, ...edit.settings } } : {}),
});

/** Two errands to one member become one: it is told once. */
const merged = (before: JourneyEdit, edit: JourneyEdit): JourneyEdit => {
  const group = edit.group ?? before.group;
  const hops = new Map(before.hops.map((hop) => [hop.n, hop]));
  for (const hop of edit.hops) hops.set(hop.n, both(hops.get(hop.n), hop));
  return { hops: [...hops.values()].sort((a, b) => a.n - b.n), ...(group === undefined ? {} : { group }) };
};

const told = (errands: readonly Errand[], to: string, by: string, edit: JourneyEdit): readonly Errand[] => {
  const before = errands.find((each) => each.to === to && each.ask.verb === 'edit');
  if (before?.ask.verb !== 'edit') return [...errands, { to, by, ask: { verb: 'edit', edit } }];
  const one: Errand = { to, by, ask: { verb: 'edit', edit: merged(before.ask.edit, edit) } };
  return errands.map((each) => (each === before ? one : each));
};

/** Lays an edit over a member's order, and lets it know where it runs. */
const edited = (
  { state, errands }: Edits,
  orders: ReadonlyMap<string, JourneyOrder>,
  id: string,
  by: string,
  edit: JourneyEdit,
): Edits => {
  const order = (state.orders ?? []).find((each) => each.id === id)?.order ?? orders.get(id);
  if (!order) return { state, errands };
  return {
    state: withOrder(state, { id, order: editedOrder(order, edit) }),
    errands: memberOf(state, id)?.status === 'running' ? told(errands, id, by, edit) : errands,
  };
};

/** How a member that runs is taken out of its batch. */
const outOf = (to?: string): Errand['ask'] => (to === undefined ? { verb: 'eject' } : { verb: 'defer', to });

const removed = ({ state, errands }: Edits, { id, status }: Member, by: string, to?: string): Edits => {
  const where = to === undefined ? `Taken out by ${by}` : `Deferred to ${to} by ${by}`;
  if (status !== 'running') {
    const next = amend(state, id, { status: 'refused', gate: null, removed: true, note: `${where}; it never began.` });
    return { state: next, errands };
  }
  const note = `${where}; it was asked to eject.`;
  return {
    // Whoever still stands at its gate is not decided on any more.
    state: amend(state, id, { removed: true, gate: null, note }),
    errands: [...errands.filter((each) => each.to !== id), { to: id, by, ask: outOf(to) }],
  };
};

const added = (state: BatchState, member: BatchMember): BatchState => {
  const fresh = newMember(member);
  const members = memberOf(state, member.id)
    ? state.members.map((each) => (each.id === member.id ? fresh : each))
    : [...state.members, fresh];
  const longest = member.order.hops.length > state.windows.length ? member.order.hops : [];
  const windows = longest.length > 0 ? longest.map(({ window }, i) => state.windows[i] ?? window) : state.windows;
  return withOrder({ ...state, members, windows }, member);
};

/** Who asks for a VM now is who asked for it: where the plan says so, somebody else approves. */
const asked = ({ id, order }: BatchMember, by: string): BatchMember => ({ id, order: { ...order, requestedBy: by } });

const windowed = (
  before: Edits,
  orders: ReadonlyMap<string, JourneyOrder>,
  windows: readonly (Window | null)[],
  by: string,
  now: number,
): Edits => {
  const changed = windows.flatMap((window, index) =>
    fingerprintOf({ window }) === fingerprintOf({ window: before.state.windows[index] ?? null }) ? [] : [index + 1],
  );
  const state = before.state.cleared
    .filter(({ hop }) => changed.includes(hop))
    .reduce((next, { group }) => lapse(next, group, 'Its window changed before its turn.', now), before.state);
  return state.members
    .filter((member) => !isOver(member) && !member.removed)
    .reduce(
      (next, member) => {
        const hops = changed
          .filter((n) => n <= member.hops && isAhead(member, n))
          .map((n) => ({ n, window: windows[n - 1] ?? null }));
        return hops.length > 0 ? edited(next, orders, member.id, by, { hops }) : next;
      },
      { ...before, state: { ...state, windows } },
    );
};

const applyOne = (
  before: Edits,
  orders: ReadonlyMap<string, JourneyOrder>,
  edit: BatchEdit,
  by: string,
  now: number,
): Edits => {
  const { state, errands } = before;
  const member = 'id' in edit ? memberOf(state, edit.id) : undefined;
  const touched = member ? lapse(state, member.group, MEMBERS_CHANGED, now) : state;
  switch (edit.kind) {
    case 'add':
      return {
        state: added(lapse(state, edit.member.order.group, MEMBERS_CHANGED, now), asked(edit.member, by)),
        errands,
      };
    case 'groups':
      return { state: { ...state, groups: edit.groups }, errands };
    case 'window':
      return windowed(before, orders, edit.windows, by, now);
    case 'remove':
      return member ? removed({ state: touched, errands }, member, by, edit.to) : before;
    case 'move': {
      const left = amend(lapse(touched, edit.group, MEMBERS_CHANGED, now), edit.id, { group: edit.group });
      return edited({ state: left, errands }, orders, edit.id, by, { hops: [], group: edit.group });
    }
    case 'journey':
      return edited({ state: touched, errands }, orders, edit.id, by, edit.edit);
    case 'replan':
      return {
        state: withOrder(
          amend(touched, edit.id, { vm: edit.order.source, hops: edit.order.hops.length }),
          asked({ id: edit.id, order: edit.order }, by),
        ),
        errands,
      };
  }
};

/** Lays edits that were judged over the batch; `orders` are those its members have. Nothing is said of them but to the members they are about. */
export const applyEdits = (
  state: BatchState,
  orders: readonly BatchMember[],
  edits: readonly BatchEdit[],
  by: string,
  now: number,
): Edits => {
  const known = new Map(orders.map(({ id, order }) => [id, order]));
  return edits.reduce<Edits>((before, edit) => applyOne(before, known, edit, by, now), { state, errands: [] });
};

/** The whole of an editing, recorded. */
export const recorded = (state: BatchState, entry: EditTaken): BatchState => ({
  ...state,
  edited: [...(state.edited ?? []).slice(-19), entry],
});
