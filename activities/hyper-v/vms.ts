import {
  type CmdletCall,
  CmdletFailed,
  type CmdletRunner,
  type Reference,
  type RunOptions,
} from '../contracts/cmdlets.ts';
import { type Adapter, findAdapters, readAdapters } from './adapters.ts';
import { type DiskReading, findDisks, isMissing, readDisks } from './disks.ts';
import { call, list, mayFail, number, type Results, type Row, rowsOf, text, truth } from './values.ts';

export interface Service {
  readonly id: string;
  readonly enabled: boolean;
  readonly statuses: readonly string[];
}

/** One reading of a VM with all that belongs to it. */
export interface VmReading {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly generation: 1 | 2;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly memoryIsDynamic: boolean;
  readonly notes: string | null;
  /** `Nothing`, `StartIfRunning` or `Start`. */
  readonly startAction: string;
  readonly heartbeat: string;
  readonly statuses: readonly string[];
  readonly uptimeSeconds: number | null;
  readonly clustered: boolean | null;
  readonly secureBoot: boolean;
  readonly secureBootTemplate: string;
  readonly checkpoints: readonly string[];
  readonly services: readonly Service[];
  readonly adapters: readonly Adapter[];
  readonly disks: readonly DiskReading[];
}

/** What a list of all VMs tells of each. */
export interface VmLine {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly notes: string | null;
  readonly memoryAssigned: number;
}

/** The VM that `find` found in the same list. */
export const THE_VM: Reference = { $ref: 'vm' };
export const EVERY_VM: Reference = { $ref: 'every' };

const SELECT = [
  'Id',
  'Name',
  'State',
  'Generation',
  'ProcessorCount',
  'Notes',
  'AutomaticStartAction',
  'Heartbeat',
  'OperationalStatus',
  'Uptime.TotalSeconds',
  'IsClustered',
];

/** By the host's own id: names are not unique on a host. V §3.1 */
const find = (id: string): CmdletCall => call('vm', 'Get-VM', { Id: id }, SELECT);

export const findAll: CmdletCall = call('every', 'Get-VM', {}, ['Id', 'Name', 'State', 'Notes', 'MemoryAssigned']);

export const readAll = (results: Results): readonly VmLine[] =>
  rowsOf(results, 'every').map((row) => ({
    id: text(row.Id),
    name: text(row.Name),
    state: text(row.State),
    notes: text(row.Notes) || null,
    memoryAssigned: number(row.MemoryAssigned) ?? 0,
  }));

const MEBIBYTE = 1024 * 1024;

/** Generation 1 has no firmware to ask. */
const firmware = mayFail(call('firmware', 'Get-VMFirmware', { VM: THE_VM }, ['SecureBoot', 'SecureBootTemplate']));

const belongings: readonly CmdletCall[] = [
  call('memory', 'Get-VMMemory', { VM: THE_VM }, ['Startup', 'DynamicMemoryEnabled']),
  firmware,
  ...findDisks(THE_VM),
  findAdapters(THE_VM),
  call('checkpoints', 'Get-VMSnapshot', { VM: THE_VM }, ['Name']),
  call('services', 'Get-VMIntegrationService', { VM: THE_VM }, ['Id', 'Enabled', 'OperationalStatus']),
];

const readOne = (row: Row, results: Results): VmReading => {
  const silent = number(row.Generation) === 2 ? results.get('firmware')?.error : null;
  if (silent) throw new CmdletFailed(firmware, silent, results);
  const memory = rowsOf(results, 'memory')[0];
  const security = rowsOf(results, 'firmware')[0];
  return {
    id: text(row.Id),
    name: text(row.Name),
    state: text(row.State),
    generation: number(row.Generation) === 2 ? 2 : 1,
    cpus: number(row.ProcessorCount) ?? 0,
    memoryMb: Math.round((number(memory?.Startup) ?? 0) / MEBIBYTE),
    memoryIsDynamic: truth(memory?.DynamicMemoryEnabled) ?? false,
    notes: text(row.Notes) || null,
    startAction: text(row.AutomaticStartAction),
    heartbeat: text(row.Heartbeat),
    statuses: list(row.OperationalStatus).map(text),
    uptimeSeconds: number(row['Uptime.TotalSeconds']),
    clustered: truth(row.IsClustered),
    secureBoot: text(security?.SecureBoot) === 'On',
    secureBootTemplate: text(security?.SecureBootTemplate),
    checkpoints: rowsOf(results, 'checkpoints').map((checkpoint) => text(checkpoint.Name)),
    services: rowsOf(results, 'services').map((service) => ({
      id: text(service.Id),
      enabled: truth(service.Enabled) ?? false,
      statuses: list(service.OperationalStatus).map(text),
    })),
    adapters: readAdapters(results),
    disks: readDisks(results),
  };
};

