import type { LabVm } from '../estate/types.ts';

/** Session states as PowerShell names them. V §1.9 */
export type SessionState =
  | 'Starting'
  | 'WaitingSlot'
  | 'WaitingRepository'
  | 'Working'
  | 'Stopping'
  | 'Postprocessing'
  | 'Stopped';

export type SessionResult = 'None' | 'Success' | 'Warning' | 'Failed';

export type TaskStatus = 'Pending' | 'InProgress' | 'Success' | 'Warning' | 'Failed';

export type BackupMode = 'IncrementalBackup' | 'ActiveFullBackup';

export type RunKind = 'full' | 'increment';

export interface Job {
  readonly id: string;
  readonly createdAt: number;
  name: string;
  description: string;
  /** The settings as they were sent; unknown keys are kept and mean nothing. */
  settings: Record<string, unknown>;
  vmIds: string[];
  repositoryId: string;
  enabled: boolean;
  lastRunId: string | null;
  /** Lab ms of the next scheduled run. */
  nextRunAt: number | null;
}

/** One disk as a task read it: `epoch` is the source's, closed when the snapshot was taken. */
export interface FrozenDisk {
  readonly source: string;
  readonly file: string;
  readonly bytes: number;
  readonly boot: boolean;
  readonly epoch: number;
}

/** The work on one VM inside a run. */
export interface RunTask {
  readonly id: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly origin: string;
  status: TaskStatus;
  kind: RunKind;
  startedAt: number | null;
  /** Lab ms when everything is read and written. */
  readyAt: number | null;
  endedAt: number | null;
  /** Percent it never gets beyond. */
  stuckAt: number | null;
  toRead: number;
  toStore: number;
  /** Bytes per second at speed 1. */
  rate: number;
  reason: string;
  pointId: string;
  disks: FrozenDisk[];
  snapshot: Snapshot | null;
  /** Why the task will fail when it gets to its end. */
  doomed: string | null;
}

/** What the VM was when its disks were frozen. */
export interface Snapshot {
  readonly at: number;
  readonly power: LabVm['power'];
  readonly firmware: LabVm['firmware'];
  readonly cpus: number;
  readonly memoryMb: number;
  readonly macs: readonly string[];
  readonly guest: LabVm['guest'];
}

export interface Run {
  readonly id: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly mode: BackupMode;
  readonly manual: boolean;
  readonly createdAt: number;
  state: SessionState;
  result: SessionResult;
  endedAt: number | null;
  /** Lab ms when its last task ended. */
  workEndedAt: number | null;
  stopRequested: boolean;
  tasks: RunTask[];
}

export interface Backup {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly repositoryId: string;
  /** Null when its job was deleted: an orphan. */
  jobId: string | null;
}

export interface Point {
  readonly id: string;
  readonly backupId: string;
  readonly runId: string;
  readonly vmId: string;
  readonly vmName: string;
  readonly origin: string;
  readonly createdAt: number;
  readonly completedAt: number;
  readonly disks: readonly FrozenDisk[];
  readonly snapshot: Snapshot;
  kind: RunKind;
  storedBytes: number;
}

export type MountState = 'created' | 'starting' | 'mounting' | 'ready' | 'migrating' | 'stopping' | 'failed';

export interface MountOptions {
  readonly vmName: string;
  readonly path: string;
  readonly powerUp: boolean;
  readonly preserveMacs: boolean;
  readonly preserveId: boolean;
  readonly clustered: boolean;
  /** Room for the whole virtual size is taken at the start. */
  readonly preallocate: boolean;
}

/** A running Instant Recovery; its session has the same id. */
export interface Mount {
  readonly id: string;
  readonly pointId: string;
  readonly origin: string;
  readonly vmId: string;
  readonly createdAt: number;
  readonly options: MountOptions;
  readonly reason: string;
  state: MountState;
  /** Lab ms of the next state; null while it waits for somebody or is stuck. */
  due: number | null;
  /** What a fault does to it. */
  flaw: 'noBoot' | 'diskFull' | 'stuckProgress' | null;
  migrationId: string | null;
  message: string;
}

/** History of a restore; outlives its mount. */
export interface RestoreSession {
  readonly id: string;
  readonly vmName: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly pointId: string;
  state: SessionState;
  result: SessionResult;
  endedAt: number | null;
  message: string;
}

/** A quick-migration session: the mount's disks are copied to the host. */
export interface Migration {
  readonly id: string;
  readonly mountId: string;
  readonly vmName: string;
  readonly createdAt: number;
  readonly bytes: number;
  readonly rate: number;
  readonly stuckAt: number | null;
  readonly doomed: string | null;
  /** Lab ms when everything is copied. */
  readonly readyAt: number;
  state: SessionState;
  result: SessionResult;
  endedAt: number | null;
}

/** After the copy Hyper-V merges the protective checkpoint; the chain is flat only then. */
export interface Merge {
  readonly mountId: string;
  readonly pointId: string;
  readonly origin: string;
  readonly vmId: string;
  readonly reason: string;
  readonly by: string;
  readonly due: number;
}

/** Settings of a Hyper-V host in the infrastructure. Without CBT its Instant Recovery driver is off. V §1.5.4 */
export interface HostSettings {
  readonly cbt: boolean;
  readonly failover: boolean;
}

/** An instance of the Universal License that a VM holds. */
export interface Workload {
  readonly vmId: string;
  readonly name: string;
  readonly origin: string;
  takenAt: number;
}

export type ThrottlingUnit = 'MbitPerSec' | 'MbytePerSec' | 'KbytePerSec';

export interface TrafficRule {
  readonly id: string;
  name: string;
  sourceIPStart: string;
  sourceIPEnd: string;
  targetIPStart: string;
  targetIPEnd: string;
  encryptionEnabled: boolean;
  throttlingEnabled: boolean;
  throttlingUnit: ThrottlingUnit;
  throttlingValue: number;
  restoreThrottlingAllowed: boolean;
}

/** What can be set on the repository; its size is the scenario's. */
export interface RepositorySettings {
  maxTasks: number | null;
  /** Bytes per second. */
  dataRate: number | null;
}
