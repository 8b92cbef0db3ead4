import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';

/** Block → epoch of its last write; blocks never written are absent. The file holds one little-endian uint32 per block. */
export type ChangeMap = Map<number, number>;

export const readChangeMap = (path: string): ChangeMap => {
  const bytes = readFileSync(path);
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  const found: ChangeMap = new Map();
  for (let block = 0; block < words.length; block += 1) {
    const epoch = words[block] ?? 0;
    if (epoch !== 0) found.set(block, epoch);
  }
  return found;
};

/** Writes a new, sparse map file in which all `blocks` carry epoch 1. */
export const writeChangeMap = (path: string, size: number, blocks: readonly number[]): void => {
  const fd = openSync(path, 'w');
  try {
    ftruncateSync(fd, size * 4);
    for (const [first, count] of runsOf(blocks)) {
      writeSync(fd, Buffer.from(new Uint32Array(count).fill(1).buffer), 0, count * 4, first * 4);
    }
  } finally {
    closeSync(fd);
  }
};

export const markBlock = (fd: number, block: number, epoch: number): void => {
  const word = Buffer.alloc(4);
  word.writeUInt32LE(epoch);
  writeSync(fd, word, 0, 4, block * 4);
};

/** Ascending block numbers as [first, count]. */
const runsOf = (blocks: readonly number[]): readonly (readonly [number, number])[] => {
  const runs: [number, number][] = [];
  for (const block of blocks) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === block) last[1] += 1;
    else runs.push([block, 1]);
  }
  return runs;
};
