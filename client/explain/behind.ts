import { type LeaseTable, needs } from '../../domain/capacity.ts';
import type { BatchView } from '../../workflows/batch-messages.ts';
import { someOf } from './waiting-cost.ts';

/** Who waits for some of what these hold. */
const inLineBehind = ({ held, waiting }: LeaseTable, ids: readonly string[]): readonly string[] => {
  const mine = new Set(held.filter(({ holder }) => ids.includes(holder)).flatMap(({ amounts }) => needs(amounts)));
  const others = waiting.filter(
    ({ holder, amounts }) => !ids.includes(holder) && needs(amounts).some((resource) => mine.has(resource)),
  );
  return [...new Set(others.map(({ holder, name }) => name ?? holder))];
};

/** Who of the batch stands at the gate of its group and waits for one of these to come there. */
const ofTheirGroup = ({ gates }: BatchView, vms: readonly string[]): readonly string[] =>
  gates
    .filter(({ missing }) => missing.some(({ id }) => vms.includes(id)))
    .flatMap(({ waiting }) => waiting.map(({ vm }) => vm.name));

/** Who of later groups may not begin before these have landed. */
const ofLaterGroups = ({ gates, cleared, members, groups }: BatchView, ids: readonly string[]): readonly string[] => {
  const mine = members.filter(({ id }) => ids.includes(id));
  const isBefore = (group: string): boolean => mine.some((one) => groups.indexOf(one.group) < groups.indexOf(group));
  const vms = mine.map(({ vm }) => vm.id);
  const asking = gates
    .filter(({ after }) => after.some(({ id }) => vms.includes(id)))
    .flatMap(({ waiting }) => waiting.map(({ vm }) => vm.name));
  const approved = cleared
    .filter((one) => one.decision === 'approve' && isBefore(one.group))
    .flatMap((one) => one.members.flatMap(({ id }) => members.find((m) => m.id === id)?.vm.name ?? []));
  return [...new Set([...asking, ...approved])];
};

export interface House {
  /** Null where the lease table does not answer. */
  readonly table: LeaseTable | null;
  /** Null for a VM on its own, or where its batch does not answer. */
  readonly batch: BatchView | null;
}

/** Who else waits behind these migrations, in words; nothing where nobody does. */
export const behindOf = (ids: readonly string[], { table, batch }: House): readonly string[] => {
  const vms = (batch?.members ?? []).filter(({ id }) => ids.includes(id)).map(({ vm }) => vm.id);
  const line = table ? inLineBehind(table, ids) : [];
  const group = batch ? ofTheirGroup(batch, vms) : [];
  const later = batch ? ofLaterGroups(batch, ids) : [];
  return [
    ...(line.length > 0 ? [`in line for what it holds: ${someOf(line)}`] : []),
    ...(group.length > 0 ? [`its group waits for it: ${someOf(group)}`] : []),
    ...(later.length > 0 ? [`later groups wait for it: ${someOf(later)}`] : []),
  ];
};
