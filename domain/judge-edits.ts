import { applyEdits } from './apply-edits.ts';
import { type BatchMember, type BatchState, isOver, type Member } from './batch.ts';
import { type BatchEdit, type BatchEditing, editionOf, isAhead, isLetThrough, memberOf } from './batch-edit.ts';
import { counted } from './counted.ts';
import { isMember, isOrder, isText, isWindow } from './edit-shapes.ts';
import { newHopRecord } from './hop-record.ts';
import type { JourneyEdit } from './journey-edit.ts';
import type { JourneyOrder } from './plan.ts';
import { refuseEdit as refuseJourneyEdit } from './refuse-edit.ts';
import { typed } from './typed.ts';

/** Why an edit is refused, and what can be done instead. */
export interface EditRefusal {
  readonly why: string;
  readonly fix: string;
}

const no = (why: string, fix: string): EditRefusal => ({ why, fix });

/** A quarter of what a new run of the batch may be handed: its first order and the rest of its state go with it. */
const MOST_BYTES = 500_000;

const isHop = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

const LOOK = 'Look at the batch again.';

const known = (state: BatchState, id: unknown): Member | EditRefusal =>
  memberOf(state, id) ?? no(`The batch has no member ${typed(id)}.`, LOOK);

const isRefusal = (value: object): value is EditRefusal => 'why' in value;

/** A member that can still be changed: it is in the batch, and nobody let it through to its first cut-over. */
const refuseSettled = (member: Member): EditRefusal | null => {
  const { vm, removed, through, landed } = member;
  if (isOver(member)) return no(`${vm.name} is over in this batch.`, 'Leave its row as it was.');
  if (removed) return no(`${vm.name} is on its way out of the batch.`, 'Wait until it is out.');
  return through > 0 || landed > 0
    ? no(`${vm.name} was let through to its cut-over.`, 'Let it land, or roll it back.')
    : null;
};

const refuseGroup = (state: BatchState, group: unknown): EditRefusal | null => {
  if (typeof group !== 'string' || !state.groups.includes(group))
    return no(`The batch has no group ${typed(group)}.`, `It has: ${state.groups.join(', ')}.`);
  return isLetThrough(state, group)
    ? no(`Group ${group} was let through to its cut-over.`, 'Take another group.')
    : null;
};

/** What stands on staging, or will, before a group is whole: those of it, and those of groups behind it that have begun. */
const refuseRoom = (
  state: BatchState,
  group: string,
  joins: Pick<Member, 'id' | 'hops'>,
  { gates, policies }: JourneyOrder,
): EditRefusal | null => {
  const { scope = 'vm' } = gates.cutover;
  if (scope === 'vm' || joins.hops < 2) return null;
  const at = state.groups.indexOf(group);
  const { staging } = policies.seats;
  const staged = state.members.filter((m) => {
    const behind = state.groups.indexOf(m.group) > at && m.status !== 'planned';
    const together = m.group === group || scope === 'batch' || behind;
    return m.id !== joins.id && m.hops > 1 && !isOver(m) && together;
  });
  return staged.length + 1 > staging
    ? no(
        `Group ${group} would wait for room that ${counted(staged.length, 'VM')} of it and of groups behind it take: staging has ${counted(staging, 'seat')}.`,
        'Put it into a group behind them, or raise policies.seats.staging.',
      )
    : null;
};

