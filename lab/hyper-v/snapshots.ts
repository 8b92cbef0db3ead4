import { randomUUID } from 'node:crypto';
import type { LabVm } from '../estate/types.ts';
import { type CmdletContext, cmdlet, typed } from '../powershell/cmdlet.ts';
import { hasWildcard, like } from '../powershell/wildcards.ts';
import { chainOf, layersOf } from './chains.ts';
import { commands, notFound, operationFailed } from './errors.ts';
import { by, byId, type Checkpoint, editExtra, extraOf, meant, registered, volumeOf } from './machines.ts';
import { passed } from './vm-object.ts';
import { freeOn } from './volumes.ts';

/** Get-VMSnapshot, Checkpoint-VM, Remove-VMSnapshot. V §3.2 */

/** Bytes a second a merge moves, and the least it takes, at speed 1. */
const mergeRate = 200 * 1024 * 1024;
const shortestMerge = 5_000;

const kept = (ctx: CmdletContext, vm: LabVm): readonly Checkpoint[] =>
  layersOf(ctx, vm).filter((checkpoint) => checkpoint.mergedAt === null);

const snapshotObject = (vm: LabVm, checkpoint: Checkpoint): object =>
  typed('VMSnapshot', {
    Id: checkpoint.id,
    Name: checkpoint.name,
    VMId: vm.id,
    VMName: vm.name,
    SnapshotType: 'Standard',
    CreationTime: new Date(checkpoint.at),
    ParentSnapshotId: checkpoint.parent,
    State: 'Off',
    IsAutomaticCheckpoint: false,
  });

const getType = `${commands}.GetVMSnapshot`;
const snapshotTypes = '{Standard|Recovery|Planned|Missing|Replica|AppConsistentReplica|SyncedReplica}';

export const getVmSnapshot = cmdlet(
  {
    type: getType,
    syntax: [
      `-VMName <string[]> [-Name <string>] [-SnapshotType ${snapshotTypes}]`,
      `-VM <VirtualMachine[]> [-Name <string>] [-SnapshotType ${snapshotTypes}]`,
      '-Id <guid>',
    ],
  },
  (ctx, parameters) => {
    const { Id, Name, SnapshotType } = parameters;
    const vms =
      Id === undefined ? meant(ctx, { VM: parameters.VM, VMName: parameters.VMName }, getType) : registered(ctx);
    const found = vms.flatMap((vm) =>
      kept(ctx, vm)
        .filter(({ id, name }) => (Id ?? id) === id && (Name === undefined || like(String(Name))(name)))
        .map((checkpoint) => snapshotObject(vm, checkpoint)),
    );
    const isPlain = Id !== undefined || (Name !== undefined && !hasWildcard(String(Name)));
    if (isPlain && found.length === 0) throw notFound(`a checkpoint '${String(Id ?? Name)}'`, getType);
    return (SnapshotType ?? 'Standard') === 'Standard' ? found : [];
  },
);

const checkpointType = `${commands}.NewVMSnapshot`;

/** Each call makes another one, whatever the name. */
export const checkpointVm = cmdlet(
  {
    type: checkpointType,
    syntax: [
      '-Name|VMName <string[]> [-SnapshotName|CheckpointName <string>] [-Passthru]',
      '-VM <VirtualMachine[]> [-SnapshotName|CheckpointName <string>] [-Passthru]',
    ],
  },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, checkpointType);
    const made = vms.map((vm) => {
      if (extraOf(vm)['hyperV.checkpointType'] === 'Disabled')
        throw operationFailed(`Checkpoints have been disabled for '${vm.name}'.`, checkpointType);
      const full = vm.disks.map((disk) => volumeOf(ctx, disk.path)).find((root) => root && freeOn(ctx, root) <= 0);
      if (full)
        throw operationFailed(
          `Checkpoint operation for '${vm.name}' failed. There is not enough space on the disk '${full}'. (0x80070070)`,
          checkpointType,
        );
      const checkpoint = newCheckpoint(ctx, vm, parameters.SnapshotName);
      editExtra(ctx, vm, 'Checkpoint-VM', (extra) => {
        extra['hyperV.snapshots'] = [...layersOf(ctx, vm), checkpoint];
      });
      return snapshotObject(vm, checkpoint);
    });
    return parameters.Passthru === true ? made : [];
  },
);

