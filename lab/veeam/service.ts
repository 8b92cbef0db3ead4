import type { Estate, Table } from '../estate/types.ts';
import { releaseUnused } from './backup/licence.ts';
import { everyRetention } from './backup/retention.ts';
import { openRuns, type Runs } from './backup/runs.ts';
import { everyScheduled } from './backup/schedule.ts';
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
import { moveMerges, moveMigrations } from './recovery/migration.ts';
import { moveMounts } from './recovery/mounts.ts';

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

export interface VeeamService extends Veeam {
  readonly runner: Runs;
}

const opened = new WeakMap<Estate, VeeamService>();

/** One service an estate: the REST listener and the cmdlets see the same jobs, and everything under way moves on by the lab clock. */
export const veeamOf = (estate: Estate): VeeamService => {
  const known = opened.get(estate);
  if (known) return known;
  const table = <T>(name: string): Table<T> => estate.table('veeam', name);
  const veeam: Veeam = {
    estate,
    jobs: table('jobs'),
    runs: table('runs'),
    backups: table('backups'),
    points: table('points'),
    mounts: table('mounts'),
    restores: table('restores'),
    migrations: table('migrations'),
    workloads: table('workloads'),
    rules: table('rules'),
    repository: table('repository'),
    merges: table('merges'),
    hosts: table('hosts'),
    marks: table('marks'),
    together: (work) => (estate.together ? estate.together(work) : work()),
  };
  const service = { ...veeam, runner: openRuns(veeam) };
  estate.onTick((now) => {
    everyScheduled(service, now);
    service.runner.move(now);
    everyRetention(veeam, now);
    releaseUnused(veeam, now);
    moveMounts(veeam, now);
    moveMigrations(veeam, now);
    moveMerges(veeam, now);
  });
  opened.set(estate, service);
  return service;
};

export const valuesOf = <T>(table: Table<T>): readonly T[] => table.list().map(({ value }) => value);
