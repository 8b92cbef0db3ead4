import { counted } from '../../domain/counted.ts';
import type { ReadPaths } from '../programme/read-paths.ts';
import type { Draft } from './read-vms.ts';

/** What is decided on together stands on staging until it has moved on: more VMs than there are seats would wait for themselves. */
export const checkGroupRoom = (
  drafts: readonly Draft[],
  paths: ReadPaths,
  seats: number,
  together: 'group' | 'batch',
): void => {
  const staged = drafts.filter(({ vm }) => (paths.get(vm.path)?.length ?? 0) > 1);
  const partOf = ({ vm }: Draft) => JSON.stringify(together === 'batch' ? [vm.batch] : [vm.batch, vm.group]);
  for (const [, rows] of Map.groupBy(staged, partOf))
    rows[seats]?.row.no(
      together,
      `${together === 'batch' ? `Batch ${rows[0]?.vm.batch}` : `Group ${rows[0]?.vm.group}`} has ${counted(rows.length, 'VM')}, and staging has ${counted(seats, 'seat')}`,
      `Split the ${together}, raise policies.seats.staging, or let each VM by itself with gates.cutover.scope: vm.`,
    );
};
