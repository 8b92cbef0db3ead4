import { type CmdletTrouble, troubleOf } from '../contracts/cmdlet-failures.ts';
import type { CmdletCall } from '../contracts/cmdlets.ts';
import { mishap } from '../contracts/mishap.ts';
import { type Sweep, sweepOf } from '../contracts/sweep.ts';
import type { Where } from './failures.ts';
import {
  hasEnded,
  type Look,
  NAME,
  PERCENT,
  REASON,
  readMount,
  readRecord,
  SESSION,
  STATE,
  VM_ID,
} from './mount-words.ts';
import { type InSession, isGone, probe, type Row, text } from './session.ts';

export interface StartMount {
  readonly host: string;
  readonly point: string;
  readonly vmName: string;
  readonly folder: string;
  /** Our token: the only text the product keeps of a mount. */
  readonly reason: string;
}

export interface Migration {
  readonly working: boolean;
  readonly result: string;
}

export interface Mounts {
  /** One look at a host for all who wait there: contracts/sweep.ts says what a glance is good for, and what takes a fresh one. */
  on(host: string): Pick<Sweep<Look>, 'glance' | 'fresh'>;
  start(where: Where, mount: StartMount): Promise<void>;
  /** Migrates to production; returns the id of that session, or null where it migrates already or is gone. */
  migrate(where: Where, mount: string): Promise<string | null>;
  migration(where: Where, session: string): Promise<Migration | null>;
  /** Takes the mount down: its VM and everything written in it are gone. */
  stop(where: Where, mount: string): Promise<void>;
  /** Whether every disk of the VM is a file of its own; null when the VM has no disk to be seen. */
  isFlat(where: Where, host: string, vm: string): Promise<boolean | null>;
}

const MOUNTS: CmdletCall = {
  id: 'mounts',
  cmdlet: 'Get-VBRInstantRecovery',
  parameters: {},
  select: [...NAME, ...STATE, ...REASON, ...PERCENT, ...VM_ID, ...SESSION],
};
const RECORDS: CmdletCall = {
  id: 'records',
  cmdlet: 'Get-VBRRestoreSession',
  parameters: {},
  select: ['Id', 'Name', ...STATE, 'Result', ...REASON, 'CreationTime'],
};
/** All of them: a host has some twenty, names are not unique, and asking for a missing one is an error. V §3.2 */
const vmsOn = (host: string): CmdletCall => ({
  id: 'vms',
  cmdlet: 'Get-VM',
  parameters: { ComputerName: host },
  select: ['Id', 'Name', 'State', 'OperationalStatus'],
});

/** What is being migrated cannot be migrated: after a lost answer that is the answer. V §4.1 */
const MIGRATES_ALREADY: readonly CmdletTrouble[] = ['busy', 'wrongState', 'exists'];

/** It is not documented to come back before the VM is mounted, nor to have a way to be told so. V §1.5.1, §8.1 */
const START_MS = 9 * 60_000;

const isMerging = (row: Row): boolean => [row.OperationalStatus].flat().some((status) => status === 'MergingDisks');

