import { type CmdletTable, Prompt, typed } from '../../powershell/cmdlet.ts';
import { chainIn, forgetBackup, isMounted, removeBackup, removePoint } from '../backup/points.ts';
import { AHV_PLATFORM, idFrom, NO_ID, objectId } from '../names.ts';
import type { Backup, Point } from '../records.ts';
import type { VeeamService } from '../service.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { failure, fits, idsOf, isAmong, veeamCmdlet } from './veeam-cmdlet.ts';

const pointsIn = (veeam: Veeam, backup: Backup): readonly Point[] =>
  valuesOf(veeam.points).filter((point) => point.backupId === backup.id);

const backupObject = (veeam: Veeam, backup: Backup): object => {
  const points = pointsIn(veeam, backup);
  const newest = Math.max(0, ...points.map((point) => point.createdAt));
  return typed('CBackup', {
    Id: backup.id,
    Name: backup.name,
    JobId: backup.jobId ?? NO_ID,
    JobName: backup.name,
    JobType: 'VmbApiPolicyTempJob',
    TypeToString: 'Nutanix AHV Backup',
    BackupPlatform: { Platform: 'ECustomPlatform', PlatformId: AHV_PLATFORM },
    RepositoryId: backup.repositoryId,
    CreationTime: new Date(backup.createdAt),
    LastPointCreationTime: newest === 0 ? null : new Date(newest),
    VmCount: new Set(points.map((point) => point.vmId)).size,
    IsBackup: true,
    IsReplica: false,
  });
};

/** All that carry the name: a job that was deleted and made again leaves several. V §1.5.2 */
const getBackup = veeamCmdlet(
  'Get-VBRBackup',
  { syntax: ['[-Name <string[]>] [-VeeamZIP]', '-Id <guid[]> [-VeeamZIP]'] },
  ({ Name, Id, VeeamZIP }, { veeam }) =>
    valuesOf(veeam.backups)
      .filter((backup) => fits(Name, backup.name) && isAmong(Id, backup.id) && VeeamZIP !== true)
      .map((backup) => backupObject(veeam, backup)),
);

/** `ObjectId` is Veeam's own id of the VM; `PointId` is the one its session names. */
const pointObject = (point: Point): object =>
  typed('COib', {
    Id: point.id,
    Name: point.vmName,
    VmName: point.vmName,
    DisplayName: point.vmName,
    ObjectId: objectId(point.vmId),
    BackupId: point.backupId,
    PointId: idFrom('point', point.runId),
    CreationTime: new Date(point.createdAt),
    CreationTimeUtc: new Date(point.createdAt),
    CompletionTimeUTC: new Date(point.completedAt),
    Type: point.kind === 'full' ? 'Full' : 'Increment',
    Algorithm: point.kind === 'full' ? 'Full' : 'Increment',
    IsFull: point.kind === 'full',
    IsConsistent: true,
    IsCorrupted: false,
    ApproxSize: point.disks.reduce((sum, disk) => sum + disk.bytes, 0),
  });

const getPoint = veeamCmdlet(
  'Get-VBRRestorePoint',
  { syntax: ['[-Backup <CBackup[]>] [-Name <string[]>] [-ObjectId <guid[]>]', '-Id <guid[]>'] },
  ({ Backup, Name, ObjectId, Id }, { veeam }) => {
    const backups = Backup === undefined ? undefined : idsOf(Backup);
    return valuesOf(veeam.points)
      .filter((point) => fits(Name, point.vmName) && isAmong(Id, point.id) && isAmong(ObjectId, objectId(point.vmId)))
      .filter((point) => isAmong(backups, point.backupId))
      .sort((a, b) => a.createdAt - b.createdAt)
      .map(pointObject);
  },
);

const demandUnlocked = (veeam: VeeamService, points: readonly Point[], backup: Backup, type: string): void => {
  const isBusy = backup.jobId !== null && veeam.runner.runningOf(backup.jobId) !== undefined;
  if (isBusy || points.some((point) => isMounted(veeam, point)))
    throw failure(`Backup ${backup.name} is locked by a running session.`, 'ResourceUnavailable', 'BackupLocked', type);
};

/** Without `-FromDisk` only the records go and the files keep their room. */
const remove = veeamCmdlet(
  'Remove-VBRBackup',
  { syntax: ['-Backup <CBackup[]> [-FromDisk] [-RunAsync] [-IncludeGFS] [-FromDBIfSPUnavailable] [-Confirm]'] },
  ({ Backup, FromDisk, Confirm }, { veeam, type }) => {
    if (Confirm !== false) throw new Prompt(type);
    for (const id of idsOf(Backup)) {
      const backup = veeam.backups.get(id);
      if (!backup) throw failure(`There is no backup ${id}.`, 'ObjectNotFound', 'BackupNotFound', type);
      demandUnlocked(veeam, pointsIn(veeam, backup), backup, type);
      if (FromDisk === true) removeBackup(veeam, backup);
      else forgetBackup(veeam, backup);
    }
    return [];
  },
);

/** Takes all points of the VMs meant, whichever point names them. */
const removePoints = veeamCmdlet(
  'Remove-VBRRestorePoint',
  { syntax: ['-Oib <COib[]> [-Name <string[]>] [-Confirm]'] },
  ({ Oib, Confirm }, { veeam, type }) => {
    if (Confirm !== false) throw new Prompt(type);
    for (const id of idsOf(Oib)) {
      const point = veeam.points.get(id);
      const backup = point && veeam.backups.get(point.backupId);
      if (!point || !backup) continue;
      const chain = chainIn(veeam, backup.id, point.vmId);
      demandUnlocked(veeam, chain, backup, type);
      for (const each of chain) removePoint(veeam, each);
    }
    return [];
  },
);

export const backupCmdlets: CmdletTable = {
  'Get-VBRBackup': getBackup,
  'Get-VBRRestorePoint': getPoint,
  'Remove-VBRBackup': remove,
  'Remove-VBRRestorePoint': removePoints,
};
