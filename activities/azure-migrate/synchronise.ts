import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { ofItem } from './failures.ts';
import type { Item } from './items.ts';
import { stageOf } from './stage.ts';

const progressText = (item: Item): string => {
  const size = `${Math.round(item.bytes / 2 ** 30)} GB`;
  if (item.resynced !== null) return `Copying again after a break: ${item.resynced} % of ${size}`;
  if (item.copied !== null) return `First copy: ${item.copied} % of ${size}`;
  return item.stateText;
};

const troubles = (item: Item): string => item.errors.map(({ code, message }) => ` ${code}: ${message}`).join('');

const isOver = (item: Item): boolean =>
  ['enableFailed', 'copyFailed', 'failedOver', 'removing'].includes(stageOf(item));

/** Throws `NotFinished` while an item whose replication goes on is not ready to be moved. */
const goOnWaiting = (item: Item, vm: string, after: string | null): void => {
  if (isOver(item)) return;
  if (!item.allowed.includes('PlannedFailover'))
    notFinished(`${progressText(item)}.${troubles(item)}`, `${item.state} ${item.copied ?? ''} ${item.resynced ?? ''}`);
  if (item.resyncRequired)
    notFinished(`Azure wants to copy ${vm} again before it can be moved.${troubles(item)}`, item.pointAt ?? '');
  if (after !== null && item.point === after)
    notFinished(`Waiting for a recovery point later than ${item.pointAt ?? after}`, after);
};

/**
 * Waits until Azure would take a planned failover; deltas run by themselves on the policy's schedule. A later round waits
 * for another recovery point than `after`. Percent is the progress; bytes are known from the item's disks. A §1.4
 */
export const synchronise =
  ({ items }: AzureMigrate): Mover['synchronise'] =>
  async ({ item: id, vm, after }) => {
    const shared = await items.glance(id);
    if (shared) goOnWaiting(shared, vm.name, after);
    const item = await items.get(id);
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

    goOnWaiting(item, vm.name, after);
    return {
      run: null,
      point: item.point,
      // Azure tells a percentage of the capacity, never how many bytes went over the wire.
      movedBytes: null,
      totalBytes: item.bytes,
      pointAt: item.pointAt,
    };
  };