/** `shareMs`: for how long one look serves all who wait. A hundred VMs that wait cost one process, not a hundred. */
export const mountsOf = (at: string, inSession: InSession, now: () => Date, shareMs: number): Mounts => {
  const look = async (host: string): Promise<Look> => {
    const rows = await inSession({ at }, 'mounts and staged VMs were read', [MOUNTS, RECORDS, vmsOn(host)]);
    return {
      mounts: rows.of('mounts').map(readMount),
      records: rows.of('records').map(readRecord),
      vms: rows.of('vms').map((row) => ({
        id: text(row, 'Id'),
        name: text(row, 'Name'),
        state: text(row, 'State'),
        merging: isMerging(row),
      })),
    };
  };

  const sweeps = new Map<string, Sweep<Look>>();
  const on = (host: string): Sweep<Look> => {
    const sweep =
      sweeps.get(host) ??
      sweepOf(
        shareMs,
        () => now().getTime(),
        () => look(host),
      );
    sweeps.set(host, sweep);
    return sweep;
  };
  const spoil = (): void => {
    for (const sweep of sweeps.values()) sweep.spoil();
  };

  /** What is read while a write is under way is as old as before it. */
  const writing = async <T>(write: () => Promise<T>): Promise<T> => {
    spoil();
    try {
      return await write();
    } finally {
      spoil();
    }
  };

  return {
    on,

    start: async (where, { host, point, vmName, folder, reason }) => {
      const calls: readonly CmdletCall[] = [
        { id: 'host', cmdlet: 'Get-VBRServer', parameters: { Name: host }, select: ['Id', 'Name'] },
        { id: 'point', cmdlet: 'Get-VBRRestorePoint', parameters: { Id: point }, select: ['Id'] },
        {
          id: 'start',
          cmdlet: 'Start-VBRHvInstantRecovery',
          parameters: {
            RestorePoint: { $ref: 'point', where: { Id: point } },
            Server: { $ref: 'host', where: { Name: host } },
            Path: folder,
            VMName: vmName,
            PreserveVmID: true,
            PreserveMACs: true,
            PowerUp: false,
            NICsEnabled: false,
            Reason: reason,
          },
          select: [],
          mayFail: true,
        },
      ];
      const rows = await writing(() => inSession(where, `${vmName} was mounted`, calls, START_MS));
      if (rows.of('host').length === 0)
        throw mishap.configuration(`Veeam does not know the Hyper-V host ${host}.`, {
          ...where,
          fix: 'Add it to the backup infrastructure, then retry.',
        });
      if (rows.of('point').length === 0)
        throw mishap.missing(`The restore point ${point} is not there any more.`, {
          ...where,
          fix: 'Look whether retention or a person removed it; retry from the final synchronise.',
        });
      rows.orThrow('start');
    },

    migrate: async (where, mount) => {
      const rows = await writing(() =>
        inSession(
          where,
          'the mount was migrated to production',
          [
            MOUNTS,
            {
              id: 'migrate',
              cmdlet: 'Start-VBRHvInstantRecoveryMigration',
              parameters: { InstantRecovery: { $ref: 'mounts', where: { Id: mount } } },
              select: ['Id'],
              mayFail: true,
            },
          ],
          START_MS,
        ),
      );
      const error = rows.error('migrate');
      if (error && (isGone(error) || MIGRATES_ALREADY.includes(troubleOf(error)))) return null;
      const [session] = rows.orThrow('migrate');
      return session ? probe(session, ['Id']) : null;
    },

    migration: async (where, session) => {
      const rows = await inSession(where, 'the migration was read', [
        {
          id: 'session',
          cmdlet: 'Get-VBRBackupSession',
          parameters: { Id: session },
          select: ['Id', 'State', 'Result'],
        },
      ]);
      const [row] = rows.of('session');
      if (!row) return null;
      const result = text(row, 'Result') || 'None';
      return { working: !hasEnded(text(row, 'State'), result), result };
    },

    stop: async (where, mount) => {
      const stop: CmdletCall = {
        id: 'stop',
        cmdlet: 'Stop-VBRInstantRecovery',
        parameters: { InstantRecovery: { $ref: 'mounts', where: { Id: mount } }, RunAsync: true },
        select: [],
        mayFail: true,
      };
      const rows = await writing(() => inSession(where, 'the mount was taken down', [MOUNTS, stop]));
      if (!isGone(rows.error('stop'))) rows.orThrow('stop');
    },

    isFlat: async (where, host, vm) => {
      const drives: CmdletCall = {
        id: 'drives',
        cmdlet: 'Get-VMHardDiskDrive',
        parameters: { VM: { $ref: 'vms', where: { Id: vm } } },
        select: ['Path'],
      };
      const read: CmdletCall = {
        id: 'files',
        cmdlet: 'Get-VHD',
        parameters: { ComputerName: host, Path: { $ref: 'drives', property: 'Path' } },
        select: ['Path', 'ParentPath', 'VhdType'],
        mayFail: true,
      };
      const rows = await inSession(where, 'the disks of the staged VM were read', [vmsOn(host), drives, read]);
      if (isGone(rows.error('files'))) return null;
      const files = rows.orThrow('files');
      return files.every((file) => text(file, 'ParentPath') === '' && text(file, 'VhdType') !== 'Differencing');
    },
  };
};
