/** `Microsoft.HybridCompute/machines`: the Arc side of a VM. Keyed by its id in lower case. */
export interface HybridMachine {
  readonly id: string;
  readonly name: string;
  location: string;
  kind: string;
  tags: Record<string, string>;
  readonly vmId: string;
  readonly createdAt: number;
}

/** `virtualMachineInstances/default` of a machine. Keyed by the machine's id in lower case. */
export interface InstanceRecord {
  readonly machine: string;
  /** The VM of the estate. */
  readonly vmId: string;
  readonly origin: string;
  extendedLocation: string;
  provisioningState: 'Succeeded' | 'Failed' | 'InProgress' | 'Accepted' | 'Deleting' | 'Canceled';
  errorCode: string | null;
  errorMessage: string | null;
  operationId: string;
  vmSize: string;
  dynamicMemory: {
    readonly maximumMemoryMB: number;
    readonly minimumMemoryMB: number;
    readonly targetMemoryBuffer: number;
  } | null;
  nics: string[];
  osDisk: string | null;
  dataDisks: string[];
  storagePath: string | null;
  osType: 'Windows' | 'Linux';
  /** The VM config agent; what enables guest management. Off after a migration. A §3 */
  configAgent: 'off' | 'enabled' | 'failed';
  guestAgent: { readonly action: string; readonly installedAt: number; readonly connected: boolean } | null;
}

export type InstanceVerb = 'start' | 'stop' | 'restart' | 'delete' | 'update' | 'guestAgent' | 'create';

/** An operation on an instance; it has ended when `state` is no longer InProgress. */
export interface InstanceOperation {
  readonly id: string;
  readonly machine: string;
  readonly verb: InstanceVerb;
  readonly startedAt: number;
  endedAt: number | null;
  state: 'InProgress' | 'Succeeded' | 'Failed';
  error: { readonly code: string; readonly message: string } | null;
  work: { asked?: boolean; force?: boolean; off?: boolean; body?: unknown };
}
