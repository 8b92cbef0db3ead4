import type { LabEvent } from '../evidence/events.ts';
import { existsAt, type Incarnation, stateAt } from '../run/incarnation.ts';
import { LAST_RANK } from '../run/path.ts';
import type { Run } from '../run/run.ts';
import type { Finding, Rule } from './rule.ts';

const GIB = 2 ** 30;

/** What stands on the staging host and at the target never takes more than there is, nor more than the plan allows. */
export const capacity: Rule = {
  name: 'capacity',
  judge: (run) => {
    const { stagingBytes, stagingVms } = run.terms;
    const moments = momentsIn(run);
    const staged = ({ staged: standing }: Moment): number => bytesOf(standing);
    const landed = ({ landed: standing }: Moment): number => bytesOf(standing);
    return [
      ...firstOver(moments, {
        what: 'Virtual size of what is staged',
        measure: staged,
        limit: stagingBytes,
        shown: gib,
      }),
      ...firstOver(moments, {
        what: 'Virtual size on the volumes of the staging host',
        measure: staged,
        limit: run.scenario.stagingBytes,
        shown: gib,
      }),
      ...firstOver(moments, {
        what: 'Virtual size on the storage paths of the target',
        measure: landed,
        limit: run.scenario.targetBytes,
        shown: gib,
      }),
      ...firstOver(moments, {
        what: 'Staged VMs',
        measure: (moment) => moment.staged.length,
        limit: stagingVms,
        shown: String,
      }),
    ];
  },
};

interface Limit {
  readonly what: string;
  readonly measure: (moment: Moment) => number;
  readonly limit: number | undefined;
  readonly shown: (n: number) => string;
}

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

interface Standing {
  readonly vm: Incarnation;
  /** Virtual size of its disks. */
  readonly bytes: number;
}

interface Moment {
  readonly event: LabEvent;
  readonly staged: readonly Standing[];
  readonly landed: readonly Standing[];
}

/** Only creations, removals and changes of disks change what is taken. */
const momentsIn = (run: Run): readonly Moment[] =>
  run.events
    .filter(({ kind }) => kind === 'vm.created' || kind === 'vm.reshaped' || kind === 'vm.removed')
    .map((event) => {
      const standing = run.incarnations
        .filter((vm) => vm.rank > 0 && existsAt(vm, event.seq))
        .map((vm) => ({ vm, bytes: (stateAt(vm, event.seq)?.disks ?? []).reduce((sum, disk) => sum + disk.bytes, 0) }));
      return {
        event,
        staged: standing.filter(({ vm }) => vm.rank < LAST_RANK),
        landed: standing.filter(({ vm }) => vm.rank === LAST_RANK),
      };
    });

const bytesOf = (standing: readonly Standing[]): number => standing.reduce((sum, { bytes }) => sum + bytes, 0);

const firstOver = (moments: readonly Moment[], { what, measure, limit, shown }: Limit): readonly Finding[] => {
  const over = limit === undefined ? undefined : moments.find((moment) => measure(moment) > limit);
  if (!over || limit === undefined) return [];
  const most = Math.max(...moments.map(measure));
  return [
    {
      vm: null,
      seqs: [over.event.seq],
      says: `${what}: up to ${shown(most)}, and there may be ${shown(limit)}.`,
    },
  ];
};
