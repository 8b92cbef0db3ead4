import type { LabVm } from '../../estate/types.ts';
import { newGuid } from '../guid.ts';
import { numberAt } from '../json.ts';
import { type Lab, together } from '../lab.ts';
import { diskInstanceId } from '../off-azure/machine.ts';
import { beginCopy, copySome, endCopy, haltError, type Room, roomOf, share } from './copying.ts';
import { affectedBy, startJob } from './jobs.ts';
import type { Copying, ItemRecord } from './records.ts';
import { policyNamed } from './settings.ts';

/** States in which the source is primary and its changes are sent at the policy's interval. */
const replicating = ['Protected', 'PlannedFailoverFailed', 'PlannedFailoverCompletionFailed'];

/** Moves bytes of every running pass and begins the passes that are due. Called on every tick with the lab time since the last. */
export const replicate = (lab: Lab, now: number, since: number): void => {
  const names = lab.tables.items.list();
  const room = roomOf(lab);
  const copies = names.filter(({ value }) => value.copying !== null && value.halted !== 'stuck').length;
  for (const { key, value } of names) {
    if (value.copying) together(lab, () => move(lab, key, share(lab, since, copies), room, now));
    else if (isDue(value, now)) together(lab, () => beginDelta(lab, value, now));
  }
};

const isDue = (item: ItemRecord, now: number): boolean =>
  item.currentJob === null &&
  item.nextDeltaAt !== null &&
  now >= item.nextDeltaAt &&
  replicating.includes(item.protectionState);

const save = (lab: Lab, item: ItemRecord): void => lab.tables.items.put(item.name.toLowerCase(), item);

const runs = (vm: LabVm | undefined): boolean => vm?.power === 'on' && vm.platform === 'hyper-v';

const move = (lab: Lab, key: string, allowance: number, room: Room, now: number): void => {
  const item = lab.tables.items.get(key);
  if (!item?.copying) return;
  const pass = item.copying;
  const before = item.halted;
  const mayRead = pass.purpose === 'final' || runs(lab.estate.vms.get(item.vmId));
  item.halted = mayRead ? copySome(lab, item, allowance, room) : 'source';
  if (item.halted !== null) pass.credit = 0;
  item.health = item.halted === 'source' || item.halted === 'storage' ? haltError(item, item.halted) : null;
  if (endCopy(item)) finished(lab, item, pass, now);
  if (item.halted === null || item.halted !== before) save(lab, item);
};

/** Vendor milliseconds between two recovery points. */
const interval = (lab: Lab, item: ItemRecord): number =>
  (numberAt(policyNamed(lab, item.policy)?.properties, 'customProperties', 'crashConsistentFrequencyInMinutes') ?? 60) *
  60_000;

const finished = (lab: Lab, item: ItemRecord, pass: Copying, now: number): void => {
  item.lastUpdate = now;
  if (pass.purpose === 'final') return;
  if (pass.purpose === 'initial') {
    item.protectionState = 'InitialReplicationCompletedOnPrimary';
    const affected = affectedBy(lab, item);
    item.currentJob = startJob(lab, {
      kind: 'initial',
      object: item.name,
      objectId: null,
      internalName: item.sourceName,
      affected,
    }).name;
    return;
  }
  item.point = { id: newGuid(), at: pass.startedAt };
  item.nextDeltaAt = pass.startedAt + lab.estate.scaled(interval(lab, item));
  if (pass.purpose === 'resync') {
    item.resyncRequired = false;
    item.resyncDone = true;
  }
};

/** A disk that was replaced under the replication, as a storage migration does, has to be copied anew. */
const followDisks = (item: ItemRecord, vm: LabVm): boolean => {
  let moved = false;
  for (const disk of item.disks) {
    const now = vm.disks.find((each) => diskInstanceId(vm, each).toLowerCase() === disk.instanceId.toLowerCase());
    if (!now || now.file === disk.file) continue;
    disk.file = now.file;
    moved = true;
  }
  return moved;
};

const beginDelta = (lab: Lab, item: ItemRecord, now: number): void => {
  const vm = lab.estate.vms.get(item.vmId);
  if (!vm || !runs(vm)) {
    if (item.health === null) save(lab, { ...item, health: haltError(item, 'source') });
    return;
  }
  item.health = null;
  const fault = lab.estate.faults.at('arm.replication', item.vmId);
  if (fault?.kind === 'diskFull') {
    item.health = haltError(item, 'storage');
    item.nextDeltaAt = now + lab.estate.scaled(interval(lab, item));
    save(lab, item);
    return;
  }
  if (fault?.kind === 'stuckProgress') item.stuckAt = Number(fault.detail.percent ?? 25);
  item.resyncRequired = followDisks(item, vm) || fault?.kind === 'lostCbt' || fault?.kind === 'stuckProgress';
  beginCopy(lab, item, item.resyncRequired ? 'resync' : 'delta', now);
  save(lab, item);
};

/** The first recovery point comes one interval after initial replication: until then the item shows none. */
export const firstDeltaAt = (lab: Lab, item: ItemRecord, now: number): number =>
  now + lab.estate.scaled(interval(lab, item));
