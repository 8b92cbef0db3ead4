import type { BatchEdit } from '../../domain/batch-edit.ts';
import type { JourneyEdit } from '../../domain/journey-edit.ts';
import { judgeEdits } from '../../domain/judge-edits.ts';
import { hasBegun, refuseEdit } from '../../domain/refuse-edit.ts';
import type { Refusal } from '../../plan/refusal.ts';
import { type Asked, type Change, errorAt } from './changes.ts';
import type { LiveBatch, LiveMember } from './live.ts';

/** What the member itself would say to an edit: it knows better than its batch how far it is. */
const refusedByMember = (
  { member, order, view }: LiveMember,
  edit: BatchEdit,
  now: number,
): readonly [why: string, fix: string] | null => {
  if (!view || member.status !== 'running') return null;
  if (edit.kind === 'remove' && !view.legal.includes('eject'))
    return [`${order.name} can not be ejected any more: it is ${view.phase}`, 'Leave it, or roll it back.'];
  if (edit.kind !== 'journey') return null;
  const open = view.hops.filter((hop) => hop.n > view.hop || !(hasBegun(hop) || hop.arrived)).map(({ n }) => n);
  const why = refuseEdit(edit.edit satisfies JourneyEdit, {
    ...{ orders: order.hops, hops: view.hops, source: null, now },
    editable: view.legal.includes('edit') ? open : [],
  });
  return why === null ? null : [`${order.name}: ${why}`, 'Put the cell back.'];
};

export const judge = ({ now }: Asked, batch: LiveBatch, changes: readonly Change[]): readonly Refusal[] => {
  const orders = batch.members.map(({ member, order }) => ({ id: member.id, order }));
  const edits = changes.map(({ edit }) => edit);
  return judgeEdits(batch.state, orders, edits, now).flatMap((refused, index) => {
    const change = changes[index];
    if (!change) return [];
    if (refused) return [errorAt(change.at, refused.why, refused.fix)];
    const { edit, at } = change;
    const live = 'id' in edit ? batch.members.find(({ member }) => member.id === edit.id) : undefined;
    const own = live && refusedByMember(live, edit, now);
    return own ? [errorAt(at, ...own)] : [];
  });
};