const refuseAdd = (state: BatchState, orders: readonly BatchMember[], member: unknown): EditRefusal | null => {
  if (!isMember(state, member)) return no('A member is its workflow id and an order of this batch.', 'Send both.');
  const { order, id } = member;
  const there = memberOf(state, id);
  if (there && !isOver(there))
    return there.removed
      ? no(`${order.name} is on its way out of the batch.`, 'Wait until it is out, then add it.')
      : no(`${order.name} is in the batch already.`, 'Leave it, or move it.');
  if (there?.status === 'ended' && !['Ejected', 'RolledBack', 'Cancelled'].includes(there.end ?? ''))
    return no(`${order.name} has moved already.`, 'Leave its row as it was.');
  const scope = orders[0]?.order.gates.cutover.scope ?? 'vm';
  if (orders.length > 0 && (order.gates.cutover.scope ?? 'vm') !== scope)
    return no(
      `The batch decides on its cut-overs by ${scope}, ${order.name} would by ${order.gates.cutover.scope ?? 'vm'}.`,
      'Put gates.cutover.scope back, or add it to a batch that has not begun.',
    );
  return refuseGroup(state, order.group) ?? refuseRoom(state, order.group, { id, hops: order.hops.length }, order);
};

const refuseMove = (
  state: BatchState,
  orders: readonly BatchMember[],
  member: Member,
  group: unknown,
): EditRefusal | null => {
  const settled = refuseSettled(member) ?? refuseGroup(state, group);
  if (settled || typeof group !== 'string') return settled;
  const order = orders.find(({ id }) => id === member.id)?.order;
  return order ? refuseRoom(state, group, member, order) : null;
};

/** Groups that were let through stay ahead of the others, in their order. */
const refuseOrder = (state: BatchState, groups: unknown): EditRefusal | null => {
  const isList = Array.isArray(groups) && groups.every(isText);
  if (!isList || new Set(groups).size !== groups.length)
    return no('The order of groups is a list of names, each once.', 'Name each group once.');
  const left = state.members.find(({ group }) => !groups.includes(group));
  if (left) return no(`Group ${left.group} has members.`, 'Keep it, or move its members first.');
  const through = state.groups.filter((group) => isLetThrough(state, group));
  const overtaken = through.find((group, index) => {
    const behind = groups.slice(groups.indexOf(group));
    const ahead = groups.slice(0, groups.indexOf(group));
    return (
      through.slice(index + 1).some((later) => !behind.includes(later)) ||
      ahead.some((other) => !state.groups.includes(other) || state.groups.indexOf(other) > state.groups.indexOf(group))
    );
  });
  return overtaken === undefined
    ? null
    : no(`Group ${overtaken} was let through to its cut-over.`, 'Put the others behind it.');
};

const refuseJourney = (
  state: BatchState,
  member: Member,
  { hops }: JourneyOrder,
  edit: unknown,
  now: number,
): EditRefusal | null => {
  const { hops: edited, group } = (edit ?? {}) as Partial<JourneyEdit>;
  if (group !== undefined) return no('A group is changed by a move.', `Move ${member.vm.name}.`);
  if (isOver(member)) return no(`${member.vm.name} is over in this batch.`, 'Leave its row as it was.');
  if (member.removed) return no(`${member.vm.name} is on its way out of the batch.`, 'Wait until it is out.');
  const ahead = hops.map(({ n }) => n).filter((n) => isAhead(member, n));
  const begun = Array.isArray(edited) ? edited.find((each) => isHop(each?.n) && !ahead.includes(each.n)) : undefined;
  if (begun && hops.some(({ n }) => n === begun.n))
    return no(`${member.vm.name} was let through to the cut-over of hop ${begun.n}.`, 'Put this hop back as it was.');
  const records = hops.map(({ n }) => newHopRecord(n));
  const why = refuseJourneyEdit(edit, {
    orders: hops,
    hops: records,
    editable: ahead,
    source: null,
    groups: state.groups,
    now,
  });
  return why === null ? null : no(`${member.vm.name}: ${why}`, 'Correct it, or put it back.');
};

const refuseReplan = (state: BatchState, member: Member, order: unknown): EditRefusal | null => {
  if (!isOrder(state, order) || order.source.id !== member.vm.id || order.group !== member.group)
    return no(`That is no order of ${member.vm.name} in its group.`, 'Keep its id and its group.');
  return member.status === 'planned'
    ? null
    : no(`${member.vm.name} has begun: who it is, its owner, path and tests stay.`, 'Put these cells back.');
};

