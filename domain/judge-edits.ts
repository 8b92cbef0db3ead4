import { applyEdits } from './apply-edits.ts';
import { type BatchMember, type BatchState, isOver, type Member } from './batch.ts';
import { type BatchEdit, type BatchEditing, editionOf, isAhead, memberOf } from './batch-edit.ts';
import { counted } from './counted.ts';
import { type EditRefusal, no } from './edit-refusal.ts';
import { isText, isWindow } from './edit-shapes.ts';
import { newHopRecord } from './hop-record.ts';
import type { JourneyEdit } from './journey-edit.ts';
import { refuseAdd, refuseMove, refuseOrder, refuseReplan, refuseSettled } from './judge-members.ts';
import type { JourneyOrder } from './plan.ts';
import { refuseEdit as refuseJourneyEdit } from './refuse-edit.ts';
import { typed } from './typed.ts';

/** A quarter of what a new run of the batch may be handed: its first order and the rest of its state go with it. */
const MOST_BYTES = 500_000;

const isHop = (value: unknown): value is number => typeof value === 'number' && Number.isInteger(value);

const LOOK = 'Look at the batch again.';

const known = (state: BatchState, id: unknown): Member | EditRefusal =>
  memberOf(state, id) ?? no(`The batch has no member ${typed(id)}.`, LOOK);

const isRefusal = (value: object): value is EditRefusal => 'why' in value;

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
      if (edit.kind === 'replan') return refuseReplan(state, orders, member, edit.order);
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
