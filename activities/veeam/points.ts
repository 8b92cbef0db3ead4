import { textAt } from '../http/reading.ts';
import type { Where } from './failures.ts';
import type { Rest } from './rest.ts';
import { type InSession, probe, text } from './session.ts';

/** A restore point of one VM. The time is the server's own. V §1.7.2 */
export interface Point {
  readonly id: string;
  readonly createdAt: string;
}

export interface Points {
  /** Points of the VM of this name in the backups of this job, newest first. Names are not unique: see `owner`. */
  of(where: Where, jobName: string, vmName: string): Promise<readonly Point[]>;
  /** Nutanix's id of the VM in a point; null where the plug-in does not tell. */
  owner(point: string): Promise<string | null>;
}

const NAMES = ['VmName', 'Name'];

/** The plug-in does not list restore points and sends to PowerShell for them. V §1.7.2 */
export const pointsOf = (inSession: InSession, { plugin }: Rest): Points => ({
  of: async (where, jobName, vmName) => {
    const rows = await inSession(where, `restore points of ${vmName} were read`, [
      { id: 'backups', cmdlet: 'Get-VBRBackup', parameters: {}, select: ['Id', 'Name'] },
      {
        id: 'points',
        cmdlet: 'Get-VBRRestorePoint',
        parameters: { Backup: { $ref: 'backups', where: { Name: jobName } } },
        select: ['Id', 'CreationTime', ...NAMES],
        mayFail: true,
      },
    ]);
    // Without a backup there is nothing to bind, and PowerShell calls that an error.
    if (!rows.of('backups').some((backup) => text(backup, 'Name') === jobName)) return [];
    return rows
      .orThrow('points')
      .filter((point) => probe(point, NAMES)?.toLowerCase() === vmName.toLowerCase())
      .map((point) => ({ id: text(point, 'Id'), createdAt: text(point, 'CreationTime') }))
      .sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  },
  owner: async (point) => {
    const answer = await plugin.find(`/restorePoints/${encodeURIComponent(point)}/metadata`);
    return textAt(answer?.body, 'id');
  },
});
