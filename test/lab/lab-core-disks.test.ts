import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, labBench } from '../support/lab-bench.ts';

const GIB = 2 ** 30;

let lab: Bench;
beforeEach(() => {
  lab = labBench();
});
afterEach(() => lab.clear());

const bytes = (text: string): Buffer => Buffer.from(text);
const textOf = (file: string, block: number): string =>
  Buffer.from(lab.estate.disks.read(file, block)).toString('utf8').replace(/\0+$/, '');

test('blocks written after a checkpoint are the changed ones', () => {
  const { disks } = lab.estate;
  disks.create('d', GIB);
  disks.write('d', 7, bytes('seven'));
  const epoch = disks.checkpoint('d');
  disks.write('d', 900, bytes('later'));
  disks.write('d', 3, bytes('later'));
  expect(disks.changedSince('d', epoch)).toEqual([3, 900]);
  expect(disks.changedSince('d', 0)).toEqual([3, 7, 900]);
});

test('a clone holds what was written and does not follow its source', () => {
  const { disks } = lab.estate;
  disks.create('d', GIB);
  disks.write('d', 5, bytes('before'));
  disks.clone('d', 'frozen');
  disks.write('d', 5, bytes('after'));
  expect(textOf('frozen', 5)).toBe('before');
  expect(disks.changedSince('frozen', 0)).toEqual([5]);
  expect(disks.bytesOf('frozen')).toBe(GIB);
});

test('an increment copies its blocks and nothing else', () => {
  const { disks } = lab.estate;
  disks.create('d', GIB);
  disks.write('d', 1, bytes('one'));
  disks.clone('d', 'point');
  const epoch = disks.checkpoint('d');
  disks.write('d', 1, bytes('changed'));
  disks.write('d', 2, bytes('new'));
  disks.copyBlocks('d', 'point', [2]);
  expect([textOf('point', 1), textOf('point', 2)]).toEqual(['one', 'new']);
  disks.copyBlocks('d', 'point', disks.changedSince('d', epoch));
  expect(textOf('point', 1)).toBe('changed');
});

test('a shorter write leaves nothing of the longer one before it', () => {
  const { disks } = lab.estate;
  disks.create('d', GIB);
  disks.write('d', 1, Buffer.alloc(65_536, 'x'));
  disks.write('d', 1, bytes('short'));
  expect(textOf('d', 1)).toBe('short');
});

test('epochs and changes are still known after the lab was opened again', () => {
  lab.estate.disks.create('d', GIB);
  lab.estate.disks.write('d', 4, bytes('first'));
  const epoch = lab.estate.disks.checkpoint('d');
  lab.reopen();
  lab.estate.disks.write('d', 5, bytes('second'));
  expect(lab.estate.disks.changedSince('d', epoch)).toEqual([5]);
});

test('an 80 GiB disk with 8 MiB of data clones in less than 50 ms', () => {
  const { disks } = lab.estate;
  disks.create('big', 80 * GIB);
  for (let n = 0; n < 128; n += 1) disks.write('big', n * 1000, Buffer.alloc(65_536, n + 1));
  lab.reopen();
  const times = ['a', 'b', 'c'].map((name) => {
    const start = performance.now();
    lab.estate.disks.clone('big', name);
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(50);
  expect(lab.estate.disks.allocatedBytes('c')).toBe(8 * 2 ** 20);
  expect(statSync(join(lab.dir, 'disks', 'c.img')).blocks * 512).toBeLessThan(9 * 2 ** 20);
});

test('a removed disk goes to the attic, under another name when it is there already', () => {
  const { disks } = lab.estate;
  for (const _ of [1, 2]) {
    disks.create('d', GIB);
    disks.remove('d');
  }
  expect(disks.exists('d')).toBe(false);
  expect(existsSync(join(lab.dir, 'attic', 'd.img'))).toBe(true);
  expect(existsSync(join(lab.dir, 'attic', 'd~2.img'))).toBe(true);
});

test('a file name that leaves the disk folder is refused', () => {
  expect(() => lab.estate.disks.create('../d', GIB)).toThrow('cannot name a disk');
});