const newCheckpoint = (ctx: CmdletContext, vm: LabVm, name: unknown): Checkpoint => {
  const { estate } = ctx;
  const at = estate.now();
  const bytes = vm.disks.map((disk) => [disk.id, chainOf(ctx, vm, disk).at(-1)?.bytes ?? 0] as const);
  const epochs = vm.disks.map((disk) => [disk.id, estate.disks.checkpoint(disk.file)] as const);
  return {
    id: randomUUID(),
    name: typeof name === 'string' && name !== '' ? name : `${vm.name} - (${new Date(at).toISOString()})`,
    at,
    parent: kept(ctx, vm).at(-1)?.id ?? null,
    epochs: Object.fromEntries(epochs),
    bytesBelow: Object.fromEntries(bytes),
    mergedAt: null,
  };
};

const removeType = `${commands}.RemoveVMSnapshot`;

/** Gone from the list at once; its differencing disks are merged in the background. */
export const removeVmSnapshot = cmdlet(
  {
    type: removeType,
    syntax: [
      '-VMName <string[]> [-Name <string[]>] [-IncludeAllChildSnapshots] [-Passthru]',
      '-VM <VirtualMachine[]> [-Name <string[]>] [-IncludeAllChildSnapshots] [-Passthru]',
      '-VMSnapshot|VMCheckpoint <VMSnapshot[]> [-IncludeAllChildSnapshots] [-Passthru]',
    ],
  },
  (ctx, parameters) => {
    const snapshots = (parameters.VMSnapshot ?? []) as readonly { VMId: string; Id: string }[];
    const names = parameters.Name as readonly string[] | undefined;
    const vms =
      snapshots.length > 0
        ? snapshots.map(({ VMId }) => byId(ctx, VMId, removeType))
        : meant(ctx, { VM: parameters.VM, VMName: parameters.VMName }, removeType);

    const isMeant = ({ id, name }: Checkpoint): boolean =>
      snapshots.length > 0
        ? snapshots.some((snapshot) => snapshot.Id === id)
        : names === undefined || names.some((wanted) => like(wanted)(name));

    for (const vm of vms) {
      const chosen = kept(ctx, vm).filter(isMeant);
      if (chosen.length === 0 && names?.some((name) => !hasWildcard(name)))
        throw notFound(`a checkpoint named ${names.join(', ')} of virtual machine '${vm.name}'`, removeType);
      const children = parameters.IncludeAllChildSnapshots === true ? childrenOf(kept(ctx, vm), chosen) : [];
      merge(ctx, vm, [...chosen, ...children]);
    }
    return passed(ctx, parameters, vms);
  },
);

/** One line of descent: everything taken later. */
const childrenOf = (all: readonly Checkpoint[], of: readonly Checkpoint[]): readonly Checkpoint[] => {
  const first = all.findIndex((checkpoint) => of.includes(checkpoint));
  return first < 0 ? [] : all.slice(first + 1).filter((checkpoint) => !of.includes(checkpoint));
};

const merge = (ctx: CmdletContext, vm: LabVm, checkpoints: readonly Checkpoint[]): void => {
  const { estate } = ctx;
  const layers = vm.disks.flatMap((disk) => chainOf(ctx, vm, disk).slice(1));
  const bytes = layers.reduce((sum, layer) => sum + layer.bytes, 0);
  const mergedAt = estate.now() + estate.scaled(Math.max(shortestMerge, (bytes / mergeRate) * 1000));
  estate.vms.change(vm.id, by('Remove-VMSnapshot'), (changed) => {
    const extra = extraOf(changed);
    extra['hyperV.snapshots'] = layersOf(ctx, vm).map((layer) =>
      checkpoints.some(({ id }) => id === layer.id) ? { ...layer, mergedAt } : layer,
    );
  });
};
