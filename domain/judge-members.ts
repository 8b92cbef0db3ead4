import { type BatchMember, type BatchState, isOver, type Member } from './batch.ts';
import { isLetThrough, memberOf } from './batch-edit.ts';
import { counted } from './counted.ts';
import { type EditRefusal, no } from './edit-refusal.ts';
import { isMember, isOrder } from './edit-shapes.ts';
import { fingerprintOf } from './gate.ts';
import { WHOLE } from './group-gate.ts';
import type { JourneyOrder } from './plan.ts';
import { isName } from './said.ts';
import { typed } from './typed.ts';

/** A member that can still be changed: it is in the batch, and nobody let it through to its first cut-over. */
export const refuseSettled = (member: Member): EditRefusal | null => {
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

/** Who may open a gate is what the batch was started with: a message brings in nobody else's order of it. */
const refuseTrust = (
  state: BatchState,
  orders: readonly BatchMember[],
  { name, gates, trustNamespace }: JourneyOrder,
): EditRefusal | null => {
  if (trustNamespace !== state.trustNamespace)
    return no(
      `The batch ${state.trustNamespace ? 'takes' : 'does not take'} people at their word, and the order of ${name} says otherwise.`,
      'Put trustNamespace back, or start another batch.',
    );
  const [first] = orders;
  return state.trustNamespace || !first || fingerprintOf({ gates }) === fingerprintOf({ gates: first.order.gates })
    ? null
    : no(
        `${name} would have other gates than its batch.`,
        'Put `gates` back, or add it to a batch that has not begun.',
      );
};

export const refuseAdd = (state: BatchState, orders: readonly BatchMember[], member: unknown): EditRefusal | null => {
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
  return (
    refuseTrust(state, orders, order) ??
    refuseGroup(state, order.group) ??
    refuseRoom(state, order.group, { id, hops: order.hops.length }, order)
  );
};

export const refuseMove = (
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
export const refuseOrder = (state: BatchState, groups: unknown): EditRefusal | null => {
  const isList = Array.isArray(groups) && groups.every((group) => isName(group) && group !== WHOLE);
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

export const refuseReplan = (
  state: BatchState,
  orders: readonly BatchMember[],
  member: Member,
  order: unknown,
): EditRefusal | null => {
  if (!isOrder(state, order) || order.source.id !== member.vm.id || order.group !== member.group)
    return no(`That is no order of ${member.vm.name} in its group.`, 'Keep its id and its group.');
  return member.status === 'planned'
    ? refuseTrust(state, orders, order)
    : no(`${member.vm.name} has begun: who it is, its owner, path and tests stay.`, 'Put these cells back.');
};
