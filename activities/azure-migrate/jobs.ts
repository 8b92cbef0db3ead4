import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import { type Json, listAt, textAt } from '../arm/reading.ts';
import { vaultOf } from './item-id.ts';
import type { Item } from './items.ts';

export interface JobTask {
  readonly name: string;
  readonly state: string;
}

export interface JobError {
  readonly code: string;
  readonly message: string;
  readonly causes: string | null;
  readonly recommendation: string | null;
}

/** A job of the vault. Its `provisioningState` says `Canceled` on every job and is not read. A §0.5, §1.3h */
export interface Job {
  readonly name: string;
  readonly title: string;
  readonly state: 'running' | 'succeeded' | 'failed';
  /** ISO 8601 on Azure's clock; null before it started. */
  readonly started: string | null;
  readonly object: string;
  readonly objectName: string | null;
  readonly tasks: readonly JobTask[];
  readonly errors: readonly JobError[];
}

const GOOD = ['succeeded', 'completedwithinformation', 'completedwithwarnings'];
const BAD = ['failed', 'cancelled', 'canceled', 'completedwitherrors'];

const stateOf = (text: string): Job['state'] => {
  if (GOOD.includes(text)) return 'succeeded';
  return BAD.includes(text) ? 'failed' : 'running';
};

const jobOf = (body: Json): Job => ({
  name: textAt(body, 'name') ?? '',
  title: textAt(body, 'properties.displayName') ?? 'a job',
  state: stateOf((textAt(body, 'properties.state') ?? '').toLowerCase()),
  started: textAt(body, 'properties.startTime'),
  object: textAt(body, 'properties.objectId') ?? '',
  objectName: textAt(body, 'properties.objectName'),
  tasks: listAt(body, 'properties.tasks').map((task) => ({
    name: textAt(task, 'taskName') ?? 'a task',
    state: (textAt(task, 'state') ?? '').toLowerCase(),
  })),
  errors: listAt(body, 'properties.errors').map((error) => ({
    code: textAt(error, 'code') ?? 'unknown',
    message: textAt(error, 'message') ?? 'no reason given',
    causes: textAt(error, 'causes'),
    recommendation: textAt(error, 'recommendation'),
  })),
});

/** `Starting failover (task 3 of 5)`: what people read, and what changes when the job moves on. */
export const taskText = (job: Job): string => {
  const done = job.tasks.filter(({ state }) => state === 'succeeded' || state === 'skipped').length;
  const now = job.tasks.find(({ state }) => state === 'started') ?? job.tasks[done];
  return now ? `${now.name} (task ${Math.min(done + 1, job.tasks.length)} of ${job.tasks.length})` : job.title;
};

/** Tasks that leave nothing on the target when they fail. A §5.4 */
const LEAVES_NOTHING = ['prerequisite check', 'turning off resource on primary', 'starting failover'];

/** The action was refused in the item's state: no task did anything. A §5.3 */
const REFUSED = '1001012';
const wasRefused = (job: Job): boolean => job.errors.some(({ code }) => code === REFUSED);

/**
 * On which side of "Preparing protected entities" a failed failover stopped: `after` means a VM may be half made.
 * A task we do not know, or none at all, counts as `after`: the side on which nothing is started again without a look.
 */
export const boundaryOf = (job: Job): 'before' | 'after' => {
  if (wasRefused(job)) return 'before';
  const broken = job.tasks.find(({ state }) => state === 'failed' || state === 'cancelled' || state === 'canceled');
  return broken && LEAVES_NOTHING.includes(broken.name.toLowerCase()) ? 'before' : 'after';
};

/** The task a job broke in, or null. */
export const brokenTask = (job: Job): string | null =>
  job.tasks.find(({ state }) => state === 'failed' || state === 'cancelled' || state === 'canceled')?.name ?? null;

/**
 * The failovers of one item. `deciding` is the newest that did something: one refused outright says nothing about the target.
 * `since`: when its enabling began on Azure's clock, ms; negative infinity where that is not known.
 */
export interface Failovers {
  readonly since: number;
  readonly running: Job | null;
  readonly newest: Job | null;
  readonly deciding: Job | null;
}

export interface Jobs {
  /** With tasks and errors; null when Azure no longer knows it. */
  named(vault: string, name: string): Promise<Job | null>;
  failovers(item: Item): Promise<Failovers>;
}

const isFailoverTitle = (title: string): boolean => /planned\s*failover/i.test(title);

const isOf =
  (item: Item) =>
  (job: Job): boolean =>
    job.objectName?.toLowerCase() === item.name.toLowerCase() ||
    `${job.object}/`.toLowerCase().includes(`/protecteditems/${item.name.toLowerCase()}/`);

const isFailoverOf =
  (item: Item) =>
  (job: Job): boolean =>
    isOf(item)(job) && (/\/plannedFailover$/i.test(job.object) || isFailoverTitle(job.title));

/** Azure's own clock; one that has not started yet is newest of all. */
export const startOf = (job: Job): number => {
  const at = Date.parse(job.started ?? '');
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
};

const newestFirst = (a: Job, b: Job): number => startOf(b) - startOf(a) || 0;

/** An item made anew has the name of the one before it: what began before its enabling belongs to that one. */
const enablingOf = (all: readonly Job[], item: Item): number => {
  const enabled = all
    .filter((job) => isOf(item)(job) && /^create or update protected item/i.test(job.title))
    .map(startOf);
  return Math.max(Number.NEGATIVE_INFINITY, ...enabled.filter(Number.isFinite));
};

export const jobs = (arm: Arm, { apiVersions }: AzureMigrateInstance): Jobs => {
  const version = apiVersions.dataReplication;
  const named: Jobs['named'] = async (vault, name) => {
    const reading = await arm.get(`${vault}/jobs/${name}`, version);
    return reading && jobOf(reading.body);
  };
  /** A list gives jobs without tasks and errors. */
  const inFull = async (vault: string, job: Job) => (await named(vault, job.name)) ?? job;

  return {
    named,
    failovers: async (item) => {
      const vault = vaultOf(item.id);
      if (item.current?.running && isFailoverTitle(item.current.title)) {
        const job = await named(vault, item.current.name);
        if (job?.state === 'running')
          return { since: Number.NEGATIVE_INFINITY, running: job, newest: job, deciding: job };
      }
      const { rows } = await arm.list(`${vault}/jobs`, version);
      const all = rows.map(jobOf);
      const since = enablingOf(all, item);
      const listed = all
        .filter((job) => startOf(job) >= since)
        .filter(isFailoverOf(item))
        .sort(newestFirst);
      const mine = await Promise.all(listed.map((job) => inFull(vault, job)));
      const newest = mine[0] ?? null;
      return {
        since,
        running: mine.find(({ state }) => state === 'running') ?? null,
        newest,
        deciding: mine.find((job) => !wasRefused(job)) ?? newest,
      };
    },
  };
};
