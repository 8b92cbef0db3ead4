import type { Estate } from '../estate/types.ts';
import type { Machine, Volume } from './machine.ts';
import { type Readings, readingsOf, transfersOf } from './readings.ts';

/** Performance counters by set. `of` is told which instance it is asked for. Learn: Performance counters; Cluster Shared Volume counters. */
interface CounterSet {
  readonly name: string;
  /** Null where a set has one instance without a name. */
  readonly instances: ((machine: Machine) => readonly string[]) | null;
  readonly counters: Readonly<Record<string, (readings: Readings, machine: Machine, instance: string) => number>>;
}

const TOTAL = '_Total';
const BYTES_A_TRANSFER = 65_536;

const processors = ({ logicalProcessors }: Machine, prefix = ''): readonly string[] => [
  ...Array.from({ length: logicalProcessors }, (_, n) => `${prefix}${n}`),
  TOTAL,
];

const leafOf = ({ path }: Volume): string => path.replace(/\\+$/, '').slice(path.lastIndexOf('\\') + 1);

/** A volume's share of what its machine moves. */
const share = ({ volumes }: Machine, instance: string): number =>
  instance === TOTAL ? 1 : 1 / Math.max(volumes.length, 1);

const transfers: CounterSet['counters'][string] = (_readings, machine, instance) =>
  transfersOf(machine) * share(machine, instance);

const half: CounterSet['counters'][string] = (...asked) => transfers(...asked) / 2;

const bytes: CounterSet['counters'][string] = (...asked) => half(...asked) * BYTES_A_TRANSFER;

const latency = ({ latency: seconds }: Readings): number => seconds;

const SETS: readonly CounterSet[] = [
  {
    name: 'Processor',
    instances: (machine) => processors(machine),
    counters: { '% Processor Time': ({ rootCpu }) => rootCpu, '% Idle Time': ({ rootCpu }) => 100 - rootCpu },
  },
  {
    name: 'Hyper-V Hypervisor Logical Processor',
    instances: (machine) => processors(machine, 'HV LP '),
    counters: { '% Total Run Time': ({ totalCpu }) => totalCpu },
  },
  {
    name: 'Memory',
    instances: null,
    counters: {
      'Available MBytes': ({ freeMemoryMb }) => freeMemoryMb,
      'Available Bytes': ({ freeMemoryMb }) => freeMemoryMb * 2 ** 20,
      '% Committed Bytes In Use': ({ freeMemoryMb }, { memoryMb }) => 100 - (freeMemoryMb / memoryMb) * 100,
    },
  },
  {
    name: 'PhysicalDisk',
    instances: ({ volumes }) => [...volumes.map((volume, n) => `${n} ${leafOf(volume)}`), TOTAL],
    counters: {
      'Avg. Disk sec/Transfer': latency,
      'Avg. Disk sec/Read': latency,
      'Avg. Disk sec/Write': latency,
      'Disk Transfers/sec': transfers,
      'Current Disk Queue Length': (readings, machine) => Math.round(transfersOf(machine) * readings.latency),
    },
  },
  {
    name: 'Cluster CSVFS',
    instances: ({ volumes }) => [...volumes.filter(({ csv }) => csv).map(leafOf), TOTAL],
    counters: {
      'Avg. sec/Read': latency,
      'Avg. sec/Write': latency,
      'Reads/sec': half,
      'Writes/sec': half,
      'Read Bytes/sec': bytes,
      'Write Bytes/sec': bytes,
    },
  },
];

/** A set of the failover cluster is only where one is. */
const setsOn = ({ clustered }: Machine): readonly CounterSet[] =>
  SETS.filter(({ name }) => clustered || !name.startsWith('Cluster'));

export interface Sample {
  /** `\\stage01\processor(_total)\% processor time` */
  readonly path: string;
  readonly instance: string;
  readonly value: number;
}

const shape = /^(?:\\\\([^\\]+))?\\([^\\(]+)(?:\(([^)]*)\))?\\(.+)$/;

const glob = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\/%]/g, '\\$&').replaceAll('*', '.*')}$`, 'i');

/** What reading a path came to: samples, or what is wrong with the path. */
export type Read = readonly Sample[] | 'noPath' | 'noSet' | 'noCounter' | 'noInstance';

/** The computer a path names, if it names one. */
export const computerIn = (path: string): string | undefined => shape.exec(path)?.[1];

export const read = (estate: Estate, machine: Machine, path: string): Read => {
  const [, , name = '', wanted, counter = ''] = shape.exec(path) ?? [];
  if (name === '') return 'noPath';
  const set = setsOn(machine).find((each) => each.name.toLowerCase() === name.toLowerCase());
  if (!set) return 'noSet';
  const counters = Object.entries(set.counters).filter(([known]) => glob(counter).test(known));
  if (counters.length === 0) return 'noCounter';
  if ((set.instances === null) !== (wanted === undefined)) return 'noInstance';
  const instances = set.instances?.(machine).filter((known) => glob(wanted ?? '*').test(known)) ?? [''];
  if (instances.length === 0) return 'noInstance';
  const readings = readingsOf(estate, machine);
  return instances.flatMap((instance) =>
    counters.map(([known, value]) => ({
      path: `\\\\${machine.name}\\${set.name}${instance ? `(${instance})` : ''}\\${known}`.toLowerCase(),
      instance: instance.toLowerCase(),
      value: value(readings, machine, instance),
    })),
  );
};
