import { randomUUID } from 'node:crypto';
import { RUN_ENDS_MS, RUN_STARTS_MS } from '../durations.ts';
import type { BackupMode, Job, Run, RunTask, SessionResult, SessionState } from '../records.ts';
import type { Veeam } from '../tables.ts';
import { chainOf } from './points.ts';
import { repositorySettings } from './repository.ts';
import { beginTask, endTask, stopTask } from './tasks.ts';

export interface Runs {
  /** Makes a session of a job; its tasks follow by the clock. */
  start(jobId: string, mode: BackupMode, manual: boolean, by: string): Run;
  runningOf(jobId: string): Run | undefined;
  stop(runId: string): void;
  move(now: number): void;
}

export const openRuns = (veeam: Veeam): Runs => {
  const { estate } = veeam;
  /** Ids of runs that have not ended: history is not read at every tick. */
  const underWay = estate.table<true>('veeam', 'runs under way');

  const open = (): readonly Run[] =>
    underWay
      .list()
      .flatMap(({ key }) => veeam.runs.get(key) ?? [])
      .sort((a, b) => a.createdAt - b.createdAt);

  /** Bounded by the workers' slots (one a VM) and by the repository's task limit. V §5 */
  const beginWhatFits = (run: Run, all: readonly Run[], now: number): SessionState => {
    for (const task of run.tasks) {
      if (task.status !== 'Pending') continue;
      const busy = all.flatMap(tasksInProgress).length;
      if (busy >= estate.scenario.veeam.workerTasks) return waiting(run, 'WaitingSlot');
      if (busy >= (repositorySettings(veeam).maxTasks ?? Number.POSITIVE_INFINITY))
        return waiting(run, 'WaitingRepository');
      const jobs = all.filter((each) => each === run || tasksInProgress(each).length > 0).length;
      beginTask(veeam, run, task, { jobs, tasks: busy + 1 }, now);
    }
    return 'Working';
  };

  const moveTasks = (run: Run, now: number): void => {
    for (const task of run.tasks) {
      if (run.stopRequested) stopTask(veeam, task, now);
      else if (task.status === 'InProgress' && task.readyAt !== null && now >= task.readyAt)
        endTask(veeam, run, task, now);
    }
  };

  const moveRun = (run: Run, all: readonly Run[], now: number): void => {
    if (now < run.createdAt + estate.scaled(RUN_STARTS_MS) && !run.stopRequested) return;
    moveTasks(run, now);
    run.state = run.stopRequested ? 'Stopping' : beginWhatFits(run, all, now);
    if (run.tasks.some((task) => task.endedAt === null)) return;

    if (run.state === 'Working') run.state = 'Postprocessing';
    run.workEndedAt ??= now;
    if (now >= run.workEndedAt + estate.scaled(RUN_ENDS_MS)) end(run, now);
  };

  const end = (run: Run, now: number): void => {
    run.state = 'Stopped';
    run.result = resultOf(run);
    run.endedAt = now;
    underWay.delete(run.id);
    const done = run.tasks.filter((task) => task.status === 'Success' || task.status === 'Warning');
    estate.log('run.ended', {
      job: run.jobId,
      run: run.id,
      runKind: done.some((task) => task.kind === 'full') ? 'full' : 'increment',
      result: run.result,
      ...(done[0] && { point: done[0].pointId }),
      points: done.map((task) => task.pointId),
      bytes: run.tasks.reduce((sum, task) => sum + task.toRead, 0),
      rate: Math.max(0, ...run.tasks.map((task) => task.rate)),
      reasons: run.tasks.flatMap((task) => task.reason || []),
    });
  };

  return {
    runningOf: (jobId) => open().find((run) => run.jobId === jobId),
    start: (jobId, mode, manual, by) =>
      veeam.together(() => {
        const job = veeam.jobs.get(jobId);
        if (!job) throw new Error(`there is no job ${jobId}`);
        const run = newRun(veeam, job, mode, manual);
        veeam.runs.put(run.id, run);
        underWay.put(run.id, true);
        veeam.jobs.put(job.id, { ...job, lastRunId: run.id });
        const origins = run.tasks.map((task) => task.origin);
        const runKind = run.tasks.some((task) => task.kind === 'full') ? 'full' : 'increment';
        estate.log('run.started', { job: job.id, run: run.id, runKind, origin: origins[0] ?? null, origins, by });
        return run;
      }),
    stop: (runId) => {
      const run = veeam.runs.get(runId);
      if (run && run.state !== 'Stopped') veeam.runs.put(runId, { ...run, stopRequested: true, state: 'Stopping' });
    },
    move: (now) => {
      const all = open();
      for (const run of all) {
        const before = JSON.stringify(run);
        veeam.together(() => {
          moveRun(run, all, now);
          if (JSON.stringify(run) !== before) veeam.runs.put(run.id, run);
        });
      }
    },
  };
};

const tasksInProgress = (run: Run): readonly RunTask[] => run.tasks.filter((task) => task.status === 'InProgress');

const waiting = (run: Run, state: SessionState): SessionState => (tasksInProgress(run).length > 0 ? 'Working' : state);

/** A run that was stopped has decided nothing: Stopped with None. V §1.9 */
const resultOf = (run: Run): SessionResult => {
  if (run.stopRequested) return 'None';
  if (run.tasks.some((task) => task.status === 'Failed')) return 'Failed';
  return run.tasks.some((task) => task.status === 'Warning') ? 'Warning' : 'Success';
};

const newRun = (veeam: Veeam, job: Job, mode: BackupMode, manual: boolean): Run => ({
  id: randomUUID(),
  jobId: job.id,
  jobName: job.name,
  mode,
  manual,
  createdAt: veeam.estate.now(),
  state: 'Starting',
  result: 'None',
  endedAt: null,
  workEndedAt: null,
  stopRequested: false,
  tasks: job.vmIds.map((vmId) => newTask(veeam, job, vmId, mode)),
});

const newTask = (veeam: Veeam, job: Job, vmId: string, mode: BackupMode): RunTask => {
  const vm = veeam.estate.vms.get(vmId);
  const hasChain = chainOf(veeam, job.id, vmId).length > 0;
  return {
    id: randomUUID(),
    vmId,
    vmName: vm?.name ?? vmId,
    origin: vm?.origin ?? vmId,
    status: 'Pending',
    kind: mode === 'ActiveFullBackup' || !hasChain ? 'full' : 'increment',
    startedAt: null,
    readyAt: null,
    endedAt: null,
    stuckAt: null,
    toRead: 0,
    toStore: 0,
    rate: 0,
    reason: '',
    pointId: randomUUID(),
    disks: [],
    snapshot: null,
    doomed: null,
  };
};
