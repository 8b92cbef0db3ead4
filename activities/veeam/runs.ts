import { isObject, type JsonObject, listAt, numberAt, textAt } from '../http/reading.ts';
import type { Job } from './jobs.ts';
import type { Rest } from './rest.ts';

/** One run of a job, or one VM's part of it, as the plug-in records it. Sizes are bytes, rates bytes a second. V §1.7.2, §1.9 */
export interface Run {
  readonly id: string;
  readonly working: boolean;
  /** Ended with a usable point: a warning is one. */
  readonly good: boolean;
  /** The product's own word. */
  readonly result: string;
  readonly reason: string;
  readonly startedAt: string | null;
  readonly percent: number;
  readonly moved: number;
  readonly total: number;
  readonly rate: number;
  /** How many VMs it works on; null where it does not tell. */
  readonly objects: number | null;
}

export interface Runs {
  find(id: string): Promise<Run | null>;
  /** The newest run there is, in the product's own order; null when the job never ran. */
  newest(job: Job): Promise<Run | null>;
  /** This VM's part of a run over several; null while it is not recorded. */
  partOf(run: Run, vm: string): Promise<Run | null>;
}

/** Any other word, also one we do not know, is work. */
const ENDED = ['Finished', 'Cancelled', 'Canceled', 'Stopped'];
const GOOD = ['Success', 'Warning'];

/** `{value, percent}` or a plain number. */
const sizeAt = (raw: JsonObject, path: string): number => numberAt(raw, `${path}.value`) ?? numberAt(raw, path) ?? 0;

const reasonOf = (raw: JsonObject): string => {
  const events = listAt(raw, 'progressState.events');
  const bad = events.find((event) => textAt(event, 'severity') === 'Error') ?? events.at(-1);
  return textAt(bad, 'message') ?? textAt(raw, 'context.reason') ?? textAt(raw, 'reason') ?? 'no reason given';
};

const readRun = (raw: JsonObject): Run => {
  const state = textAt(raw, 'state') ?? 'Unknown';
  const result = textAt(raw, 'result') ?? 'None';
  const working = !ENDED.includes(state);
  return {
    id: textAt(raw, 'id') ?? '',
    working,
    good: !working && GOOD.includes(result),
    result: result === 'None' ? state : result,
    reason: reasonOf(raw),
    startedAt: textAt(raw, 'startTimeUtc'),
    percent: numberAt(raw, 'progressState.progressPercents') ?? 0,
    moved: sizeAt(raw, 'progressState.transferred'),
    total: sizeAt(raw, 'progressState.processed'),
    rate: numberAt(raw, 'progressState.avgProcessingRate') ?? numberAt(raw, 'progressState.processingRate') ?? 0,
    objects: numberAt(raw, 'progressState.objectsCount') ?? numberAt(raw, 'objectsCount'),
  };
};

/** Runs last at most 21 days, so nothing older can be the newest and still matter. V §1.3.4 */
const REACH_MS = 40 * 24 * 3_600_000;

const isRunOf = (raw: JsonObject, job: Job): boolean => {
  const type = textAt(raw, 'sessionType') ?? 'BackupVmJob';
  const jobId = textAt(raw, 'context.jobId');
  return /Job$/.test(type) && (jobId ? jobId === job.id : textAt(raw, 'jobName') === job.name);
};

const laterFirst = (a: JsonObject, b: JsonObject): number =>
  Date.parse(textAt(b, 'startTimeUtc') ?? '') - Date.parse(textAt(a, 'startTimeUtc') ?? '');

const since = (serverTime: string | null): string => {
  const now = Date.parse(serverTime ?? '');
  return Number.isNaN(now) ? '' : `?from=${encodeURIComponent(new Date(now - REACH_MS).toISOString())}`;
};

export const runsOf = ({ plugin }: Rest): Runs => {
  const read = async (id: string): Promise<JsonObject | null> => {
    const answer = await plugin.find(`/sessions/${encodeURIComponent(id)}`);
    return answer && isObject(answer.body) ? answer.body : null;
  };
  const find: Runs['find'] = async (id) => {
    const raw = await read(id);
    return raw && readRun(raw);
  };

  return {
    find,
    newest: async (job) => {
      if (job.newestRun !== undefined) return job.newestRun === null ? null : find(job.newestRun);
      const [newest] = (await plugin.all(`/sessions${since(job.serverTime)}`))
        .filter((raw) => isRunOf(raw, job))
        .sort(laterFirst);
      return newest ? find(textAt(newest, 'id') ?? '') : null;
    },
    partOf: async (run, vm) => {
      const start = run.startedAt ? `?from=${encodeURIComponent(run.startedAt)}` : '';
      const parts = (await plugin.all(`/sessions${start}`)).filter((raw) => textAt(raw, 'sessionType') === 'BackupVm');
      for (const part of parts) {
        const raw = await read(textAt(part, 'id') ?? '');
        if (raw && textAt(raw, 'parentSessionId') === run.id && textAt(raw, 'context.objectId') === vm)
          return readRun(raw);
      }
      return null;
    },
  };
};
