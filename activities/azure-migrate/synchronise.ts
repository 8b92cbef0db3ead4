import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { ofItem } from './failures.ts';
import type { Item } from './items.ts';
import { stageOf } from './stage.ts';

const progressText = (item: Item): string => {
  if (item.resynced !== null) return `Copying again after a break: ${item.resynced} %`;
  if (item.copied !== null) return `First copy: ${item.copied} %`;
  return item.stateText;
};

const troubles = (item: Item): string => item.errors.map(({ code, message }) => ` ${code}: ${message}`).join('');

/**
 * Waits until Azure would take a planned failover; deltas run by themselves on the policy's schedule. A later round waits
 * for another recovery point than `after`. Percent is the progress; bytes are known from the item's disks. A §1.4
 */
export const synchronise =
  ({ items }: AzureMigrate): Mover['synchronise'] =>
  async ({ item: id, vm, after }) => {
    const item = await items.glance(id);
    if (!item)
      throw mishap.missing(`The replication of ${vm.name} is gone`, {
        vm: vm.name,
        fix: 'Look who ended it; retry protect to begin again.',
      });
    const stage = stageOf(item);
    if (stage === 'enableFailed' || stage === 'copyFailed')
      throw ofItem(vm.name, `The first copy of ${vm.name} failed`, item);
    if (stage === 'failedOver' || stage === 'removing')
      throw mishap.refused(`${vm.name} is no longer replicating: ${item.stateText}`, {
        vm: vm.name,
        fix: 'Look at the protected item in the portal.',
      });

    if (!item.allowed.includes('PlannedFailover'))
      return notFinished(
        `${progressText(item)}.${troubles(item)}`,
        `${item.state} ${item.copied ?? ''} ${item.resynced ?? ''}`,
      );
    if (item.resyncRequired)
      return notFinished(
        `Azure wants to copy ${vm.name} again before it can be moved.${troubles(item)}`,
        item.pointAt ?? '',
      );
    if (after !== null && item.point === after)
      return notFinished(`Waiting for a recovery point later than ${item.pointAt ?? after}`, after);
    return {
      run: null,
      point: item.point,
      // Azure tells a percentage of the capacity, never how many bytes went over the wire.
      movedBytes: null,
      totalBytes: item.bytes,
      pointAt: item.pointAt,
    };
  };
