import { probe, type Row, text } from './session.ts';

/** A running Instant Recovery: a VM that is served from a restore point. V §1.5.2 */
export interface Mount {
  readonly id: string;
  /** Its restore session: `Get-VBRInstantRecovery -Id` takes ids of sessions, the server's REST tells the two apart. V §1.5.2, §2.5.1 */
  readonly session: string;
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
  /** Hyper-V merges its disks: it is not flat yet. */
  readonly merging: boolean;
}

/** Everything that can tell whether an Instant Recovery was started, read in one go. */
export interface Look {
  readonly mounts: readonly Mount[];
  readonly records: readonly RestoreRecord[];
  readonly vms: readonly StagedVm[];
}

/**
 * The object has no documented properties; these names and words were seen in the field or belong to the same thing in the
 * server's REST, and what is not there is null. Inferred: `RestoredVmId`, `VmId`, and every word for a state but
 * `WaitingForUserAction`. V §1.5.2, §2.5.1
 */
export const NAME = ['VmName', 'VMName', 'MachineName', 'VmDisplayName', 'Name'];
export const STATE = ['State', 'Status', 'SessionState', 'MountState'];
/** A description is another text: it would look like the reason of somebody else. */
export const REASON = ['Reason', 'Info.Reason'];
export const PERCENT = ['Progress.Percents', 'ProgressPercent', 'Progress'];
export const VM_ID = ['RestoredVmId', 'VmId', 'VMId'];
export const SESSION = ['SessionId', 'Id'];

const PHASES: readonly (readonly [RegExp, MountPhase])[] = [
  [/^(WaitingForUserAction|Mounted)$/i, 'ready'],
  [/migrat/i, 'moving'],
  [/^(Dismounting|Unmounting|Stopping|Stopped)$/i, 'leaving'],
  [/^(Failed|Error)$/i, 'failed'],
];

const phaseOf = (state: string): MountPhase => PHASES.find(([pattern]) => pattern.test(state))?.[1] ?? 'mounting';

export const readMount = (row: Row): Mount => {
  const state = probe(row, STATE) ?? '';
  return {
    id: text(row, 'Id'),
    session: probe(row, SESSION) ?? '',
    vmName: probe(row, NAME) ?? '',
    phase: phaseOf(state),
    state: state || 'unknown',
    percent: probe(row, PERCENT) ?? '?',
    reason: probe(row, REASON),
    vmId: probe(row, VM_ID),
  };
};

export const hasEnded = (state: string, result: string): boolean =>
  state === 'Stopped' || /^(Success|Warning|Failed)$/.test(result);

export const readRecord = (row: Row): RestoreRecord => {
  const result = text(row, 'Result') || 'None';
  return {
    id: text(row, 'Id'),
    working: !hasEnded(probe(row, STATE) ?? '', result),
    result,
    reason: probe(row, REASON),
    createdAt: text(row, 'CreationTime'),
  };
};
