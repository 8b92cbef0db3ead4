import type { Answer, Ask } from '../../wire/exchange.ts';
import { percentOf } from '../backup/tasks.ts';
import type { Run, RunTask } from '../records.ts';
import type { VeeamService } from '../service.ts';
import { valuesOf } from '../tables.ts';
import { badRequest, notFound } from './errors.ts';
import { page } from './paging.ts';

/** A job's session, or its child session of one VM. */
interface Shown {
  readonly run: Run;
  readonly task: RunTask | null;
}

const shownOf = (run: Run): readonly Shown[] => [
  { run, task: null },
  ...run.tasks.filter((task) => task.startedAt !== null || task.endedAt !== null).map((task) => ({ run, task })),
];

const startOf = ({ run, task }: Shown): number => task?.startedAt ?? run.createdAt;

/** `from` and `to` bound the start; newest first is inferred. */
export const listSessions = (veeam: VeeamService, ask: Ask): Answer => {
  const bound = (name: string): number => Date.parse(ask.query.get(name) ?? '');
  const found = valuesOf(veeam.runs)
    .flatMap(shownOf)
    .filter((each) => !(startOf(each) < bound('from')) && !(startOf(each) > bound('to')))
    .sort((a, b) => startOf(b) - startOf(a));
  return page(ask, found, (each) => sessionBody(veeam, each));
};

export const getSession = (veeam: VeeamService, id: string): Answer => ({
  status: 200,
  body: sessionBody(veeam, sessionWith(veeam, id)),
});

export const stopSession = (veeam: VeeamService, id: string): Answer => {
  const { run } = sessionWith(veeam, id);
  if (run.state === 'Stopped') throw badRequest('The session is finished.');
  veeam.runner.stop(run.id);
  return { status: 202 };
};

const sessionWith = (veeam: VeeamService, id: string): Shown => {
  const run = veeam.runs.get(id);
  const found = run
    ? { run, task: null }
    : valuesOf(veeam.runs)
        .flatMap(shownOf)
        .find(({ task }) => task?.id === id);
  if (!found) throw notFound('session', id);
  return found;
};

/** The plug-in has fewer states than VBR: a run that waits for a slot is Running. V §1.7.2 */
const stateOf = ({ run, task }: Shown): string => {
  if (run.stopRequested) return run.state === 'Stopped' ? 'Cancelled' : 'Cancelling';
  if (task ? task.endedAt !== null : run.state === 'Stopped') return 'Finished';
  return run.state === 'Starting' ? 'Starting' : 'Running';
};

const results: Readonly<Record<string, string>> = { Success: 'Success', Warning: 'Warning', Failed: 'Error' };

const resultOf = ({ run, task }: Shown): string => results[task ? task.status : run.result] ?? 'None';

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

const eventsOf = ({ run, task }: Shown): readonly Record<string, unknown>[] => {
  const start = iso(run.createdAt);
  const waiting = run.state === 'WaitingSlot' || run.state === 'WaitingRepository';
  const line = (severity: string, message: string) => ({ severity, startTimeUtc: start, endTimeUtc: null, message });
  return [
    line('Information', `Job ${run.jobName} started`),
    ...(waiting ? [line('Information', 'Waiting for backup infrastructure resources')] : []),
    ...(task ? [task] : run.tasks).flatMap((each) =>
      each.reason ? [line(each.status === 'Failed' ? 'Error' : 'Warning', `${each.vmName}: ${each.reason}`)] : [],
    ),
  ];
};

/** Context and progress are as the plug-in's older public client has them; that version 8 keeps them is inferred. */
const sessionBody = (veeam: VeeamService, shown: Shown): Record<string, unknown> => {
  const { run, task } = shown;
  const tasks = task ? [task] : run.tasks;
  const percents = tasks.map((each) => percentOf(veeam, each));
  const percent = Math.floor(percents.reduce((sum, each) => sum + each, 0) / Math.max(tasks.length, 1));
  const read = tasks.reduce((sum, each) => sum + (each.toRead * percentOf(veeam, each)) / 100, 0);
  const transferred = tasks.reduce((sum, each) => sum + (each.toStore * percentOf(veeam, each)) / 100, 0);
  const end = task ? task.endedAt : run.endedAt;
  const start = startOf(shown);
  return {
    id: task?.id ?? run.id,
    name: task ? task.vmName : run.jobName,
    sessionType: task ? 'BackupVm' : 'BackupVmJob',
    parentSessionId: task ? run.id : null,
    state: stateOf(shown),
    result: resultOf(shown),
    startTimeUtc: iso(start),
    finishTimeUtc: iso(end),
    duration: String((end ?? veeam.estate.now()) - start),
    context: {
      jobId: run.jobId,
      jobName: run.jobName,
      backupMode: tasks.some((each) => each.kind === 'full') ? 'ActiveFullBackup' : 'IncrementalBackup',
      objectName: task?.vmName ?? null,
      objectId: task?.vmId ?? null,
    },
    progressState: {
      events: eventsOf(shown),
      progressPercents: end === null ? percent : 100,
      processed: { value: Math.round(read), percent },
      read: { value: Math.round(read), percent },
      transferred: { value: Math.round(transferred), percent },
      // Durations are the lab clock's, so a rate is, too.
      processingRate: Math.round(Math.max(0, ...tasks.map((each) => each.rate)) * veeam.estate.scenario.speed),
      objectsCount: tasks.length,
      objectsProcessed: tasks.filter((each) => each.endedAt !== null).length,
    },
  };
};
