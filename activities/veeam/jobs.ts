import { at, isObject, isTrueAt, type JsonObject, listAt, textAt } from '../http/reading.ts';
import type { Rest } from './rest.ts';

/** A backup job of the AHV plug-in. V §1.7.2 */
export interface Job {
  readonly id: string;
  readonly name: string;
  /** Whether it makes backups; the plug-in also has snapshot jobs. */
  readonly backsUp: boolean;
  /** Null where this list does not tell it: `settings` does. */
  readonly description: string | null;
  /** A disabled job never runs by itself; it can still be started. */
  readonly enabled: boolean;
  readonly running: boolean;
  /** It was asked to stop and does. */
  readonly stopping: boolean;
  /** Id of its newest run; undefined where this version does not tell. */
  readonly newestRun: string | null | undefined;
  /** Time of the answer on the server's own clock; null where it does not tell. */
  readonly serverTime: string | null;
}

export interface JobSettings {
  readonly description: string;
  /** Ids the VMs have in Nutanix. */
  readonly vms: readonly string[];
  readonly repositoryId: string | null;
  /** Whether it has a schedule of its own. */
  readonly scheduled: boolean;
}

export interface WantedJob {
  readonly name: string;
  readonly description: string;
  readonly repositoryId: string;
  readonly vm: KnownVm;
}

/** A VM as the plug-in knows it: the id is Nutanix's own. */
export interface KnownVm {
  readonly id: string;
  readonly clusterId: string;
}

export interface Jobs {
  all(): Promise<readonly Job[]>;
  find(id: string): Promise<Job | null>;
  settings(job: Job): Promise<JobSettings>;
  /** Null when no Prism Central and no cluster of the plug-in has it. */
  vm(id: string): Promise<KnownVm | null>;
  create(job: WantedJob): Promise<void>;
  /** Returns the id of the run. */
  start(id: string): Promise<string | null>;
  /** Ends the run under way; its VMs get no restore point. */
  stop(id: string): Promise<void>;
  enable(id: string): Promise<void>;
  disable(id: string): Promise<void>;
  /** False when it was gone already. */
  remove(id: string): Promise<boolean>;
}

const BUSY = ['running', 'starting', 'stopping', 'working'];

const readJob = (raw: JsonObject, serverTime: string | null): Job => ({
  id: textAt(raw, 'id') ?? '',
  name: textAt(raw, 'name') ?? '',
  description: textAt(raw, 'description') ?? textAt(raw, 'settings.description'),
  backsUp: (textAt(raw, 'mode') ?? 'Backup') === 'Backup',
  enabled: raw.enabled !== false,
  running: BUSY.includes((textAt(raw, 'status') ?? '').toLowerCase()),
  stopping: (textAt(raw, 'status') ?? '').toLowerCase() === 'stopping',
  newestRun: 'lastSessionId' in raw ? textAt(raw, 'lastSessionId') : undefined,
  serverTime,
});

const readSettings = (raw: JsonObject): JobSettings => {
  const objects = listAt(raw, 'includes.objects').map((one) => textAt(one, 'id'));
  const listed = at(raw, 'vmIds');
  const old = Array.isArray(listed) ? listed.filter((id): id is string => typeof id === 'string') : [];
  return {
    description: textAt(raw, 'description') ?? '',
    vms: [...objects.filter((id): id is string => id !== null), ...old],
    repositoryId: textAt(raw, 'repositoryId'),
    scheduled: isTrueAt(raw, 'scheduleSettings.enabled'),
  };
};

/** Runs are asked for one by one, and one chain of a single VM needs few points. */
const OWN_SETTINGS: JsonObject = {
  scheduleSettings: { enabled: false },
  retentionSettings: { type: 'RestorePoints', restorePointsToKeep: 7, daysToKeep: 7 },
};

const id = (text: string): string => encodeURIComponent(text);

/**
 * The plug-in's REST. Shapes: lists are `{offset, limit, totalCount, results}`; sources of a job are
 * `includes.objects[{id, clusterId, type}]` since version 10 of the plug-in's API, `vmIds` before 5; what lies between is
 * inferred to be as in 10. V §1.7.2
 */
export const jobsOf = ({ plugin }: Rest): Jobs => {
  const vmOf = async (place: string, vm: string, clusterId: string): Promise<KnownVm | null> => {
    const found = (await plugin.all(`${place}/vms`)).find((one) => textAt(one, 'id') === vm);
    return found ? { id: vm, clusterId: textAt(found, 'clusterId') ?? clusterId } : null;
  };
  const among = async (collection: 'prismCentrals' | 'clusters', vm: string): Promise<KnownVm | null> => {
    if (!(await plugin.find(`/${collection}?offset=0&limit=1`))) return null;
    for (const one of await plugin.all(`/${collection}`)) {
      const place = textAt(one, 'id') ?? textAt(one, 'settings.id');
      const found = place ? await vmOf(`/${collection}/${id(place)}`, vm, place) : null;
      if (found) return found;
    }
    return null;
  };
  const template = async (): Promise<JsonObject> => {
    const answer = await plugin.find('/jobs/defaultSettings?jobMode=Backup');
    return answer && isObject(answer.body) ? answer.body : {};
  };

  return {
    all: async () => (await plugin.all('/jobs')).map((raw) => readJob(raw, null)),
    find: async (job) => {
      const answer = await plugin.find(`/jobs/${id(job)}`);
      return answer && isObject(answer.body) ? readJob(answer.body, answer.headers.date ?? null) : null;
    },
    settings: async (job) => {
      const own = await plugin.find(`/jobs/${id(job.id)}/settings`);
      if (own) return readSettings(isObject(own.body) ? own.body : {});
      // One that was removed since it was listed, by another VM's retire, copies nothing any more.
      const body = (await plugin.find(`/jobs/${id(job.id)}`))?.body;
      const inside = at(body, 'settings');
      return readSettings(isObject(inside) ? inside : isObject(body) ? body : {});
    },
    vm: async (vm) => (await among('prismCentrals', vm)) ?? (await among('clusters', vm)),
    create: async ({ name, description, repositoryId, vm }) => {
      const includes = { objects: [{ ...vm, type: 'VirtualMachine' }] };
      const own = { name, description, mode: 'Backup', repositoryId, includes };
      await plugin.ask('POST', '/jobs', { ...(await template()), ...OWN_SETTINGS, ...own });
    },
    start: async (job) => textAt((await plugin.ask('POST', `/jobs/${id(job)}/start`)).body, 'sessionId'),
    stop: async (job) => {
      await plugin.ask('POST', `/jobs/${id(job)}/stop`);
    },
    enable: async (job) => {
      await plugin.ask('POST', `/jobs/${id(job)}/enable`);
    },
    disable: async (job) => {
      await plugin.ask('POST', `/jobs/${id(job)}/disable`);
    },
    remove: (job) => plugin.removeOrGone(`/jobs/${id(job)}`),
  };
};
