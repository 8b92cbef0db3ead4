import { randomUUID } from 'node:crypto';
import { type Answer, type Ask, objectIn } from '../../wire/exchange.ts';
import { nextRun } from '../backup/schedule.ts';
import { clusterId, repositoryId } from '../names.ts';
import type { BackupMode, Job, Run } from '../records.ts';
import type { VeeamService } from '../service.ts';
import { valuesOf } from '../tables.ts';
import { badRequest, notFound } from './errors.ts';
import { page } from './paging.ts';

export const jobWith = (veeam: VeeamService, id: string): Job => {
  const job = veeam.jobs.get(id);
  if (!job) throw notFound('job', id);
  return job;
};

export const listJobs = (veeam: VeeamService, ask: Ask): Answer =>
  page(ask, valuesOf(veeam.jobs), (job) => jobBody(veeam, job));

export const getJob = (veeam: VeeamService, id: string): Answer => ({
  status: 200,
  body: jobBody(veeam, jobWith(veeam, id)),
});

export const getSettings = (veeam: VeeamService, id: string): Answer => ({
  status: 200,
  body: jobWith(veeam, id).settings,
});

/** What the web UI starts a new job from. Fields as the 13.1 plug-in has them; that version 8 has the same is inferred. */
export const defaultSettings = (veeam: VeeamService): Answer => ({
  status: 200,
  body: {
    name: '',
    description: '',
    mode: 'Backup',
    repositoryId: repositoryId(veeam.estate.scenario),
    includes: { objects: [] },
    excludes: { objects: [] },
    retentionSettings: { type: 'RestorePoints', restorePointsToKeep: 7, daysToKeep: 7 },
    scheduleSettings: { enabled: false, type: 'Weekly', automaticRetry: false, retryCount: 3, retryTimeDelay: 10 },
    activeFullSettings: { enabled: false },
    syntheticFullSettings: { enabled: false },
  },
});

/** 201 with the id. Names need not be unique (V §4.1); unknown keys are swallowed without a word. */
export const createJob = (veeam: VeeamService, ask: Ask): Answer => {
  const settings = settingsIn(ask);
  const now = veeam.estate.now();
  const job: Job = {
    id: randomUUID(),
    createdAt: now,
    ...fieldsOf(veeam, settings),
    enabled: true,
    lastRunId: null,
    nextRunAt: null,
  };
  veeam.together(() => {
    veeam.jobs.put(job.id, { ...job, nextRunAt: nextRun(veeam, job, now) });
    logJob(veeam, 'job.created', job);
  });
  return { status: 201, body: { id: job.id } };
};

export const updateJob = (veeam: VeeamService, ask: Ask, id: string): Answer => {
  const job: Job = { ...jobWith(veeam, id), ...fieldsOf(veeam, settingsIn(ask)) };
  veeam.together(() => {
    veeam.jobs.put(id, { ...job, nextRunAt: nextRun(veeam, job, veeam.estate.now()) });
    logJob(veeam, 'job.changed', job);
  });
  return { status: 204 };
};

/** A disabled job does not run by itself; it can still be started. D:ahv_disable_jobs */
export const enableJob = (veeam: VeeamService, id: string, enabled: boolean): Answer => {
  const job: Job = { ...jobWith(veeam, id), enabled };
  veeam.together(() => {
    veeam.jobs.put(id, { ...job, nextRunAt: nextRun(veeam, job, veeam.estate.now()) });
    logJob(veeam, 'job.changed', job);
  });
  return { status: 204 };
};

/** The backups stay, as orphans. D:ahv_delete_jobs */
export const deleteJob = (veeam: VeeamService, id: string): Answer => {
  const job = jobWith(veeam, id);
  if (veeam.runner.runningOf(id)) throw badRequest(`The job ${job.name} is running and cannot be deleted.`);
  veeam.together(() => {
    veeam.jobs.delete(id);
    for (const backup of valuesOf(veeam.backups))
      if (backup.jobId === id) veeam.backups.put(backup.id, { ...backup, jobId: null });
    logJob(veeam, 'job.removed', job);
  });
  return { status: 204 };
};

const modes: readonly BackupMode[] = ['IncrementalBackup', 'ActiveFullBackup'];

