import { isResponsive } from './appliances.ts';
import { failed, type Look, type Outcome, type Plan, takes } from './engine.ts';
import { nicsOf } from './inputs.ts';
import { firstDeltaAt } from './replicating.ts';

const isAlive = ({ lab, job }: Look): boolean => job.work.force === true || isResponsive(lab, lab.names.targetAgent);

const prerequisites = (look: Look): Outcome => {
  look.item.protectionState = 'DisablingProtection';
  look.item.provisioningState = 'Deleting';
  look.item.copying = null;
  if (takes(12_000, look) === 'waiting') return 'waiting';
  return isAlive(look)
    ? 'done'
    : failed(
        '1000040',
        'The target appliance is not responding.',
        'The appliance is turned off or cannot reach the service.',
      );
};

const erase = (look: Look): Outcome => {
  look.item.protectionState = 'MarkedForDeletion';
  return takes(270_000, look);
};

/** Takes the seed disks away; the migrated VM and its disks stay. A forced delete reaches no appliance, so it cleans nothing. A §1.3i */
const ended = (look: Look, failedTask: string | null): void => {
  const { lab, item } = look;
  if (failedTask !== null) {
    Object.assign(item, { protectionState: 'DisablingFailed', provisioningState: 'Failed' });
    lab.tables.items.put(item.name.toLowerCase(), item);
    return;
  }
  if (look.job.work.force !== true || isResponsive(lab, lab.names.targetAgent)) removeSeeds(look);
  lab.tables.items.delete(item.name.toLowerCase());
  lab.estate.log('item.removed', { item: item.name, origin: item.origin, vm: item.vmId });
};

const removeSeeds = ({ lab, item }: Look): void => {
  const files = new Set(item.disks.map((disk) => disk.seedFile));
  for (const file of files) if (lab.estate.disks.exists(file)) lab.estate.disks.remove(file);
  for (const { key, value } of lab.tables.resources.list()) {
    if (value.hidden.file !== undefined && files.has(value.hidden.file)) lab.tables.resources.delete(key);
  }
};

export const disabling: Plan = { steps: [prerequisites, erase], ended };

const updatable = [
  'targetCpuCores',
  'isDynamicRam',
  'dynamicMemoryConfig',
  'targetMemoryInMegaBytes',
  'osType',
  'nicsToInclude',
];

const update = (look: Look): Outcome => {
  look.item.provisioningState = 'Updating';
  return takes(30_000, look);
};

/** Only these may change; disks and the target's name are ignored. A §1.3f */
const updated = ({ lab, job, item }: Look, failedTask: string | null): void => {
  item.provisioningState = 'Succeeded';
  if (failedTask === null) {
    const changes = Object.entries(job.work.patch ?? {}).filter(([key]) => updatable.includes(key));
    item.input = { ...item.input, ...Object.fromEntries(changes) };
    const vm = lab.estate.vms.get(item.vmId);
    if (vm && job.work.patch?.nicsToInclude !== undefined) item.nics = nicsOf(item, vm);
  }
  lab.tables.items.put(item.name.toLowerCase(), item);
};

export const updating: Plan = { steps: [update], ended: updated };

const complete = (look: Look): Outcome => {
  look.item.protectionState = 'InitialReplicationCompletedOnRecovery';
  return takes(30_000, look);
};

const completed = ({ lab, item, now }: Look): void => {
  item.protectionState = 'Protected';
  item.provisioningState = 'Succeeded';
  item.nextDeltaAt = firstDeltaAt(lab, item, now);
  lab.tables.items.put(item.name.toLowerCase(), item);
  lab.estate.log('item.protected', { item: item.name, origin: item.origin, vm: item.vmId });
};

export const completing: Plan = { steps: [complete], ended: completed };
