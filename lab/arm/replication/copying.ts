import { freeBytes } from '../azure-local/storage.ts';
import type { Lab } from '../lab.ts';
import type { Copying, HealthError, ItemDisk, ItemRecord } from './records.ts';

const block = 65_536;

/** Blocks of one disk written after `since` and not copied in this pass yet, ascending. */
const pending = (lab: Lab, disk: ItemDisk, since: number, cursor: number): readonly number[] =>
  lab.estate.disks.changedSince(disk.file, since).filter((each) => each > cursor);

/** Begins a pass: closes the epoch of every disk, so that what the guest writes from now on belongs to the next pass. */
export const beginCopy = (lab: Lab, item: ItemRecord, purpose: Copying['purpose'], now: number): void => {
  const whole = purpose === 'initial' || purpose === 'resync';
  const disks = item.disks.map((disk) => ({
    since: whole ? 0 : Math.max(0, disk.epoch),
    until: lab.estate.disks.checkpoint(disk.file),
    cursor: -1,
    complete: false,
  }));
  const blocks = item.disks.reduce((sum, disk, n) => sum + pending(lab, disk, disks[n]?.since ?? 0, -1).length, 0);
  item.copying = { purpose, startedAt: now, disks, totalBytes: blocks * block, doneBytes: 0, credit: 0 };
};

/** Whether all disks of the pass are over; then their epochs are settled and the pass is forgotten. */
export const endCopy = (item: ItemRecord): boolean => {
  const pass = item.copying;
  if (!pass?.disks.every((each) => each.complete)) return false;
  for (const [n, disk] of item.disks.entries()) disk.epoch = pass.disks[n]?.until ?? disk.epoch;
  item.copying = null;
  return true;
};

/** 0 to 100, never back: what the guest writes meanwhile does not count. */
export const percent = ({ copying }: ItemRecord): number | null => {
  if (!copying) return null;
  if (copying.totalBytes === 0) return 100;
  return Math.min(100, Math.floor((copying.doneBytes / copying.totalBytes) * 100));
};

export type CopyHalt = ItemRecord['halted'];

/** Takes bytes of a container when it has them. */
export type Room = (container: string, bytes: number) => boolean;

/** Free space is measured once a tick and then counted down: measuring reads every file of a container. */
export const roomOf = (lab: Lab): Room => {
  const left = new Map<string, number>();
  return (container, bytes) => {
    const key = container.toLowerCase();
    const free = left.get(key) ?? freeBytes(lab, container);
    left.set(key, bytes > free ? free : free - bytes);
    return bytes <= free;
  };
};

/**
 * Moves up to `allowance` bytes from the staged VM's disks to the seed disks, block by block. Says what stopped it, if something did.
 */
export const copySome = (lab: Lab, item: ItemRecord, allowance: number, room: Room): CopyHalt => {
  const pass = item.copying;
  if (!pass) return null;
  pass.credit += allowance;
  const whole = pass.purpose === 'initial' || pass.purpose === 'resync';
  const limit = whole && item.stuckAt !== null ? (pass.totalBytes * item.stuckAt) / 100 : Number.POSITIVE_INFINITY;

  for (const [n, disk] of item.disks.entries()) {
    const place = pass.disks[n];
    if (!place || place.complete) continue;
    if (!lab.estate.disks.exists(disk.file)) return 'source';
    const left = pending(lab, disk, place.since, place.cursor);
    const affordable = Math.min(
      Math.floor(pass.credit / block),
      Math.max(0, Math.floor((limit - pass.doneBytes) / block)),
    );
    const blocks = left.slice(0, affordable);
    if (blocks.length > 0) {
      if (!room(disk.container, blocks.length * block)) return 'storage';
      lab.estate.disks.copyBlocks(disk.file, disk.seedFile, blocks);
      place.cursor = blocks.at(-1) ?? place.cursor;
      pass.doneBytes += blocks.length * block;
      pass.credit -= blocks.length * block;
    }
    if (blocks.length === left.length) place.complete = true;
    else return affordable < Math.floor(pass.credit / block) + blocks.length ? 'stuck' : null;
  }
  return null;
};

const fault = (code: string, summary: string, message: string, recommendation: string): HealthError => ({
  code: `HyperVToAzStackHCI${code}`,
  summary,
  message,
  causes: message,
  recommendation,
});

/** Health errors of an item whose pass has stopped. Their codes are inferred, the reasons are documented. A §5.3 */
export const haltError = (item: ItemRecord, halt: 'source' | 'storage'): HealthError =>
  halt === 'storage'
    ? fault(
        'StorageContainerFull',
        'Storage is full',
        `There is not enough space in the storage container for the disks of '${item.sourceName}'.`,
        'Expand the volume or free space.',
      )
    : fault(
        'SourceVmNotRunning',
        'Source VM is not running',
        `The virtual machine '${item.sourceName}' is turned off or was not found, so its changes are not replicated.`,
        'Turn on the virtual machine.',
      );

/** Bytes each running pass may move in `ms` of lab time: the appliance's rate is shared. */
export const share = (lab: Lab, ms: number, copies: number): number => {
  const vendorSeconds = ms / lab.estate.scaled(1000);
  return (lab.estate.scenario.azure.replicationRate * vendorSeconds) / Math.max(1, copies);
};
