import { type CmdletTable, typed } from '../../powershell/cmdlet.ts';
import { percentOf } from '../backup/tasks.ts';
import { idFrom, objectId } from '../names.ts';
import type { Migration, Run, RunTask } from '../records.ts';
import { percentCopied } from '../recovery/migration.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { fits, idsOf, isAmong, never, veeamCmdlet } from './veeam-cmdlet.ts';

const sum = (tasks: readonly RunTask[], of: (task: RunTask) => number): number =>
  Math.round(tasks.reduce((total, task) => total + of(task), 0));

/** The object the real `Progress` is, with the vendor's spelling. V §1.9 */
const progressOf = (veeam: Veeam, tasks: readonly RunTask[]): Record<string, unknown> => ({
  Percents: Math.floor(sum(tasks, (task) => percentOf(veeam, task)) / Math.max(tasks.length, 1)),
  TotalObjects: tasks.length,
  ProcessedObjects: tasks.filter((task) => task.endedAt !== null).length,
  TotalSize: sum(tasks, (task) => task.toRead),
  ReadSize: sum(tasks, (task) => (task.toRead * percentOf(veeam, task)) / 100),
  ProcessedSize: sum(tasks, (task) => (task.toRead * percentOf(veeam, task)) / 100),
  TransferedSize: sum(tasks, (task) => (task.toStore * percentOf(veeam, task)) / 100),
  AvgSpeed: Math.round(Math.max(0, ...tasks.map((task) => task.rate))),
});

const runName = (run: Run): string =>
  `${run.jobName} (${run.tasks.some((task) => task.kind === 'full') ? 'Full' : 'Incremental'})`;

const times = (createdAt: number, endedAt: number | null): Record<string, unknown> => ({
  CreationTime: new Date(createdAt),
  CreationTimeUTC: new Date(createdAt),
  EndTime: endedAt === null ? never : new Date(endedAt),
  EndTimeUTC: endedAt === null ? never : new Date(endedAt),
  IsCompleted: endedAt !== null,
  IsWorking: endedAt === null,
});

const runObject = (veeam: Veeam, run: Run): object =>
  typed('CBackupSession', {
    Id: run.id,
    Name: runName(run),
    JobId: run.jobId,
    JobName: run.jobName,
    JobType: 'VmbApiPolicyTempJob',
    JobTypeString: 'Nutanix AHV Backup',
    State: run.state,
    Result: run.result,
    ...times(run.createdAt, run.endedAt),
    IsFullMode: run.tasks.some((task) => task.kind === 'full'),
    RunManually: run.manual,
    CurrentPointId: idFrom('point', run.id),
    Progress: progressOf(veeam, run.tasks),
    Info: { Reason: run.tasks.map((task) => task.reason).find(Boolean) ?? '' },
  });

/** The quick-migration session that `Start-VBRHvInstantRecoveryMigration` returns. V §1.5.2 */
export const migrationObject = (veeam: Veeam, migration: Migration): object =>
  typed('CBackupSession', {
    Id: migration.id,
    Name: migration.vmName,
    JobId: migration.id,
    JobName: migration.vmName,
    JobType: 'QuickMigration',
    JobTypeString: 'Quick Migration',
    State: migration.state,
    Result: migration.result,
    ...times(migration.createdAt, migration.endedAt),
    Progress: {
      Percents: percentCopied(veeam, migration),
      TotalObjects: 1,
      ProcessedObjects: migration.endedAt === null ? 0 : 1,
      TotalSize: migration.bytes,
      AvgSpeed: Math.round(migration.rate),
    },
    Info: { Reason: migration.result === 'Failed' ? (migration.doomed ?? '') : '' },
  });

const getBackupSession = veeamCmdlet(
  'Get-VBRBackupSession',
  { syntax: ['[-Name <string[]>]', '[-Id <guid[]>]'] },
  ({ Name, Id }, { veeam }) => [
    ...valuesOf(veeam.runs)
      .filter((run) => fits(Name, runName(run)) && isAmong(Id, run.id))
      .map((run) => runObject(veeam, run)),
    ...valuesOf(veeam.migrations)
      .filter((migration) => fits(Name, migration.vmName) && isAmong(Id, migration.id))
      .map((migration) => migrationObject(veeam, migration)),
  ],
);

/** The short form, of runs and of quick migrations. V §1.9 */
const sessionObject = (session: Run | Migration): object =>
  typed('VBRSession', {
    ID: session.id,
    Id: session.id,
    JobId: 'jobId' in session ? session.jobId : session.id,
    State: session.state,
    Result: session.result,
    CreationTime: new Date(session.createdAt),
    EndTime: session.endedAt === null ? null : new Date(session.endedAt),
  });

const getSession = veeamCmdlet(
  'Get-VBRSession',
  { syntax: ['-Id <guid[]>', '-Session <VBRSession>', '-Type {VmbApiPolicyTempJob|QuickMigration|Backup}'] },
  ({ Id, Session, Type }, { veeam }) => {
    const ids = Session === undefined ? Id : idsOf(Session);
    const runs = Type === undefined || Type === 'VmbApiPolicyTempJob' ? valuesOf(veeam.runs) : [];
    const migrations = Type === undefined || Type === 'QuickMigration' ? valuesOf(veeam.migrations) : [];
    return [...runs, ...migrations].filter((session) => isAmong(ids, session.id)).map(sessionObject);
  },
);

/** One task a VM. V §1.9 */
const taskObject = (veeam: Veeam, run: Run, task: RunTask): object =>
  typed('CBackupTaskSession', {
    Id: task.id,
    Name: task.vmName,
    JobName: run.jobName,
    JobSessId: run.id,
    ObjectId: objectId(task.vmId),
    Status: task.status,
    Progress: progressOf(veeam, [task]),
    Info: { Reason: task.reason, ObjectId: objectId(task.vmId) },
  });

const getTaskSession = veeamCmdlet(
  'Get-VBRTaskSession',
  { syntax: ['-Session <CBackupSession|VBRSession> [-Name <string[]>]'] },
  ({ Session, Name }, { veeam }) =>
    idsOf(Session).flatMap((id) => {
      const run = veeam.runs.get(id);
      return (run?.tasks ?? []).flatMap((task) =>
        run && fits(Name, task.vmName) ? [taskObject(veeam, run, task)] : [],
      );
    }),
);

/** Returns no AHV jobs: those are behind an internal .NET call and the plug-in's REST. V §1.7.2 */
const getJob = veeamCmdlet('Get-VBRJob', { syntax: ['[-Name <string[]>]'] }, () => []);

export const sessionCmdlets: CmdletTable = {
  'Get-VBRBackupSession': getBackupSession,
  'Get-VBRSession': getSession,
  'Get-VBRTaskSession': getTaskSession,
  'Get-VBRJob': getJob,
};
