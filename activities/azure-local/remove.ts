import { isOurs } from '../../domain/token.ts';
import type { VmRef } from '../../domain/vm.ts';
import { sameId } from '../arm/ids.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform, RemoveOrder } from '../contracts/platform.ts';
import type { Kind } from './belongings.ts';
import type { AzureLocal } from './context.ts';
import type { Instance, Machine } from './instances.ts';

const disksOf = (instance: Instance): readonly string[] => [
  ...(instance.osDisk ? [instance.osDisk] : []),
  ...instance.dataDisks,
];

const refuseStranger = (machine: Machine, { vm, journey }: RemoveOrder): void => {
  if (isOurs(machine.token, journey)) return;
  throw mishap.unsafe(
    `${vm.name} does not carry the token of this migration${machine.token ? ` but ${machine.token}` : ''}; it is not removed`,
    {
      vm: vm.name,
      fix: 'Remove it by hand if it really shall go.',
    },
  );
};

/** A VM that lives on is never touched, nor a disk it has. A reference that is no ARM id lives on another platform. */
const refuseAlive = async (
  { instances }: AzureLocal,
  vm: VmRef,
  mine: Instance | null,
  alive: readonly VmRef[],
): Promise<void> => {
  if (alive.some(({ id }) => sameId(id, vm.id)))
    throw mishap.unsafe(`${vm.name} lives on; it is not removed`, { vm: vm.name, fix: 'Report this.' });
  if (!mine) return;
  for (const other of alive.filter(({ id }) => /^\/+subscriptions\//i.test(id))) {
    const theirs = await instances.instance(other.id);
    const common = theirs && disksOf(theirs).find((disk) => disksOf(mine).some((own) => sameId(own, disk)));
    if (common)
      throw mishap.unsafe(`${vm.name} shares ${common} with ${other.name}, which lives on; it is not removed`, {
        vm: vm.name,
        fix: 'Report this.',
      });
  }
};

/** What was marked as this VM's and is on it no more. Gone when the list is empty. */
const removeMarked = async ({ belongings }: AzureLocal, vm: VmRef, kind: Kind): Promise<void> => {
  const left = await belongings.marked(kind, vm.id);
  if (left.length === 0) return;
  for (const id of left) await belongings.remove(id);
  if ((await belongings.marked(kind, vm.id)).length > 0)
    return notFinished(`${left.length} ${kind} of ${vm.name} are being removed`);
};

/**
 * Removes a VM of this journey that is off: the VM, its interfaces and disks, and its Arc machine last, since that carries the token.
 * Disks and interfaces are marked first, for once the VM is gone nothing else tells whose they were. Gone already is done.
 */
export const remove =
  (room: AzureLocal): Platform['remove'] =>
  async (order) => {
    const { instances, belongings } = room;
    const { vm, alive } = order;
    const machine = await instances.machine(vm.id);
    if (!machine) return { removed: true };
    const instance = await instances.instance(vm.id);
    refuseStranger(machine, order);
    await refuseAlive(room, vm, instance, alive);

    if (instance) {
      if (instance.provisioning.toLowerCase() === 'deleting') return notFinished(`${vm.name} is being removed`);
      if (instance.power !== 'off')
        throw mishap.unsafe(`${vm.name} is ${instance.powerState}; a VM that is not off is not removed`, {
          vm: vm.name,
          fix: 'Shut it down, then retry.',
        });
      const disks = await Promise.all(disksOf(instance).map((id) => belongings.disk(id)));
      const nics = await Promise.all(instance.nics.map((id) => belongings.nic(id)));
      await belongings.mark(
        vm.id,
        disks.filter((disk) => disk !== null),
      );
      await belongings.mark(
        vm.id,
        nics.filter((nic) => nic !== null),
      );
      await instances.removeInstance(vm.id);
      if (await instances.instance(vm.id)) return notFinished(`Azure accepted the removal of ${vm.name}`);
    }
    await removeMarked(room, vm, 'networkInterfaces');
    await removeMarked(room, vm, 'virtualHardDisks');
    await instances.removeMachine(vm.id);
    if (await instances.machine(vm.id)) return notFinished(`The Arc machine of ${vm.name} is being removed`);
    return { removed: true };
  };
