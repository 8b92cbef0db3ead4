import type { Ack } from '../evidence/acks.ts';
import type { Disk } from '../evidence/disks.ts';
import { objectIn, textOf } from '../evidence/json-lines.ts';
import { type GuestRecord, isWhole, recordIn } from '../evidence/record.ts';

const FIRST_DATA_BLOCK = 4096;
/** Blocks looked at to find out which disk of its predecessor a disk is a copy of. */
const PROBES = 64;

export interface Pair {
  readonly from: Disk;
  readonly to: Disk;
  /** The last acknowledged write of each block of `from` up to the stop. */
  readonly acks: ReadonlyMap<number, Ack>;
}

export interface Sides {
  readonly origin: string;
  readonly hostname: string;
  readonly from: string;
  /** Incarnations that came after `from` and may have written over a block. */
  readonly later: ReadonlySet<string>;
  /** Number of the last record the predecessor wrote before its stop. */
  readonly stopSeq: number;
}

export interface Differences {
  readonly blocks: readonly number[];
  readonly acks: readonly Ack[];
  readonly compared: number;
}

/** Blocks and acknowledged writes of a predecessor's disk that are not on its successor's. */
export const differencesOf = ({ from, to, acks }: Pair, sides: Sides): Differences => {
  const blocks = [...new Set([...from.blocks, ...acks.keys()])].sort((a, b) => a - b);
  const wrong = blocks.filter((block) => !holds(from.read(block), to.read(block), block, acks.get(block), sides));
  return {
    blocks: wrong,
    acks: wrong.flatMap((block) => acks.get(block) ?? []),
    compared: blocks.length,
  };
};

const holds = (before: Buffer, after: Buffer, block: number, ack: Ack | undefined, sides: Sides): boolean => {
  if (block === 0) return isSameGuest(before, after, sides.hostname);
  const found = recordIn(after);
  if (before.equals(after)) return ack === undefined || (found !== null && found.seq >= ack.seq);

  const written = recordIn(before);
  const wroteOn = written?.vm === sides.from && written.seq > sides.stopSeq;
  // What the block held before a rolled back predecessor wrote on is known by the acknowledged write alone.
  if (wroteOn && !ack && !found) return true;
  if (!written || !found || found.origin !== sides.origin || !isWhole(after, found)) return false;
  if (wroteOn) return found.seq >= (ack?.seq ?? 0) && (isLater(found, sides) || found.seq <= sides.stopSeq);
  return isLater(found, sides) && found.seq > Math.max(written.seq, ack?.seq ?? 0);
};

const isLater = (record: GuestRecord, { later }: Sides): boolean => later.has(record.vm);

/** Block 0 of a boot disk is the guest itself, which every boot rewrites: only who it is must stay. */
const isSameGuest = (before: Buffer, after: Buffer, hostname: string): boolean => {
  if (before.equals(after)) return true;
  const guest = objectIn(after.toString('utf8').replace(/\0+$/, ''));
  return guest !== null && textOf(guest, 'hostname') === hostname;
};

/**
 * For each disk of a predecessor its copy among the successor's: the one that holds records written to that disk, by the predecessor or
 * at the beginning. A successor may list its disks in another order; a disk that tells nothing is taken by its place.
 */
export const pairsOf = (
  from: readonly Disk[],
  to: readonly Disk[],
  predecessor: string,
): readonly (readonly [Disk, Disk | null])[] => {
  const filled = from.map((disk) => recordOn(disk, isFill)?.disk);
  const places = to.map((disk, n) => {
    const written = recordOn(disk, (record) => record.vm === predecessor && record.seq > 0);
    if (written) return written.disk;
    const fill = recordOn(disk, isFill)?.disk;
    const place = fill === undefined ? -1 : filled.indexOf(fill);
    return place < 0 ? n : place;
  });
  return from.map((disk, n) => [disk, to[places.indexOf(n)] ?? null] as const);
};

const isFill = (record: GuestRecord): boolean => record.seq === 0;

const recordOn = (disk: Disk, fits: (record: GuestRecord) => boolean): GuestRecord | null => {
  const journal = disk.blocks.filter((block) => block > 0 && block < FIRST_DATA_BLOCK).slice(0, PROBES);
  const data = disk.blocks.filter((block) => block >= FIRST_DATA_BLOCK).slice(0, PROBES);
  for (const block of [...journal, ...data]) {
    const record = recordIn(disk.read(block));
    if (record && fits(record)) return record;
  }
  return null;
};
