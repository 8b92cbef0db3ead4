import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type ChangeMap, markBlock, readChangeMap, writeChangeMap } from './change-map.ts';
import type { DiskStore, Table } from './types.ts';

export const BLOCK = 65_536;
const PAGE = 4096;
const ZEROS = Buffer.alloc(PAGE);
const OPEN_FILES = 96;

interface DiskRow {
  readonly bytes: number;
  readonly epoch: number;
}

interface OpenDisk {
  readonly blocks: number;
  readonly map: ChangeMap;
  epoch: number;
}

/** What the lab's own guests need beside the contract. */
export interface LabDisks extends DiskStore {
  /** The first `length` bytes of a block. */
  head(file: string, block: number, length: number): Buffer;
  bytesOf(file: string): number;
  close(): void;
}

/** `disks/<file>.img` and `.cbt` below `dir`, with size and epoch of each in `rows`. A map is marked before its block is written, so a kill can only overstate a change. */
export const openDisks = (dir: string, rows: Table<DiskRow>): LabDisks => {
  const folder = join(dir, 'disks');
  const attic = join(dir, 'attic');
  mkdirSync(folder, { recursive: true });
  mkdirSync(attic, { recursive: true });
  const image = (file: string): string => join(folder, `${file}.img`);
  const map = (file: string): string => join(folder, `${file}.cbt`);

  const scratch = Buffer.alloc(BLOCK);
  const opened = new Map<string, OpenDisk>();
  const handles = new Map<string, number>();

  const handle = (path: string): number => {
    const known = handles.get(path);
    if (known !== undefined) {
      handles.delete(path);
      handles.set(path, known);
      return known;
    }
    for (const [oldest, fd] of handles) {
      if (handles.size < OPEN_FILES) break;
      closeSync(fd);
      handles.delete(oldest);
    }
    const fd = openSync(path, 'r+');
    handles.set(path, fd);
    return fd;
  };

  const forget = (file: string): void => {
    opened.delete(file);
    for (const path of [image(file), map(file)]) {
      const fd = handles.get(path);
      if (fd !== undefined) closeSync(fd);
      handles.delete(path);
    }
  };

  const disk = (file: string): OpenDisk => {
    const known = opened.get(file);
    if (known) return known;
    const row = rows.get(file);
    if (!row) throw new Error(`there is no disk ${file}`);
    const found = { blocks: Math.ceil(row.bytes / BLOCK), map: readChangeMap(map(file)), epoch: row.epoch };
    opened.set(file, found);
    return found;
  };

  const inside = (file: string, block: number): OpenDisk => {
    const found = disk(file);
    if (!Number.isInteger(block) || block < 0 || block >= found.blocks)
      throw new Error(`${file} has no block ${block}`);
    return found;
  };

  const head = (file: string, block: number, length: number): Buffer => {
    const bytes = Buffer.alloc(length);
    if (inside(file, block).map.has(block)) readSync(handle(image(file)), bytes, 0, length, block * BLOCK);
    return bytes;
  };

  /** A block without its zeros at the end, so that a copy stays as sparse as its source; valid until the next call. */
  const contentOf = (file: string, block: number): Buffer => {
    if (!inside(file, block).map.has(block)) return scratch.subarray(0, 0);
    const length = readSync(handle(image(file)), scratch, 0, BLOCK, block * BLOCK);
    return trimmed(scratch.subarray(0, length));
  };

  const write = (file: string, block: number, data: Uint8Array): void => {
    if (data.byteLength > BLOCK) throw new Error(`a block holds ${BLOCK} bytes, not ${data.byteLength}`);
    const found = inside(file, block);
    const before = found.map.get(block);
    if (before !== found.epoch) {
      markBlock(handle(map(file)), block, found.epoch);
      found.map.set(block, found.epoch);
    }
    const whole = before === undefined ? data : padded(data);
    writeSync(handle(image(file)), whole, 0, whole.byteLength, block * BLOCK);
  };

  /** Makes both files under other names first: a disk exists whole or not at all. */
  const make = (file: string, bytes: number, from: string | null): void => {
    const blocks = Math.ceil(bytes / BLOCK);
    const copied = from === null ? [] : ascending(disk(from).map.keys());
    mkdirSync(dirname(image(file)), { recursive: true });
    forget(file);
    const fd = openSync(`${image(file)}.part`, 'w');
    try {
      ftruncateSync(fd, blocks * BLOCK);
      for (const block of copied) {
        const data = contentOf(from ?? '', block);
        writeSync(fd, data, 0, data.byteLength, block * BLOCK);
      }
    } finally {
      closeSync(fd);
    }
    writeChangeMap(`${map(file)}.part`, blocks, copied);
    renameSync(`${map(file)}.part`, map(file));
    renameSync(`${image(file)}.part`, image(file));
    rows.put(file, { bytes, epoch: 1 });
  };

  const legal = (file: string): void => {
    if (!/^[\w.~-]+(\/[\w.~-]+)*$/.test(file) || file.includes('..')) throw new Error(`${file} cannot name a disk`);
  };

  const toAttic = (file: string): void => {
    const kept = freeName(attic, file);
    mkdirSync(dirname(kept), { recursive: true });
    if (existsSync(map(file))) renameSync(map(file), `${kept}.cbt`);
    if (existsSync(image(file))) renameSync(image(file), `${kept}.img`);
    rows.delete(file);
  };

  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.part')) rmSync(join(folder, name));
  }
  for (const { key } of rows.list()) {
    if (!existsSync(image(key)) || !existsSync(map(key))) toAttic(key);
  }

  return {
    head,
    write,
    exists: (file) => rows.get(file) !== undefined,
    bytesOf: (file) => rows.get(file)?.bytes ?? 0,
    create: (file, bytes) => {
      legal(file);
      if (rows.get(file)) throw new Error(`disk ${file} exists`);
      make(file, bytes, null);
    },
    clone: (from, to) => {
      legal(to);
      if (from === to) throw new Error(`${from} cannot be cloned onto itself`);
      const row = rows.get(from);
      if (!row) throw new Error(`there is no disk ${from}`);
      make(to, row.bytes, from);
    },
    checkpoint: (file) => {
      const found = disk(file);
      const closed = found.epoch;
      found.epoch += 1;
      rows.put(file, { bytes: rows.get(file)?.bytes ?? 0, epoch: found.epoch });
      return closed;
    },
    changedSince: (file, epoch) => ascending([...disk(file).map].flatMap(([block, at]) => (at > epoch ? [block] : []))),
    read: (file, block) => head(file, block, BLOCK),
    copyBlocks: (from, to, blocks) => {
      const source = disk(from);
      const target = disk(to);
      for (const block of blocks) {
        if (!source.map.has(block) && !target.map.has(block)) continue;
        write(to, block, contentOf(from, block));
      }
    },
    allocatedBytes: (file) => disk(file).map.size * BLOCK,
    remove: (file) => {
      if (!rows.get(file)) return;
      forget(file);
      toAttic(file);
    },
    close: () => {
      for (const fd of handles.values()) closeSync(fd);
      handles.clear();
      opened.clear();
    },
  };
};

const ascending = (blocks: Iterable<number>): number[] => [...blocks].sort((a, b) => a - b);

const padded = (data: Uint8Array): Uint8Array => {
  if (data.byteLength === BLOCK) return data;
  const whole = new Uint8Array(BLOCK);
  whole.set(data);
  return whole;
};

/** Leaves out whole pages of zeros at the end. */
const trimmed = (data: Buffer): Buffer => {
  let end = data.byteLength;
  while (end >= PAGE && ZEROS.compare(data, end - PAGE, end) === 0) end -= PAGE;
  return data.subarray(0, end);
};

/** The same name may be removed more than once in a run; later ones get `~2`, `~3` … */
const freeName = (attic: string, file: string): string => {
  const nth = (n: number): string => join(attic, n === 1 ? file : `${file}~${n}`);
  let n = 1;
  while (existsSync(`${nth(n)}.img`)) n += 1;
  return nth(n);
};
