import { type Lab, together } from '../lab.ts';
import type { ItemRecord, JobError, JobKind, JobRecord, TaskRecord } from './records.ts';

export type Outcome = 'waiting' | 'done' | 'skipped' | { readonly failed: JobError };

/** What one look at a task sees. `item` is the protected item, changed in place and saved after the look. */
export interface Look {
  readonly lab: Lab;
  readonly job: JobRecord;
  readonly item: ItemRecord;
  readonly now: number;
  /** Vendor milliseconds this task has been running. */
  readonly elapsed: number;
}

export interface Plan {
  /** One function a task, in the order of the job's tasks. */
  readonly steps: readonly ((look: Look) => Outcome)[];
  /** Called once, when the job has ended and before that is visible. */
  readonly ended: (look: Look, failedTask: string | null) => void;
}

export type Plans = Readonly<Record<Exclude<JobKind, 'policy' | 'extension'>, Plan>>;

export const failed = (
  code: string,
  message: string,
  causes: string,
  recommendation = 'Resolve the issue and retry the operation.',
): Outcome => ({
  failed: { code, message, causes, recommendation },
});

/** Done once a task has taken this many milliseconds of vendor time. */
export const takes = (ms: number, { elapsed }: Look): Outcome => (elapsed >= ms ? 'done' : 'waiting');

/** A job that was refused ends half a minute after it began, and says so at once: as recorded. A §7 */
const refusedFor = 30_000;

/** Moves every unfinished job on. Each is one transaction: a killed lab goes on exactly where it was. */
export const advanceJobs = (
  lab: Lab,
  plans: Plans,
  settle: (lab: Lab, job: JobRecord, now: number) => void,
  now: number,
): void => {
  for (const { key } of lab.tables.running.list()) {
    together(lab, () => {
      const job = lab.tables.jobs.get(key);
      if (!job) lab.tables.running.delete(key);
      else if (job.kind === 'policy' || job.kind === 'extension') settle(lab, job, now);
      else advance(lab, plans[job.kind], job, now);
    });
  }
};

const advance = (lab: Lab, plan: Plan, job: JobRecord, now: number): void => {
  const item = lab.tables.items.get(job.object.toLowerCase());
  if (job.refusedAs) refuse(lab, job, job.refusedAs);
  else if (!item || item.currentJob !== job.name) end(lab, job, 'Failed', now);
  else work(lab, plan, job, item, now);
};

/** Goes through the tasks as far as they are done now. */
const work = (lab: Lab, plan: Plan, job: JobRecord, item: ItemRecord, now: number): void => {
  const before = JSON.stringify([item, job]);
  let failedTask: string | null = null;
  for (const [n, task] of job.tasks.entries()) {
    if (task.state === 'Succeeded' || task.state === 'Skipped') continue;
    const outcome = look(lab, plan, job, item, task, n, now);
    if (outcome === 'waiting') break;
    finish(task, typeof outcome === 'object' ? 'Failed' : outcome === 'done' ? 'Succeeded' : 'Skipped', now);
    if (typeof outcome !== 'object') continue;
    job.errors = [{ ...outcome.failed, at: now }];
    failedTask = task.taskName;
    break;
  }
  const isOver = failedTask !== null || job.tasks.every((task) => task.endedAt !== null);
  if (isOver && item.currentJob === job.name) item.currentJob = null;
  if (JSON.stringify([item, job]) === before) return;
  lab.tables.items.put(item.name.toLowerCase(), item);
  lab.tables.jobs.put(job.name, job);
  if (!isOver) return;
  plan.ended({ lab, job, item, now, elapsed: 0 }, failedTask);
  end(lab, job, failedTask === null ? 'Succeeded' : 'Failed', now);
};

const look = (
  lab: Lab,
  plan: Plan,
  job: JobRecord,
  item: ItemRecord,
  task: TaskRecord,
  n: number,
  now: number,
): Outcome => {
  if (task.startedAt === null) {
    task.state = 'Started';
    task.startedAt = now;
  }
  const injected = job.work.failAt;
  const step = plan.steps[n];
  const elapsed = (now - task.startedAt) / (lab.estate.scaled(1000) / 1000);
  const outcome = step ? step({ lab, job, item, now, elapsed }) : 'done';
  if (injected?.task !== task.taskName || outcome === 'waiting' || typeof outcome === 'object') return outcome;
  return failed(injected.code, injected.message, 'An operation on the appliance or the cluster failed.');
};

export const end = (lab: Lab, job: JobRecord, state: 'Succeeded' | 'Failed', now: number): void => {
  lab.tables.jobs.put(job.name, { ...job, state, endedAt: now });
  lab.tables.running.delete(job.name);
};

const refuse = (lab: Lab, job: JobRecord, error: JobError): void => {
  const [first] = job.tasks;
  if (first) Object.assign(first, { state: 'Failed', startedAt: job.startedAt, endedAt: job.startedAt });
  job.errors = [{ ...error, at: job.startedAt }];
  if (job.kind === 'failover') {
    const origin = lab.tables.items.get(job.object.toLowerCase())?.origin ?? null;
    const task = first?.taskName ?? null;
    lab.estate.log('failover.ended', {
      item: job.object,
      job: job.name,
      origin,
      result: 'Failed',
      task,
      refused: true,
    });
  }
  end(lab, job, 'Failed', job.startedAt + lab.estate.scaled(refusedFor));
};

const finish = (task: TaskRecord, state: 'Succeeded' | 'Failed' | 'Skipped', now: number): void => {
  task.state = state;
  task.endedAt = now;
};
