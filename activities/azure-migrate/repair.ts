import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { settle } from './settle.ts';

/**
 * Removes the VM a failed failover left half made: the instance, then its Arc machine. Disks and network interfaces stay,
 * the next failover uses them again. Before the boundary there is nothing to remove. Only behind its gate. A §5.4
 */
export const repair = (room: AzureMigrate): Mover['repair'] => {
  const settled = settle(room);
  return async (order) => {
    const { items, targets, leftovers } = room;
    const found = await settled(order);
    const item = await items.get(order.item);
    if (!item || found.state !== 'failed' || found.boundary !== 'after') return found;

    if (item.target.reusesArc)
      throw mishap.refused('Arc reuse is on: the half-made VM must not be removed', {
        vm: order.vm.name,
        facts: { job: found.operation, boundary: found.boundary },
        fix: `Open a case with Microsoft with job ${found.operation ?? ''}.`,
      });
    const vm = await targets.find(item);
    if (!vm)
      return {
        ...found,
        boundary: 'before',
        successor: null,
        detail: 'the half-made VM is gone; its disks and network interfaces are kept',
      };
    if (vm.instance && ['Running', 'Starting'].includes(vm.instance.power))
      throw mishap.unsafe(`${vm.name} is ${vm.instance.power} on the target; a VM that runs is not removed`, {
        vm: order.vm.name,
        fix: 'Stop it on the target, make sure nobody has used it, then retry.',
      });

    if (vm.instance?.provisioning === 'Deleting') return notFinished(`${vm.name} is being removed`);
    if (vm.instance) {
      await leftovers.keep(vm, order.token);
      await targets.removeInstance(vm);
      return notFinished(`Azure accepted the removal of VM ${vm.name}`);
    }
    await targets.removeMachine(vm);
    return notFinished(`Azure accepted the removal of machine ${vm.name}`);
  };
};
