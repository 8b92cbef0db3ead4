import type { JsonObject } from '../json.ts';

export type TaskState = 'Pending' | 'Started' | 'Succeeded' | 'Failed' | 'Skipped';

export interface TaskRecord {
  taskName: string;
  state: TaskState;
  startedAt: number | null;
  endedAt: number | null;
}

/** A job's own error. A §1.6 */
export interface JobError {
  readonly code: string;
  readonly message: string;
  readonly causes: string;
  readonly recommendation: string;
}

export type JobKind = 'enable' | 'initial' | 'update' | 'failover' | 'delete' | 'policy' | 'extension';

export interface JobRecord {
  name: string;
  kind: JobKind;
  state: 'Started' | 'Succeeded' | 'Failed';
  startedAt: number;
  endedAt: number | null;
  /** Name of the protected item, or of the policy or extension. */
  object: string;
  objectId: string | null;
  internalName: string;
  tasks: TaskRecord[];
  errors: (JobError & { readonly at: number })[];
  affected: Record<string, string>;
  /** The item's state forbids the action: accepted all the same, and failed by the first task. A §0.3 */
  refusedAs: JobError | null;
  work: JobWork;
}

/** What a job remembers between ticks. */
export interface JobWork {
  patch?: JsonObject;
  shutDownSource?: boolean;
  shutdownAskedAt?: number;
  finalBegun?: boolean;
  targetBegun?: boolean;
  poweredOn?: boolean;
  force?: boolean;
  /** A fault that was asked for when the job began and strikes at its task. */
  failAt?: { readonly task: string; readonly code: string; readonly message: string };
  guestRefuses?: boolean;
}

export interface ItemDisk {
  readonly instanceId: string;
  /** The disk of the staged VM that is copied. */
  file: string;
  readonly name: string;
  readonly bytes: number;
  readonly isOs: boolean;
  readonly dynamic: boolean;
  readonly format: string;
  readonly container: string;
  readonly localPath: string;
  readonly seedName: string;
  readonly testName: string;
  readonly migrateName: string;
  readonly seedFile: string;
  /** Every write of the source up to and with this epoch is on the seed disk; -1 before the first copy. */
  epoch: number;
}

export interface ItemNic {
  readonly nicId: string;
  readonly mac: string;
  network: string | null;
  testNetwork: string | null;
  selection: string;
  staticIp: boolean | null;
}

/** One pass over the disks: blocks written after `since` go to the seed, in ascending order. */
export interface Copying {
  readonly purpose: 'initial' | 'delta' | 'resync' | 'final';
  readonly startedAt: number;
  readonly disks: { readonly since: number; readonly until: number; cursor: number; complete: boolean }[];
  readonly totalBytes: number;
  doneBytes: number;
  /** Bytes the appliance may move but has not moved yet: less than one block. */
  credit: number;
}

export interface HealthError {
  readonly code: string;
  readonly summary: string;
  readonly message: string;
  readonly causes: string;
  readonly recommendation: string;
}

/** The VM a failover makes. Written before anything of it exists, so that a killed lab finds it again. */
export interface TargetVm {
  readonly vmId: string;
  readonly attempt: number;
  readonly machine: string;
  readonly files: readonly string[];
}

export interface ItemRecord {
  readonly name: string;
  readonly id: string;
  readonly vmId: string;
  readonly origin: string;
  readonly correlationId: string;
  readonly policy: string;
  readonly extension: string;
  /** `customProperties` as sent, with later updates applied. */
  input: JsonObject;
  sourceName: string;
  sourceCpus: number | null;
  sourceMemoryMb: number | null;
  osType: string | null;
  osName: string | null;
  firmware: string | null;
  /** IPv4 addresses discovery last saw, by adapter id in lower case. */
  addresses: Record<string, readonly string[]>;
  /** The inputs have become protectedDisks and protectedNics. */
  accepted: boolean;
  protectionState: string;
  provisioningState: string;
  health: HealthError | null;
  currentJob: string | null;
  lastFailedEnable: string | null;
  lastFailedFailover: string | null;
  failedOverAt: number | null;
  disks: ItemDisk[];
  nics: ItemNic[];
  copying: Copying | null;
  /** What keeps the running pass from moving, if something does. */
  halted: 'source' | 'storage' | 'stuck' | null;
  /** Progress stops for ever at this percentage. */
  stuckAt: number | null;
  resyncRequired: boolean;
  resyncDone: boolean;
  nextDeltaAt: number | null;
  point: { readonly id: string; readonly at: number } | null;
  lastUpdate: number | null;
  target: TargetVm | null;
}
