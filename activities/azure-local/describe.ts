import type { Disk, Firmware, Nic, VmDescription, VmRef } from '../../domain/vm.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Platform, PlatformOrder } from '../contracts/platform.ts';
import type { AzureLocal } from './context.ts';
import type { Instance, Machine } from './instances.ts';

export interface Found {
  readonly machine: Machine;
  readonly instance: Instance;
}

/** Machine and VM, or `Missing`: a machine without a VM under it is none. */
export const found = async ({ instances }: Pick<AzureLocal, 'instances'>, vm: VmRef): Promise<Found> => {
  const [machine, instance] = await Promise.all([instances.machine(vm.id), instances.instance(vm.id)]);
  if (machine && instance) return { machine, instance };
  throw mishap.missing(
    `${vm.name} is not on Azure Local: ${machine ? 'its Arc machine has no VM' : 'there is no such Arc machine'}`,
    {
      vm: vm.name,
      fix: 'Look who removed it before going on.',
    },
  );
};

const firmwareOf = (generation: 1 | 2 | null): Firmware => {
  if (generation === null) return 'unknown';
  return generation === 2 ? 'uefi' : 'bios';
};

/** One reading of the VM with its disks and interfaces. A network interface that is taken off is no adapter of it. */
export const description = async (
  room: AzureLocal,
  vm: VmRef,
  { machine, instance }: Found,
): Promise<VmDescription> => {
  const { belongings } = room;
  const diskIds = [...(instance.osDisk ? [instance.osDisk] : []), ...instance.dataDisks];
  const [disks, nics] = await Promise.all([
    Promise.all(diskIds.map((id) => belongings.disk(id))),
    Promise.all(instance.nics.map((id) => belongings.nic(id))),
  ]);
  const generation = instance.generation ?? disks[0]?.generation ?? null;
  return {
    ref: { id: vm.id, name: machine.name || vm.name },
    power: instance.power,
    os: instance.os,
    firmware: firmwareOf(generation),
    generation,
    secureBoot: instance.secureBoot,
    cpus: instance.cpus,
    memoryMb: instance.memoryMb,
    disks: diskIds.map((id, n): Disk => ({ id, bytes: disks[n]?.bytes ?? 0, boot: id === instance.osDisk })),
    nics: instance.nics.map((id, n): Nic => {
      const nic = nics[n];
      return {
        id,
        mac: nic?.mac ?? '',
        network: nic?.network ?? null,
        vlan: null,
        connected: true,
        addresses: nic?.addresses ?? [],
      };
    }),
    autostart: null,
    guestReachable: instance.agentConnected,
    note: machine.token,
    obstacles: [],
  };
};

export const describeVm = async (room: AzureLocal, { vm }: Pick<PlatformOrder, 'vm'>): Promise<VmDescription> =>
  description(room, vm, await found(room, vm));

export const describe =
  (room: AzureLocal): Platform['describe'] =>
  (order) =>
    describeVm(room, order);