const refuseWindow = (state: BatchState, windows: unknown, now: number): EditRefusal | null => {
  if (!Array.isArray(windows) || windows.length !== state.windows.length || !windows.every(isWindow))
    return no(
      'Windows are one a hop, null where any time will do.',
      `Give ${counted(state.windows.length, 'window')}.`,
    );
  for (const [index, window] of windows.entries()) {
    const before = state.windows[index] ?? null;
    if (window?.opensAt === before?.opensAt && window?.abortAt === before?.abortAt) continue;
    const ahead = state.members.some((m) => !isOver(m) && !m.removed && index < m.hops && isAhead(m, index + 1));
    if (!ahead) return no(`Nobody is left before the cut-over of hop ${index + 1}.`, 'Leave its window as it was.');
    if (window && window.abortAt <= now)
      return no(`The window ${window.text} is past its latest abort.`, 'Write a window that lies ahead.');
  }
  return null;
};

const refuseEdit = (
  state: BatchState,
  orders: readonly BatchMember[],
  edit: BatchEdit,
  now: number,
): EditRefusal | null => {
  switch (edit?.kind) {
    case 'add':
      return refuseAdd(state, orders, edit.member);
    case 'groups':
      return refuseOrder(state, edit.groups);
    case 'window':
      return refuseWindow(state, edit.windows, now);
    case 'remove':
    case 'move':
    case 'journey':
    case 'replan': {
      const member = known(state, edit.id);
      if (isRefusal(member)) return member;
      if (edit.kind === 'remove') return refuseSettled(member);
      if (edit.kind === 'move') return refuseMove(state, orders, member, edit.group);
      if (edit.kind === 'replan') return refuseReplan(state, member, edit.order);
      const order =
        state.orders?.find(({ id }) => id === edit.id)?.order ?? orders.find(({ id }) => id === edit.id)?.order;
      return order ? refuseJourney(state, member, order, edit.edit, now) : no(`${member.vm.name} has no order.`, LOOK);
    }
    default:
      return no(`${typed(edit)} is no edit.`, 'It is add, remove, move, groups, journey, replan or window.');
  }
};

/** Each edit judged on the batch as those before it leave it: null where it is legal. One that is refused changes nothing for the next. */
export const judgeEdits = (
  state: BatchState,
  orders: readonly BatchMember[],
  edits: readonly BatchEdit[],
  now: number,
): readonly (EditRefusal | null)[] => {
  let next = state;
  return edits.map((edit) => {
    const refused = refuseEdit(next, orders, edit, now);
    if (refused === null) next = applyEdits(next, orders, [edit], 'a plan', now).state;
    return refused;
  });
};

/** Why what is asked of a batch is refused as a whole, or null. It may be anything that a person typed. */
export const refuseEditing = (
  state: BatchState,
  orders: readonly BatchMember[],
  asked: BatchEditing,
  now: number,
): string | null => {
  const { by, seen, edits } = (asked ?? {}) as Partial<BatchEditing>;
  if (!isText(by) || !isText(seen) || !Array.isArray(edits) || edits.length === 0)
    return 'An editing is {"by": your name, "seen": the edition of the batch, "edits": [at least one]}.';
  const edition = editionOf(state);
  if (seen !== edition)
    return `What you saw of the batch (${typed(seen)}) is not what is there now (${edition}). Look again, then apply.`;
  const refused = judgeEdits(state, orders, edits, now).filter((each) => each !== null);
  if (refused.length > 0) return refused.map(({ why, fix }) => `${why} ${fix}`).join(' ');
  const { orders: carried = [] } = applyEdits(state, orders, edits, by, now).state;
  return JSON.stringify(carried).length > MOST_BYTES
    ? 'The batch would hold more changed orders than a run of it can be handed. Start another batch for them.'
    : null;
};
