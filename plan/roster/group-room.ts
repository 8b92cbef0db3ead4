import { counted } from '../../domain/counted.ts';
import type { PlanFile } from '../programme/plan-file.ts';
import type { ReadPaths } from '../programme/read-paths.ts';
import type { Draft } from './read-vms.ts';

interface Room {
  readonly paths: ReadPaths;
  readonly seats: number;
  /** What is decided on as a whole. */
  readonly together: 'group' | 'batch';
}

/** The VMs that stand on staging, by what they are decided on with. */
const partsOf = (drafts: readonly Draft[], { paths, together }: Room): readonly (readonly [Draft, ...Draft[]])[] => {
  const staged = drafts.filter(({ vm }) => (paths.get(vm.path)?.length ?? 0) > 1);
  const partOf = ({ vm }: Draft) => JSON.stringify(together === 'batch' ? [vm.batch] : [vm.batch, vm.group]);
  return [...Map.groupBy(staged, partOf).values()] as [Draft, ...Draft[]][];
};

/** What is decided on together stands on staging until it has moved on: more VMs than there are seats would wait for themselves. */
export const checkGroupRoom = (drafts: readonly Draft[], room: Room): void => {
  const { seats, together } = room;
  for (const rows of partsOf(drafts, room))
    rows[seats]?.row.no(
      together,
      `${together === 'batch' ? `Batch ${rows[0].vm.batch}` : `Group ${rows[0].vm.group}`} has ${counted(rows.length, 'VM')}, and staging has ${counted(seats, 'seat')}`,
      `Split the ${together}, raise policies.seats.staging, or let each VM by itself with gates.cutover.scope: vm.`,
    );
};

/** Batches side by side take seats as they come: where their largest groups do not fit beside each other, each may hold what the other needs. */
export const checkRoomInFlight = (file: PlanFile, drafts: readonly Draft[], room: Room, inFlight: number): void => {
  const largest = new Map<string, number>();
  for (const rows of partsOf(drafts, room)) {
    const { batch } = rows[0].vm;
    largest.set(batch, Math.max(rows.length, largest.get(batch) ?? 0));
  }
  const flying = [...largest].sort(([, one], [, other]) => other - one).slice(0, inFlight);
  const needed = flying.reduce((sum, [, size]) => sum + size, 0);
  if (flying.length < 2 || needed <= room.seats) return;
  const sizes = flying.map(([batch, size]) => `${size} of ${batch}`).join(', ');
  file.warn(
    ['order', 'inFlight'],
    `With ${inFlight} batches in flight, VMs that are decided on together may need ${needed} seats (${sizes}), and staging has ${room.seats}: they can wait for each other`,
    `Raise policies.seats.staging, make the ${room.together === 'batch' ? 'batches' : 'groups'} smaller, or write fewer batches in flight.`,
  );
};
