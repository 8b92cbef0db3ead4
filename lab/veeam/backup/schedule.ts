import type { Job } from '../records.ts';
import type { VeeamService } from '../service.ts';
import { valuesOf } from '../tables.ts';

const HOUR = 3_600_000;

const part = (value: unknown, name: string): Record<string, unknown> => {
  const found = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {};
};

/**
 * Vendor ms between two runs; null without a schedule. A weekly schedule is a daily one and a monthly one is every 30 days: the lab's
 * days are too short for calendars.
 */
export const intervalOf = (settings: Readonly<Record<string, unknown>>): number | null => {
  const schedule = part(settings, 'scheduleSettings');
  if (schedule.enabled !== true) return null;
  const { interval, mode } = part(schedule, 'periodic');
  if (schedule.type === 'Periodic')
    return Math.max(Number(interval ?? 1), 1) * (mode === 'EveryMinute' ? 60_000 : HOUR);
  return schedule.type === 'Monthly' ? 30 * 24 * HOUR : 24 * HOUR;
};

/** When the job would next run by itself. */
export const nextRun = (veeam: VeeamService, job: Pick<Job, 'settings' | 'enabled'>, from: number): number | null => {
  const interval = intervalOf(job.settings);
  return interval === null || !job.enabled ? null : from + veeam.estate.scaled(interval);
};

/** Starts the jobs that are due; a disabled one does not run by itself. */
export const everyScheduled = (veeam: VeeamService, now: number): void => {
  for (const job of valuesOf(veeam.jobs)) {
    if (job.nextRunAt === null || now < job.nextRunAt) continue;
    veeam.together(() => {
      veeam.jobs.put(job.id, { ...job, nextRunAt: nextRun(veeam, job, now) });
      if (!veeam.runner.runningOf(job.id)) veeam.runner.start(job.id, 'IncrementalBackup', false, 'veeam:schedule');
    });
  }
};