/** What a removal has to know. Its disks may be gone already, so they are not opened. */
export interface Leftover {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly notes: string | null;
  readonly clustered: boolean;
  readonly checkpoints: readonly string[];
}

export interface Vms {
  /** Throws `CmdletFailed` where the host has no such VM. */
  readonly read: (id: string) => Promise<VmReading>;
  /** null where the host answers and has no such VM. */
  readonly leftover: (id: string) => Promise<Leftover | null>;
  /** Runs changes on one VM, in order, in one list; they name it as `THE_VM`. */
  readonly change: (id: string, changes: readonly CmdletCall[], options?: Partial<RunOptions>) => Promise<Results>;
}

export const vmsOf = (run: CmdletRunner): Vms => ({
  read: async (id) => {
    const results = await run([find(id), ...belongings]);
    return readOne(rowsOf(results, 'vm')[0] ?? {}, results);
  },
  leftover: async (id) => {
    try {
      const results = await run([find(id), call('checkpoints', 'Get-VMSnapshot', { VM: THE_VM }, ['Name'])]);
      const row = rowsOf(results, 'vm')[0] ?? {};
      return {
        id: text(row.Id),
        name: text(row.Name),
        state: text(row.State),
        notes: text(row.Notes) || null,
        clustered: truth(row.IsClustered) ?? false,
        checkpoints: rowsOf(results, 'checkpoints').map((checkpoint) => text(checkpoint.Name)),
      };
    } catch (thrown) {
      if (isMissing(thrown)) return null;
      throw thrown;
    }
  },
  change: (id, changes, options) => run([find(id), ...changes], options),
});

export const writeNotes = (notes: string): CmdletCall => call('notes', 'Set-VM', { VM: THE_VM, Notes: notes });
export const setStartAction = (action: string): CmdletCall =>
  call('start action', 'Set-VM', { VM: THE_VM, AutomaticStartAction: action });
export const start = (): CmdletCall => call('start', 'Start-VM', { VM: THE_VM });

/**
 * Asks the guest. Without -Force the cmdlet would ask a person where the guest cannot be asked, and our shell is not interactive, so it
 * fails instead; -Force would turn the VM off five minutes later, or at once where the guest is locked. V §3.2
 */
export const askGuest = (): CmdletCall => mayFail(call('ask', 'Stop-VM', { VM: THE_VM }));
export const turnOff = (): CmdletCall => call('turn off', 'Stop-VM', { VM: THE_VM, TurnOff: true, Force: true });

export const rename = (to: string): CmdletCall => call('rename', 'Rename-VM', { VM: THE_VM, NewName: to });
export const setCpus = (count: number): CmdletCall => call('cpus', 'Set-VMProcessor', { VM: THE_VM, Count: count });

/** Flag and bytes in one call: apart they can contradict each other for a moment. V §3.2 */
export const setMemory = (mebibytes: number): CmdletCall =>
  call('memory', 'Set-VMMemory', { VM: THE_VM, DynamicMemoryEnabled: false, StartupBytes: mebibytes * MEBIBYTE });

export const secureBootOff = (): CmdletCall =>
  call('secure boot', 'Set-VMFirmware', { VM: THE_VM, EnableSecureBoot: 'Off' });
export const secureBootOn = (template: string): CmdletCall =>
  call('secure boot', 'Set-VMFirmware', { VM: THE_VM, EnableSecureBoot: 'On', SecureBootTemplate: template });

/** Azure Migrate takes a VM of a clustered host only when it is highly available. A §5.1 */
export const addRole = (id: string): CmdletCall => call('add role', 'Add-ClusterVirtualMachineRole', { VMId: id });
/** A role in the cluster outlives its VM. */
export const removeRole = (id: string): CmdletCall =>
  call('role', 'Remove-ClusterGroup', { VMId: id, RemoveResources: true, Force: true });
/** Leaves the files of the disks. V §3.2 */
export const removeVm = (): CmdletCall => call('remove', 'Remove-VM', { VM: THE_VM, Force: true });
