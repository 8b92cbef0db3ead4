import { ApplicationFailure } from '@temporalio/common';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover, Synchronised, SynchroniseOrder } from '../contracts/mover.ts';
import { note } from '../http/attempt.ts';
import { textAt } from '../http/reading.ts';
import { failureOfRun } from './failures.ts';
import type { Job } from './jobs.ts';
import type { Veeam } from './parts.ts';
import type { Point } from './points.ts';
import type { Run } from './runs.ts';

const UNITS = ['kB', 'MB', 'GB', 'TB'] as const;

/** Two digits or more: `1.5 MB`, `48 MB`, `310 GB`. */
const size = (bytes: number): string => {
  let left = bytes / 1024;
  let unit = 0;
  for (; left >= 1_000 && unit < UNITS.length - 1; unit += 1) left /= 1024;
  return `${left.toFixed(left < 10 ? 1 : 0)} ${UNITS[unit]}`;
};

/** Of a run under way Veeam tells what it has read so far and what share of the whole that is. */
const progressText = ({ id, percent, moved, total, rate }: Run): string => {
  const whole = percent > 0 && total > 0 ? ` of about ${size((total * 100) / percent)}` : '';
  return `Run ${id}: ${percent} %, ${size(total)}${whole} read, ${size(moved)} moved, ${size(rate)}/s`;
};

const wait = (run: Run): never =>
  notFinished(progressText(run), note({ run: run.id, percent: run.percent, moved: run.moved }));

/**
 * Whether the newest run is later than the one that was newest when the source was seen off. Ids first: the newest is
 * another one only if it came later. Times are those of one server, and only contradict. V §4.1
 */
const isLater = async ({ runs }: Veeam, newest: Run, after: string | null): Promise<boolean> => {
  if (after === null) return true;
  if (newest.id === after) return false;
  const marked = await runs.find(after);
  const began = Date.parse(newest.startedAt ?? '');
  const markBegan = Date.parse(marked?.startedAt ?? '');
  return Number.isNaN(began) || Number.isNaN(markBegan) || began >= markBegan;
};

/** The point this run left for this VM: the newest that is not older than the run, by the server's own times. */
const pointOf = async (veeam: Veeam, order: SynchroniseOrder, job: Job, run: Run): Promise<Point | null> => {
  const where = { at: veeam.at, vm: order.vm.name };
  // A point is stamped to the second.
  const began = Math.floor(Date.parse(run.startedAt ?? '') / 1000) * 1000;
  const candidates = (await veeam.points.of(where, job.name, order.vm.name)).filter(
    ({ createdAt }) => Number.isNaN(began) || Date.parse(createdAt) >= began,
  );
  if (run.objects === 1) return candidates[0] ?? null;
  // A job of several VMs may have two of one name.
  for (const point of candidates) {
    const owner = await veeam.points.owner(point.id);
    if (owner === order.vm.id) return point;
    if (owner === null && candidates.length === 1) return point;
  }
  return null;
};

const isRunningNow = async ({ jobs }: Veeam, job: Job, error: unknown): Promise<boolean> =>
  error instanceof ApplicationFailure && error.type === 'Refused' && ((await jobs.find(job.id))?.running ?? false);

const start = async (veeam: Veeam, job: Job, why: string): Promise<never> => {
  if (job.running) return notFinished(`${job.name} is running; its run is not to be seen yet`);
  const run = await veeam.jobs.start(job.id).catch(async (error: unknown) => {
    // Somebody else was faster: their run is as good as ours.
    if (await isRunningNow(veeam, job, error)) return null;
    throw error;
  });
  return notFinished(`A run of ${job.name} was started: ${why}`, note({ run: run ?? '', percent: 0, moved: 0 }));
};

const resultOf = (run: Run, part: Run, point: Point): Synchronised => ({
  run: run.id,
  point: point.id,
  movedBytes: part.moved,
  totalBytes: part.total,
  pointAt: point.createdAt,
});

/**
 * One run of the job that belongs to this round: the newest, if it is later than `after`; a running one is waited for, and
 * one is started where there is none. Two are never started: a job that runs is not started again, and a run this
 * execution watches and that ends badly ends the verb. A run counts when this VM's part of it succeeded. V §1.9, §4.1
 */
export const synchronise =
  (veeam: Veeam): Mover['synchronise'] =>
  async (order) => {
    const { jobs, runs, at } = veeam;
    const where = { at, vm: order.vm.name };
    const watched = textAt(veeam.attempt().before, 'run');
    const going = watched ? await runs.find(watched) : null;
    if (going?.working) return wait(going);

    const job = await jobs.find(order.item);
    if (!job)
      throw mishap.missing(`The backup job ${order.item} is not there any more.`, {
        ...where,
        fix: 'Look who removed it; retry from `protect` makes a new one.',
      });

    const run = await runs.newest(job);
    if (!run || !(await isLater(veeam, run, order.after))) return start(veeam, job, 'none counts for this round yet');
    if (run.working) return wait(run);

    const part = run.objects === 1 || !run.good ? run : await runs.partOf(run, order.vm.id);
    if (!part) return notFinished(`Run ${run.id} has ended; the part of ${order.vm.name} is not recorded yet`);
    if (!part.good) {
      if (watched === run.id) throw failureOfRun(where, part);
      return start(veeam, job, `the last one ended ${part.result}`);
    }
    const point = await pointOf(veeam, order, job, run);
    return point
      ? resultOf(run, part, point)
      : notFinished(`Run ${run.id} has ended; its restore point is not listed yet`, note({ run: run.id, point: '' }));
  };
