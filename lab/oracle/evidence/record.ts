import { createHash } from 'node:crypto';
import { numberOf, objectIn, textOf } from './json-lines.ts';

/** What a guest wrote into a block: one JSON line, a newline, the payload, zeros. */
export interface GuestRecord {
  readonly origin: string;
  /** Incarnation that wrote it. */
  readonly vm: string;
  readonly disk: number;
  readonly seq: number;
  readonly sum: string;
}

const OPENING = 0x7b;
const NEWLINE = 0x0a;
const LONGEST_LINE = 1024;

/** Reads the line only. Null when the block holds no record. */
export const recordIn = (block: Buffer): GuestRecord | null => {
  if (block[0] !== OPENING) return null;
  const end = block.subarray(0, LONGEST_LINE).indexOf(NEWLINE);
  const fields = end < 0 ? null : objectIn(block.subarray(0, end).toString('utf8'));
  const seq = fields && numberOf(fields, 'seq');
  if (!fields || seq === null) return null;
  return {
    origin: textOf(fields, 'origin') ?? '',
    vm: textOf(fields, 'vm') ?? '',
    disk: numberOf(fields, 'disk') ?? 0,
    seq,
    sum: textOf(fields, 'sum') ?? '',
  };
};

/** Whether the payload is what its line says: a kill in the middle of a write leaves one that is not. */
export const isWhole = (block: Buffer, record: GuestRecord): boolean => {
  const start = block.indexOf(NEWLINE) + 1;
  let end = block.length;
  while (end > start && block[end - 1] === 0) end -= 1;
  const payload = block.subarray(start, end);
  return createHash('sha256').update(payload).digest('hex') === record.sum;
};
