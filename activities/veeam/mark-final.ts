import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { Job } from './jobs.ts';
import type { Veeam } from './parts.ts';

/** A job of ours has no schedule to begin with; one that was adopted is disabled until commit, abandon or retire. */
const runsByItself = async ({ jobs }: Veeam, job: Job): Promise<boolean> =>
  job.enabled && (await jobs.settings(job)).scheduled;

/**
 * Nothing runs by itself any more, what ran has ended, and this is the newest run: only a later one can hold everything
 * that was written before the source was seen off. Safe to repeat. V §4.1
 */
export const markFinal =
  (veeam: Veeam): Mover['markFinal'] =>
  async (order) => {
    const { jobs, runs, at } = veeam;
    const job = await jobs.find(order.item);
    if (!job)
      throw mishap.missing(`The backup job ${order.item} is not there any more.`, {
        at,
        vm: order.vm.name,
        fix: 'Look who removed it; roll back, then begin again.',
      });
    if (await runsByItself(veeam, job)) {
      await jobs.disable(job.id);
      const now = await jobs.find(job.id);
      if (!now || (await runsByItself(veeam, now))) return notFinished(`${job.name} is still scheduled`);
    }
    const newest = await runs.newest(job);
    if (newest?.working)
      return notFinished(`Run ${newest.id} began before the source was off: ${newest.percent} %`, newest.percent);
    if (job.running) return notFinished(`${job.name} is still running`);
    return { newestRun: newest?.id ?? null };
  };
