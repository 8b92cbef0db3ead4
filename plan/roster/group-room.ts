import { counted } from '../../domain/counted.ts';
import type { ReadPaths } from '../programme/read-paths.ts';
import type { Draft } from './read-vms.ts';

/** A group stands on staging together until it has moved on: one with more VMs than there are seats would wait for itself. */
export const checkGroupRoom = (drafts: readonly Draft[], paths: ReadPaths, seats: number): void => {
  const staged = drafts.filter(({ vm }) => (paths.get(vm.path)?.length ?? 0) > 1);
  for (const [, rows] of Map.groupBy(staged, ({ vm }) => JSON.stringify([vm.batch, vm.group])))
    rows[seats]?.row.no(
      'group',
      `Group ${rows[0]?.vm.group} has ${counted(rows.length, 'VM')}, and staging has ${counted(seats, 'seat')}`,
      'Split the group, raise policies.seats.staging, or let each VM by itself with gates.cutover.scope: vm.',
    );
};
