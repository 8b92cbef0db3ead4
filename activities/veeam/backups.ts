import type { Where } from './failures.ts';
import { type InSession, isGone, text } from './session.ts';

export interface Backups {
  /** Deletes what a job of this name has left behind from the repository, with every point in it; returns how many are still listed. */
  remove(where: Where, jobName: string): Promise<number>;
}

const ALL = { id: 'backups', cmdlet: 'Get-VBRBackup', parameters: {}, select: ['Id', 'Name'] };

/** A job that is gone leaves its backups behind under its name. V §4.1 */
export const backupsOf = (inSession: InSession): Backups => ({
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
        { ...ALL, id: 'left' },
      ],
      9 * 60_000,
    );
    if (!isGone(rows.error('remove'))) rows.orThrow('remove');
    return rows.of('left').filter((backup) => text(backup, 'Name') === jobName).length;
  },
});
