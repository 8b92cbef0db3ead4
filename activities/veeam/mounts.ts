import { type CmdletTrouble, troubleOf } from '../contracts/cmdlet-failures.ts';
import type { CmdletCall } from '../contracts/cmdlets.ts';
import type { Where } from './failures.ts';
import { type InSession, probe, type Row, text } from './session.ts';

/** A running Instant Recovery: a VM that is served from a restore point. V §1.5.2 */
export interface Mount {
  readonly id: string;
  readonly vmName: string;
  readonly phase: MountPhase;
  /** The product's own word. */
  readonly state: string;
  readonly percent: string;
  /** Null where this build does not show it. */
  readonly reason: string | null;
  readonly vmId: string | null;
}

/**
 * - `mounting`  being made, or in a state whose word we do not know
 * - `ready`     waits for a person: migrate or stop
 * - `moving`    being migrated to production
 * - `leaving`   being taken down
 */
export type MountPhase = 'mounting' | 'ready' | 'moving' | 'leaving' | 'failed';

/** The history of restores keeps the reason when the mount is gone. V §1.5.2 */
export interface RestoreRecord {
  readonly id: string;
  readonly working: boolean;
  readonly result: string;
  readonly reason: string | null;
  readonly createdAt: string;
}

/** A VM of the staging host as Hyper-V lists it. V §3.1 */
export interface StagedVm {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

/** Everything that can tell whether an Instant Recovery was started, read in one go. */
export interface Look {
  readonly mounts: readonly Mount[];
  readonly records: readonly RestoreRecord[];
  readonly vms: readonly StagedVm[];
}

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
  look(where: Where, host: string): Promise<Look>;
  start(where: Where, mount: StartMount): Promise<void>;
  /** Migrates to production; returns the id of that session, or null where Veeam says that it migrates already. */
  migrate(where: Where, mount: string): Promise<string | null>;
  migration(where: Where, session: string): Promise<Migration | null>;
  /** Takes the mount down: its VM and everything written in it are gone. */
  stop(where: Where, mount: string): Promise<void>;
  /** Whether every disk of the VM is a file of its own; null when the VM has no disk to be seen. */
  isFlat(where: Where, host: string, vm: string): Promise<boolean | null>;
}

const NAME = ['VmName', 'VMName', 'MachineName', 'VmDisplayName', 'Name'];
const STATE = ['State', 'Status', 'SessionState', 'MountState'];
/** A description is another text: it would look like the reason of somebody else. */
const REASON = ['Reason', 'Info.Reason'];
const PERCENT = ['Progress.Percents', 'ProgressPercent', 'Progress'];
const VM_ID = ['RestoredVmId', 'VmId', 'VMId'];

const PHASES: readonly (readonly [RegExp, MountPhase])[] = [
  [/^(WaitingForUserAction|Mounted)$/i, 'ready'],
  [/migrat/i, 'moving'],
  [/^(Dismounting|Unmounting|Stopping|Stopped)$/i, 'leaving'],
  [/^(Failed|Error)$/i, 'failed'],
];

const phaseOf = (state: string): MountPhase => PHASES.find(([pattern]) => pattern.test(state))?.[1] ?? 'mounting';

const readMount = (row: Row): Mount => {
  const state = probe(row, STATE) ?? '';
  return {
    id: text(row, 'Id'),
    vmName: probe(row, NAME) ?? '',
    phase: phaseOf(state),
    state: state || 'unknown',
    percent: probe(row, PERCENT) ?? '?',
    reason: probe(row, REASON),
    vmId: probe(row, VM_ID),
  };
};

const hasEnded = (state: string, result: string): boolean =>
  state === 'Stopped' || /^(Success|Warning|Failed)$/.test(result);

const readRecord = (row: Row): RestoreRecord => {
  const result = text(row, 'Result') || 'None';
  return {
    id: text(row, 'Id'),
    working: !hasEnded(probe(row, STATE) ?? '', result),
    result,
    reason: probe(row, REASON),
    createdAt: text(row, 'CreationTime'),
  };
};

const MOUNTS: CmdletCall = {
  id: 'mounts',
  cmdlet: 'Get-VBRInstantRecovery',
  parameters: {},
  select: ['Id', ...NAME, ...STATE, ...REASON, ...PERCENT, ...VM_ID],
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
  select: ['Id', 'Name', 'State'],
});

/** What is being migrated cannot be migrated: after a lost answer that is the answer. V §4.1 */
const MIGRATES_ALREADY: readonly CmdletTrouble[] = ['busy', 'wrongState', 'exists'];

/** It is not documented to come back before the VM is mounted, nor to have a way to be told so. V §1.5.1, §8.1 */
const START_MS = 9 * 60_000;

export const mountsOf = (inSession: InSession): Mounts => ({
  look: async (where, host) => {
    const rows = await inSession(where, 'mounts and staged VMs were read', [MOUNTS, RECORDS, vmsOn(host)]);
    return {
      mounts: rows.of('mounts').map(readMount),
      records: rows.of('records').map(readRecord),
      vms: rows.of('vms').map((row) => ({ id: text(row, 'Id'), name: text(row, 'Name'), state: text(row, 'State') })),
    };
  },

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
      },
    ];
    await inSession(where, `${vmName} was mounted`, calls, START_MS);
  },

  migrate: async (where, mount) => {
    const rows = await inSession(
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
    );
    const error = rows.error('migrate');
    if (error && MIGRATES_ALREADY.includes(troubleOf(error))) return null;
    const [session] = rows.orThrow('migrate');
    return session ? probe(session, ['Id']) : null;
  },

  migration: async (where, session) => {
    const rows = await inSession(where, 'the migration was read', [
      { id: 'session', cmdlet: 'Get-VBRBackupSession', parameters: { Id: session }, select: ['Id', 'State', 'Result'] },
    ]);
    const [row] = rows.of('session');
    if (!row) return null;
    const result = text(row, 'Result') || 'None';
    return { working: !hasEnded(text(row, 'State'), result), result };
  },

  stop: async (where, mount) => {
    await inSession(where, 'the mount was taken down', [
      MOUNTS,
      {
        id: 'stop',
        cmdlet: 'Stop-VBRInstantRecovery',
        parameters: { InstantRecovery: { $ref: 'mounts', where: { Id: mount } }, RunAsync: true },
        select: [],
      },
    ]);
  },

  isFlat: async (where, host, vm) => {
    const rows = await inSession(where, 'the disks of the staged VM were read', [
      vmsOn(host),
      {
        id: 'drives',
        cmdlet: 'Get-VMHardDiskDrive',
        parameters: { VM: { $ref: 'vms', where: { Id: vm } } },
        select: ['Path'],
      },
      {
        id: 'files',
        cmdlet: 'Get-VHD',
        parameters: { ComputerName: host, Path: { $ref: 'drives', property: 'Path' } },
        select: ['Path', 'ParentPath', 'VhdType'],
      },
    ]);
    const files = rows.of('files');
    if (files.length === 0) return null;
    return files.every((file) => text(file, 'ParentPath') === '' && text(file, 'VhdType') !== 'Differencing');
  },
});
