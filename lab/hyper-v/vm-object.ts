import type { LabVm } from '../estate/types.ts';
import type { Pending } from '../estate/vms.ts';
import { type CmdletContext, typed } from '../powershell/cmdlet.ts';
import { timeSpan } from '../powershell/net-values.ts';
import { adapterObject } from './adapter-object.ts';
import { isMerging, layersOf } from './chains.ts';
import { hasRole } from './cluster.ts';
import { driveObject } from './drives.ts';
import { isEnabled } from './integration-services.ts';
import { extraOf, homeOf } from './machines.ts';

const mb = 1024 * 1024;

const states = { on: 'Running', off: 'Off', paused: 'Paused' } as const;

/** A guest that shuts down is neither running nor off. V §3.1 */
const stateOf = ({ estate }: CmdletContext, vm: LabVm): string => {
  const isLeaving = estate.table<Pending>('lab', 'pending').get(vm.id)?.stop;
  return isLeaving ? 'Stopping' : states[vm.power];
};

/** Null while the VM is off; a guest that is up says OkApplications… . V §3.1 */
const heartbeatOf = (vm: LabVm): string | null => {
  if (vm.power === 'off') return null;
  if (vm.power === 'paused') return 'Paused';
  if (!isEnabled(vm, 'heartbeat')) return 'Disabled';
  if (vm.guestUpSince === null) return 'NoContact';
  return vm.guest.os === 'windows' ? 'OkApplicationsHealthy' : 'OkApplicationsUnknown';
};

const statusOf = (isBusyMerging: boolean): Record<string, unknown> =>
  isBusyMerging
    ? {
        Status: 'Merging Disks',
        PrimaryOperationalStatus: 'InService',
        SecondaryOperationalStatus: 'MergingDisks',
        OperationalStatus: ['InService', 'MergingDisks'],
      }
    : {
        Status: 'Operating normally',
        PrimaryOperationalStatus: 'Ok',
        SecondaryOperationalStatus: null,
        OperationalStatus: ['Ok'],
      };

/** The estate knows whether it starts by itself; which of the two other members it is, only Hyper-V remembers. */
const startActionOf = (vm: LabVm): string => {
  const known = extraOf(vm)['hyperV.startAction'];
  if (!vm.autostart) return 'Nothing';
  return known === undefined || known === 'Nothing' ? 'StartIfRunning' : known;
};

const memoryOf = (vm: LabVm): Record<string, unknown> => {
  const dynamic = extraOf(vm)['hyperV.memory'];
  const isOn = vm.power !== 'off';
  return {
    MemoryAssigned: isOn ? vm.memoryMb * mb : 0,
    MemoryDemand: isOn && dynamic ? Math.round(vm.memoryMb * mb * 0.6) : 0,
    MemoryStatus: isOn && dynamic ? 'OK' : '',
    MemoryStartup: vm.memoryMb * mb,
    MemoryMinimum: (dynamic?.minimum ?? 512) * mb,
    MemoryMaximum: (dynamic?.maximum ?? 1_048_576) * mb,
    DynamicMemoryEnabled: dynamic !== undefined,
  };
};

/** A VirtualMachine as `Get-VM` gives it. V §3.1 */
export const vmObject = (ctx: CmdletContext, vm: LabVm): object => {
  const { estate } = ctx;
  const extra = extraOf(vm);
  const home = homeOf(vm);
  const parent = layersOf(ctx, vm).findLast((checkpoint) => checkpoint.mergedAt === null);
  return typed('VirtualMachine', {
    Id: vm.id,
    VMId: vm.id,
    Name: vm.name,
    VMName: vm.name,
    ComputerName: estate.scenario.hyperV.host,
    Path: home,
    ConfigurationLocation: home,
    CheckpointFileLocation: home,
    SnapshotFileLocation: home,
    Version: '10.0',
    Generation: vm.generation ?? 1,
    State: stateOf(ctx, vm),
    ...statusOf(isMerging(ctx, vm)),
    Heartbeat: heartbeatOf(vm),
    IntegrationServicesState: '',
    IntegrationServicesVersion: '0.0',
    Uptime: timeSpan(vm.power === 'off' ? 0 : estate.now() - vm.powerAt),
    CPUUsage: vm.guestUpSince === null ? 0 : 3,
    ProcessorCount: vm.cpus,
    ...memoryOf(vm),
    AutomaticStartAction: startActionOf(vm),
    AutomaticStartDelay: extra['hyperV.startDelay'] ?? 0,
    AutomaticStopAction: extra['hyperV.stopAction'] ?? 'Save',
    AutomaticCheckpointsEnabled: false,
    CheckpointType: extra['hyperV.checkpointType'] ?? 'Production',
    ParentSnapshotId: parent?.id ?? null,
    ParentSnapshotName: parent?.name ?? null,
    ParentCheckpointId: parent?.id ?? null,
    ParentCheckpointName: parent?.name ?? null,
    Notes: vm.note,
    IsClustered: hasRole(ctx, vm),
    ReplicationState: 'Disabled',
    ReplicationHealth: 'NotApplicable',
    ReplicationMode: 'None',
    NetworkAdapters: vm.nics.map((nic) => adapterObject(ctx, vm, nic)),
    HardDrives: vm.disks.map((disk, index) => driveObject(ctx, vm, disk, index)),
  });
};

/** What `-Passthru` puts out: the VMs as they are now. */
export const passed = (
  ctx: CmdletContext,
  parameters: Record<string, unknown>,
  vms: readonly LabVm[],
): readonly object[] =>
  parameters.Passthru === true
    ? vms.flatMap((vm) => ctx.estate.vms.get(vm.id) ?? []).map((vm) => vmObject(ctx, vm))
    : [];
