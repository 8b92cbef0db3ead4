import { join } from 'node:path';
import { numberOf, readLines, textOf } from './json-lines.ts';

/** A write a guest was told is safe. `disk` is its place in the VM's list of disks. */
export interface Ack {
  readonly disk: number;
  readonly seq: number;
  readonly block: number;
  readonly time: number;
}

/** Writes acknowledged to an incarnation, oldest first; none when it never wrote. */
export const readAcks = (dir: string, vm: string): readonly Ack[] =>
  (readLines(join(dir, 'acks', `${vm}.jsonl`))?.rows ?? []).map((fields) => ({
    disk: numberOf(fields, 'disk') ?? 0,
    seq: numberOf(fields, 'seq') ?? 0,
    block: numberOf(fields, 'block') ?? 0,
    time: Date.parse(textOf(fields, 'at') ?? ''),
  }));
