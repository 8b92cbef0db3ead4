import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';

export const BLOCK = 65_536;
/** Blocks read at once when they follow each other. */
const WINDOW = 16;

export interface Disk {
  readonly file: string;
  /** Blocks that were ever written, ascending. */
  readonly blocks: readonly number[];
  /** 64 KiB, zeros where nothing was ever written; valid until the next read of this disk. */
  read(block: number): Buffer;
  close(): void;
}

export interface Shelf {
  placeOf(file: string): 'disks' | 'attic' | null;
  /** Null when neither folder has it. */
  open(file: string): Disk | null;
}

/** The disk files of a run, those that were removed included. */
export const shelfIn = (dir: string): Shelf => {
  const inside = (folder: string, file: string): string => join(dir, folder, file);

  /** A name that was removed more than once: the last one counts. */
  const inAttic = (file: string): string | null => {
    if (!existsSync(`${inside('attic', file)}.img`)) return null;
    let n = 2;
    while (existsSync(`${inside('attic', file)}~${n}.img`)) n += 1;
    return n === 2 ? inside('attic', file) : `${inside('attic', file)}~${n - 1}`;
  };

  const placeOf = (file: string): 'disks' | 'attic' | null => {
    if (existsSync(`${inside('disks', file)}.img`)) return 'disks';
    return inAttic(file) === null ? null : 'attic';
  };

  return {
    placeOf,
    open: (file) => {
      const path = placeOf(file) === 'disks' ? inside('disks', file) : inAttic(file);
      return path !== null && existsSync(`${path}.cbt`) ? diskAt(file, path) : null;
    },
  };
};

const diskAt = (file: string, path: string): Disk => {
  const blocks = writtenBlocks(`${path}.cbt`);
  const written = new Set(blocks);
  const fd = openSync(`${path}.img`, 'r');
  const window = Buffer.alloc(WINDOW * BLOCK);
  const zeros = Buffer.alloc(BLOCK);
  let first = -1;
  let count = 0;

  const load = (block: number): void => {
    first = block;
    count = 1;
    while (count < WINDOW && written.has(block + count)) count += 1;
    const length = readSync(fd, window, 0, count * BLOCK, block * BLOCK);
    window.fill(0, length, count * BLOCK);
  };

  return {
    file,
    blocks,
    read: (block) => {
      if (!written.has(block)) return zeros;
      if (block < first || block >= first + count) load(block);
      return window.subarray((block - first) * BLOCK, (block - first + 1) * BLOCK);
    },
    close: () => closeSync(fd),
  };
};

/** One little-endian uint32 per block: the epoch of its last write, 0 for never. */
const writtenBlocks = (path: string): readonly number[] => {
  const bytes = readFileSync(path);
  const epochs = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  const found: number[] = [];
  for (let block = 0; block < epochs.length; block += 1) if (epochs[block] !== 0) found.push(block);
  return found;
};
