import { createCipheriv, createHash, randomBytes, randomInt } from 'node:crypto';
import { appendFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { dropTornLine } from '../estate/append-only.ts';
import { BLOCK, type LabDisks } from '../estate/disks.ts';
import type { LabVm } from '../estate/types.ts';
import { bootDiskOf } from './state.ts';

const FIRST_JOURNAL_BLOCK = 16;
const JOURNAL_BLOCKS = 2048;
const FIRST_DATA_BLOCK = 4096;
/** Every so many writes a data block is rewritten too. */
const DATA_EVERY = 10;
const DATA_BLOCKS = 16;
/** A smaller disk has no room for journal and data. */
export const SMALLEST_DISK = (FIRST_DATA_BLOCK + DATA_BLOCKS) * BLOCK;

interface Header {
  readonly origin: string;
  readonly vm: string;
  readonly disk: number;
  readonly seq: number;
  readonly at: string;
}

/** One JSON line with the SHA-256 of what follows, then the payload, whose last byte is never zero; the rest of the block is zeros. */
const recordOf = (header: Header, payload: Buffer): Buffer => {
  payload[payload.length - 1] = (payload.at(-1) ?? 0) | 1;
  const sum = createHash('sha256').update(payload).digest('hex');
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, sum })}\n`), payload]);
};

/** Whether a block holds a whole record, and its number. A kill in the middle of a write leaves a record whose sum is wrong. */
const seqIn = (block: Buffer): number | null => {
  const end = block.indexOf(0x0a);
  if (end < 0 || block[0] !== 0x7b) return null;
  try {
    const header = JSON.parse(block.subarray(0, end).toString('utf8')) as { seq: number; sum: string };
    let last = block.length;
    while (last > end && block[last - 1] === 0) last -= 1;
    const sum = createHash('sha256')
      .update(block.subarray(end + 1, last))
      .digest('hex');
    return sum === header.sum ? header.seq : null;
  } catch {
    return null;
  }
};

/** The highest number in the journal of a disk, 0 when it holds none. */
export const lastSeqOn = (disks: LabDisks, file: string | null): number => {
  if (file === null || !disks.exists(file)) return 0;
  let highest = 0;
  for (const block of disks.changedSince(file, 0)) {
    if (block < FIRST_JOURNAL_BLOCK || block >= FIRST_JOURNAL_BLOCK + JOURNAL_BLOCKS) continue;
    highest = Math.max(highest, seqIn(disks.head(file, block, 8192)) ?? 0);
  }
  return highest;
};

/** Fills a new disk with `bytes` of records numbered 0, the same for the same VM every time. */
export const fillDisk = (disks: LabDisks, file: string, bytes: number, header: Omit<Header, 'seq'>): void => {
  const key = createHash('sha256').update(`${header.origin}/${header.disk}`).digest().subarray(0, 16);
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const room = BLOCK - 512;
  for (let n = 0; n < Math.ceil(bytes / BLOCK); n += 1) {
    disks.write(file, FIRST_DATA_BLOCK + n, recordOf({ ...header, seq: 0 }, stream.update(Buffer.alloc(room))));
  }
};

export interface Journals {
  /** Writes and acknowledges the next record on every disk of a VM whose guest is up. */
  write(vm: LabVm, now: number): void;
  /** The number of the last record of a VM, as it runs or as its boot disk has it. */
  lastSeq(vm: LabVm): number;
  /** The next write of this VM reads its number from its boot disk again. */
  reread(vmId: string): void;
}

/**
 * The numbered journal running guests keep: record n goes to block 16 + n mod 2048 of every disk, every tenth also over a data block.
 * The boot disk comes last: the number found there is never ahead of another disk, so a write that a kill interrupted is repeated.
 */
export const openJournals = (dir: string, disks: LabDisks): Journals => {
  const acks = join(dir, 'acks');
  mkdirSync(acks, { recursive: true });
  for (const name of readdirSync(acks)) dropTornLine(join(acks, name));
  const running = new Map<string, number>();

  const lastSeq = (vm: LabVm): number => running.get(vm.id) ?? lastSeqOn(disks, bootDiskOf(vm));

  return {
    lastSeq,
    reread: (vmId) => void running.delete(vmId),
    write: (vm, now) => {
      const seq = lastSeq(vm) + 1;
      const at = new Date(now).toISOString();
      const boot = bootDiskOf(vm);
      const numbered = vm.disks.map((disk, n) => ({ file: disk.file, n }));
      const ordered = [...numbered.filter((d) => d.file !== boot), ...numbered.filter((d) => d.file === boot)];
      const lines: string[] = [];

      for (const { file, n } of ordered) {
        const header = { origin: vm.origin, vm: vm.id, disk: n, seq, at };
        const journal = FIRST_JOURNAL_BLOCK + (seq % JOURNAL_BLOCKS);
        const data = FIRST_DATA_BLOCK + ((seq / DATA_EVERY) % DATA_BLOCKS);
        for (const block of seq % DATA_EVERY === 0 ? [data, journal] : [journal]) {
          disks.write(file, block, recordOf(header, randomBytes(randomInt(1024, 4096))));
          lines.push(`${JSON.stringify({ vm: vm.id, disk: n, seq, block, at })}\n`);
        }
      }
      running.set(vm.id, seq);
      appendFileSync(join(acks, `${vm.id}.jsonl`), lines.join(''));
    },
  };
};
