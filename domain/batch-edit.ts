import type { BatchMember, BatchOrder, BatchState, Member } from './batch.ts';
import { fingerprintOf } from './gate.ts';
import type { JourneyEdit } from './journey-edit.ts';
import type { JourneyOrder } from './plan.ts';
import type { Window } from './window.ts';

/**
 * One change of a batch under way. `journey` lands a member elsewhere or by other settings; `replan` gives one that has not begun
 * another order altogether; `groups` is the order of all groups, new ones among them; `window` is one a hop, as in `BatchState`.
 */
export type BatchEdit =
  | { readonly kind: 'add'; readonly member: BatchMember }
  | { readonly kind: 'remove'; readonly id: string; readonly to?: string }
  | { readonly kind: 'move'; readonly id: string; readonly group: string }
  | { readonly kind: 'groups'; readonly groups: readonly string[] }
  | { readonly kind: 'journey'; readonly id: string; readonly edit: JourneyEdit }
  | { readonly kind: 'replan'; readonly id: string; readonly order: JourneyOrder }
  | { readonly kind: 'window'; readonly windows: readonly (Window | null)[] };

/** What is asked of a batch in one go: all of it is taken, or nothing. `seen` is the edition it was made for. */
export interface BatchEditing {
  readonly by: string;
  readonly seen: string;
  readonly edits: readonly BatchEdit[];
  readonly comment?: string;
}

/** What a member that runs is told. */
export interface Errand {
  readonly to: string;
  readonly by: string;
  readonly ask:
    | { readonly verb: 'eject' }
    | { readonly verb: 'defer'; readonly to: string }
    | { readonly verb: 'edit'; readonly edit: JourneyEdit }
    | { readonly verb: 'pause' | 'resume'; readonly comment: string };
}

/** What each member is started with, as it is now. */
export const ordersOf = (order: BatchOrder, state: BatchState): readonly BatchMember[] => {
  const { orders = [] } = state;
  const later = new Map(orders.map((each) => [each.id, each]));
  const first = new Set(order.members.map(({ id }) => id));
  return [...order.members.map((each) => later.get(each.id) ?? each), ...orders.filter(({ id }) => !first.has(id))];
};

/** Short name of what of a batch an edit is made for: who is in it, where, how far, and its windows. */
export const editionOf = ({ groups, windows, members, orders = [] }: BatchState): string =>
  fingerprintOf({
    groups,
    windows,
    members: members.map(({ id, group, status, through, removed }) => ({ id, group, status, through, removed })),
    orders,
  });

export const memberOf = ({ members }: BatchState, id: unknown): Member | undefined =>
  members.find((each) => each.id === id);

/** Somebody of it was let through to cut over: it is not what was decided on any more when others join. */
export const isLetThrough = ({ members }: BatchState, group: string): boolean =>
  members.some((m) => m.group === group && (m.through > 0 || m.landed > 0));

/** The hops of a member whose cut-over nobody has let through yet. */
const aheadOf = ({ through, landed }: Member): number => Math.max(through, landed) + 1;

export const isAhead = (member: Member, hop: number): boolean => hop >= aheadOf(member);

/** What an edit does, in words for the record; `state` is as it was before it. */
export const editText = (state: BatchState, edit: BatchEdit): string => {
  const name = 'id' in edit ? (memberOf(state, edit.id)?.vm.name ?? edit.id) : '';
  switch (edit.kind) {
    case 'add':
      return `${edit.member.order.name} added to ${edit.member.order.group}`;
    case 'remove':
      return edit.to === undefined ? `${name} taken out` : `${name} deferred to ${edit.to}`;
    case 'move':
      return `${name} moved to ${edit.group}`;
    case 'groups':
      return `groups in the order ${edit.groups.join(', ')}`;
    case 'journey':
      return `${name} lands otherwise in hop ${edit.edit.hops.map(({ n }) => n).join(' and ')}`;
    case 'replan':
      return `${name} planned anew`;
    case 'window':
      return `windows ${edit.windows.map((window) => window?.text ?? 'any time').join('; ')}`;
  }
};
