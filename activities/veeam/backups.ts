import type { Where } from './failures.ts';
import { type InSession, isGone, text } from './session.ts';

export interface Backups {
  /** How many backups a job of this name has left behind. */
  count(where: Where, jobName: string): Promise<number>;
  /** Deletes them from the repository, with every point in them. */
  remove(where: Where, jobName: string): Promise<void>;
}

const ALL = { id: 'backups', cmdlet: 'Get-VBRBackup', parameters: {}, select: ['Id', 'Name'] };

/** A job that is gone leaves its backups behind under its name. V §4.1 */
export const backupsOf = (inSession: InSession): Backups => ({
  count: async (where, jobName) => {
    const rows = await inSession(where, 'backups were read', [ALL]);
    return rows.of('backups').filter((backup) => text(backup, 'Name') === jobName).length;
  },
  remove: async (where, jobName) => {
    const rows = await inSession(
      where,
      'the backup of our job was deleted',
      [
        ALL,
        {
          id: 'remove',
          cmdlet: 'Remove-VBRBackup',
          parameters: { Backup: { $ref: 'backups', where: { Name: jobName } }, FromDisk: true, Confirm: false },
          select: [],
          mayFail: true,
        },
      ],
      9 * 60_000,
    );
    if (!isGone(rows.error('remove'))) rows.orThrow('remove');
  },
});
