import { RETENTION_EVERY_MS } from '../durations.ts';
import type { Job, Point } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { chainIn, isMounted, removePoint } from './points.ts';

/** Once a day the oldest points beyond what a job keeps go: until then a chain only grows. D:ahv_retention_backups */
export const everyRetention = (veeam: Veeam, now: number): void => {
  const last = veeam.marks.get('retention');
  if (last === undefined) {
    veeam.marks.put('retention', now);
    return;
  }
  if (now < last + veeam.estate.scaled(RETENTION_EVERY_MS)) return;
  veeam.marks.put('retention', now);
  for (const backup of valuesOf(veeam.backups)) {
    const job = backup.jobId === null ? undefined : veeam.jobs.get(backup.jobId);
    if (!job) continue;
    for (const vmId of new Set(valuesOf(veeam.points).map((point) => point.vmId)))
      trim(veeam, chainIn(veeam, backup.id, vmId), (point, newer) => isRedundant(veeam, job, point, newer, now));
  }
};

const isRedundant = (veeam: Veeam, job: Job, point: Point, newer: number, now: number): boolean => {
  const { type, restorePointsToKeep, daysToKeep } = (job.settings.retentionSettings ?? {}) as Record<string, unknown>;
  if (type === 'Days') return newer > 0 && now - point.createdAt > veeam.estate.scaled(Number(daysToKeep) * 86_400_000);
  return newer >= Number(restorePointsToKeep ?? 7);
};

/** Forever forward: the oldest increment is injected into the full, which moves forward in the chain. */
const trim = (veeam: Veeam, chain: readonly Point[], isGone: (point: Point, newer: number) => boolean): void => {
  for (const [n, oldest] of chain.entries()) {
    const next = chain[n + 1];
    if (!next || isMounted(veeam, oldest) || !isGone(oldest, chain.length - 1 - n)) return;
    veeam.together(() => {
      if (next.kind === 'increment') {
        next.kind = 'full';
        next.storedBytes = oldest.storedBytes;
        veeam.points.put(next.id, next);
      }
      removePoint(veeam, oldest);
    });
  }
};
