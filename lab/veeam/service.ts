import type { Estate, Table } from '../estate/types.ts';
import { releaseUnused } from './backup/licence.ts';
import { everyRetention } from './backup/retention.ts';
import { openRuns, type Runs } from './backup/runs.ts';
import { everyScheduled } from './backup/schedule.ts';
import { moveMerges, moveMigrations } from './recovery/migration.ts';
import { moveMounts } from './recovery/mounts.ts';
import type { Veeam } from './tables.ts';

export interface VeeamService extends Veeam {
  readonly runner: Runs;
}

const opened = new WeakMap<Estate, VeeamService>();

/** One service an estate: the REST listener and the cmdlets see the same jobs, and everything under way moves on by the lab clock. */
export const veeamOf = (whole: Estate): VeeamService => {
  const estate = whole.at?.('veeam') ?? whole;
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
  const keepers = [everyRetention, releaseUnused, moveMounts, moveMigrations, moveMerges];
  estate.onTick((now) => everyScheduled(service, now));
  estate.onTick(service.runner.move);
  for (const keep of keepers) estate.onTick((now) => keep(veeam, now));
  opened.set(estate, service);
  return service;
};
