import type { Estate, Table } from '../estate/types.ts';
import type {
  Backup,
  HostSettings,
  Job,
  Merge,
  Migration,
  Mount,
  Point,
  RepositorySettings,
  RestoreSession,
  Run,
  TrafficRule,
  Workload,
} from './records.ts';

/** The durable state of the backup server and what works on it. */
export interface Veeam {
  readonly estate: Estate;
  readonly jobs: Table<Job>;
  readonly runs: Table<Run>;
  readonly backups: Table<Backup>;
  readonly points: Table<Point>;
  readonly mounts: Table<Mount>;
  readonly restores: Table<RestoreSession>;
  readonly migrations: Table<Migration>;
  readonly workloads: Table<Workload>;
  readonly rules: Table<TrafficRule>;
  readonly repository: Table<RepositorySettings>;
  readonly merges: Table<Merge>;
  readonly hosts: Table<HostSettings>;
  readonly marks: Table<number>;
  together<R>(work: () => R): R;
}

export const valuesOf = <T>(table: Table<T>): readonly T[] => table.list().map(({ value }) => value);
