import type { ThrottlingUnit } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { repositorySettings } from './repository.ts';

const BYTES: Readonly<Record<ThrottlingUnit, number>> = {
  MbitPerSec: 125_000,
  MbytePerSec: 1_000_000,
  KbytePerSec: 1_000,
};

/** Bytes per second that traffic rules allow all jobs together; the lowest rule wins. Restores only count rules that say so. V §1.8.2 */
const ruleLimit = (veeam: Veeam, direction: 'backup' | 'restore'): number =>
  valuesOf(veeam.rules)
    .filter((rule) => rule.throttlingEnabled && (direction === 'backup' || rule.restoreThrottlingAllowed))
    .reduce(
      (least, rule) => Math.min(least, rule.throttlingValue * BYTES[rule.throttlingUnit]),
      Number.POSITIVE_INFINITY,
    );

/**
 * Bytes per second at speed 1 for a task that starts now; it keeps this rate to its end. A rule's bandwidth is divided among the jobs
 * that run, the repository's combined data rate among the tasks that write.
 */
export const backupRate = (veeam: Veeam, running: { readonly jobs: number; readonly tasks: number }): number =>
  Math.min(
    veeam.estate.scenario.veeam.backupRate,
    ruleLimit(veeam, 'backup') / Math.max(running.jobs, 1),
    (repositorySettings(veeam).dataRate ?? Number.POSITIVE_INFINITY) / Math.max(running.tasks, 1),
  );

export const restoreRate = (veeam: Veeam): number =>
  Math.min(veeam.estate.scenario.veeam.restoreRate, ruleLimit(veeam, 'restore'));
