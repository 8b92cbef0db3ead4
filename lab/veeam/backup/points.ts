import { randomUUID } from 'node:crypto';
import type { Backup, Job, Point } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { LEFT_BYTES } from './repository.ts';

/** The backup of a job, which holds a chain for each of its VMs; made with the job's first point. */
export const backupOf = (veeam: Veeam, job: Pick<Job, 'id' | 'name' | 'repositoryId'>): Backup => {
  const known = valuesOf(veeam.backups).find((backup) => backup.jobId === job.id);
  if (known) return known;
  const { id: jobId, name, repositoryId } = job;
  const made: Backup = { id: randomUUID(), name, createdAt: veeam.estate.now(), repositoryId, jobId };
  veeam.backups.put(made.id, made);
  return made;
};

/** Points of a VM in a job's chain, oldest first. */
export const chainOf = (veeam: Veeam, jobId: string, vmId: string): readonly Point[] => {
  const backup = valuesOf(veeam.backups).find((each) => each.jobId === jobId);
  return backup ? chainIn(veeam, backup.id, vmId) : [];
};

export const chainIn = (veeam: Veeam, backupId: string, vmId: string): readonly Point[] =>
  valuesOf(veeam.points)
    .filter((point) => point.backupId === backupId && point.vmId === vmId)
    .sort((a, b) => a.createdAt - b.createdAt);

export const isMounted = (veeam: Veeam, point: Point): boolean =>
  valuesOf(veeam.mounts).some((mount) => mount.pointId === point.id);

/** Takes a point and its frozen disks away. */
export const removePoint = (veeam: Veeam, point: Point): void =>
  veeam.together(() => {
    veeam.points.delete(point.id);
    for (const disk of point.disks) veeam.estate.disks.remove(disk.file);
    veeam.estate.log('point.removed', { point: point.id, origin: point.origin, run: point.runId });
  });

/** Removes all points of a backup, then the backup. */
export const removeBackup = (veeam: Veeam, backup: Backup): void =>
  veeam.together(() => {
    for (const point of valuesOf(veeam.points)) if (point.backupId === backup.id) removePoint(veeam, point);
    veeam.backups.delete(backup.id);
  });

/** Removes the records only: the files stay and keep their room in the repository. */
export const forgetBackup = (veeam: Veeam, backup: Backup): void =>
  veeam.together(() => {
    for (const point of valuesOf(veeam.points)) {
      if (point.backupId !== backup.id) continue;
      veeam.marks.put(LEFT_BYTES, (veeam.marks.get(LEFT_BYTES) ?? 0) + point.storedBytes);
      veeam.points.delete(point.id);
      veeam.estate.log('point.removed', { point: point.id, origin: point.origin, run: point.runId });
    }
    veeam.backups.delete(backup.id);
  });
