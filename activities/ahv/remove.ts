import { ApplicationFailure } from '@temporalio/common';
import { isOurs } from '../../domain/token.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Platform, RemoveOrder } from '../contracts/platform.ts';
import { listAt, textAt } from '../http/reading.ts';
import { readNic } from './nics.ts';
import type { Ahv } from './parts.ts';
import { settledPower } from './power.ts';
import type { Read } from './prism.ts';

/** Why this VM must stay, or null. */
const reasonToKeep = (order: RemoveOrder, seen: Read, at: string): string | null => {
  const { vm, alive, journey } = order;
  if (alive.some((one) => one.id === vm.id)) return 'it is the VM that lives on';
  if (settledPower(seen.data, vm, { at, vm: vm.name }) !== 'OFF') return 'it is on';
  if (listAt(seen.data, 'nics').some((nic) => readNic(nic).connected)) return 'an adapter of it is plugged in';
  if (!isOurs(textAt(seen.data, 'description'), journey))
    return 'its description does not carry the token of this journey';
  return null;
};

/** It went between our look and our request: an earlier request of ours whose answer was lost has done it. */
const isGone = async ({ vms }: Ahv, order: RemoveOrder, error: unknown): Promise<boolean> =>
  error instanceof ApplicationFailure && error.type === 'Missing' && (await vms.find(order.vm.id)) === null;

/** Deletes the VM with its disks; attached volume groups are not part of it and stay. Gone already is done. O E.10 */
export const remove =
  (ahv: Ahv): Platform['remove'] =>
  async (order) => {
    const { at, vms, change } = ahv;
    const { vm, token } = order;
    const where = { at, vm: vm.name };
    await change({
      action: 'delete',
      token,
      where,
      read: () => vms.find(vm.id),
      decide: (seen) => {
        if (!seen) return null;
        const reason = reasonToKeep(order, seen, at);
        if (reason)
          throw mishap.unsafe(`${vm.name} is not deleted: ${reason}.`, {
            ...where,
            fix: 'Look at the VM in Prism. Only a source that is off, unplugged and marked by this journey is deleted.',
          });
        return vms.remove(vm);
      },
    }).catch(async (error: unknown) => {
      if (!(await isGone(ahv, order, error))) throw error;
    });
    return { removed: true };
  };