/** 202 with the session; `backupMode` in the query asks for an active full. That a running job refuses is inferred from V §3.6. */
export const startJob = (veeam: VeeamService, ask: Ask, id: string): Answer => {
  const job = jobWith(veeam, id);
  const mode = modes.find((known) => known === (ask.query.get('backupMode') ?? 'IncrementalBackup'));
  if (!mode) throw badRequest('backupMode must be IncrementalBackup or ActiveFullBackup.');
  if (veeam.runner.runningOf(id)) throw badRequest(`The job ${job.name} is already running.`);
  const run = veeam.runner.start(id, mode, true, 'veeam:jobs/start');
  return { status: 202, body: { sessionId: run.id } };
};

export const stopJob = (veeam: VeeamService, id: string): Answer => {
  const job = jobWith(veeam, id);
  const run = veeam.runner.runningOf(id);
  if (!run) throw badRequest(`The job ${job.name} is not running.`);
  veeam.runner.stop(run.id);
  return { status: 202 };
};

const logJob = (veeam: VeeamService, kind: 'job.created' | 'job.changed' | 'job.removed', job: Job): void => {
  const origins = job.vmIds.map((vmId) => veeam.estate.vms.get(vmId)?.origin ?? vmId);
  veeam.estate.log(kind, {
    product: 'veeam',
    job: job.id,
    name: job.name,
    origin: origins[0] ?? null,
    origins,
    by: `veeam:${kind}`,
    settings: { ...job.settings, enabled: job.enabled },
  });
};

const settingsIn = (ask: Ask): Record<string, unknown> => {
  const settings = objectIn(ask);
  if (!settings) throw badRequest('The request body is malformed.');
  return settings;
};

const object = (value: unknown): Record<string, unknown> | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;

const fieldsOf = (
  veeam: VeeamService,
  settings: Record<string, unknown>,
): Pick<Job, 'name' | 'description' | 'settings' | 'vmIds' | 'repositoryId'> => {
  const { scenario } = veeam.estate;
  const { name, description, mode } = settings;
  if (typeof name !== 'string' || name === '') throw badRequest('The name of the job is required.');
  if (mode !== 'Backup') throw badRequest('The lab knows jobs of the mode Backup only.');
  for (const required of ['retentionSettings', 'scheduleSettings'])
    if (!object(settings[required])) throw badRequest(`${required} is required.`);
  if (settings.repositoryId !== repositoryId(scenario)) throw badRequest('The backup repository was not found.');
  return {
    name,
    description: String(description ?? ''),
    settings,
    vmIds: vmsIn(veeam, settings),
    repositoryId: repositoryId(scenario),
  };
};

/** `includes.objects[] {id, clusterId, type: 'VirtualMachine'}`, as the 13.1 plug-in takes them. */
const vmsIn = (veeam: VeeamService, settings: Record<string, unknown>): string[] => {
  const objects = object(settings.includes)?.objects;
  if (!Array.isArray(objects) || objects.length === 0) throw badRequest('The job includes no objects.');
  return objects.map((each: unknown) => {
    const { id, clusterId: cluster, type } = object(each) ?? {};
    if (type !== 'VirtualMachine') throw badRequest('The lab knows objects of the type VirtualMachine only.');
    const vm = typeof id === 'string' ? veeam.estate.vms.get(id) : undefined;
    if (vm?.platform !== 'ahv' || cluster !== clusterId(veeam.estate.scenario))
      throw badRequest(`The VM ${String(id)} was not found in the cluster ${String(cluster)}.`);
    return vm.id;
  });
};

const statusOf = (run: Run | undefined): string => {
  if (!run) return 'NeverStarted';
  if (run.state === 'Stopping') return 'Stopping';
  if (run.state !== 'Stopped') return 'Running';
  return run.result === 'None' ? 'Canceled' : run.result;
};

const jobBody = (veeam: VeeamService, job: Job): Record<string, unknown> => {
  const run = job.lastRunId === null ? undefined : veeam.runs.get(job.lastRunId);
  return {
    id: job.id,
    name: job.name,
    description: job.description,
    mode: 'Backup',
    settings: job.settings,
    status: statusOf(run),
    enabled: job.enabled,
    objects: job.vmIds.length,
    nextRunInfo: job.nextRunAt === null ? 'Not scheduled' : 'Scheduled',
    nextRunUtc: job.nextRunAt === null ? null : new Date(job.nextRunAt).toISOString(),
    lastRunUtc: run ? new Date(run.createdAt).toISOString() : null,
    lastSessionId: job.lastRunId,
  };
};
