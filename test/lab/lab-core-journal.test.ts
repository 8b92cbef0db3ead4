import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bench, labBench } from '../support/lab-bench.ts';

interface Ack {
  readonly vm: string;
  readonly disk: number;
  readonly seq: number;
  readonly block: number;
}

let lab: Bench;
beforeEach(() => {
  lab = labBench();
});
afterEach(() => lab.clear());

const acksOf = (id: string): readonly Ack[] =>
  readFileSync(join(lab.dir, 'acks', `${id}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Ack);

const recordAt = (file: string, block: number): { header: Record<string, unknown>; isWhole: boolean } => {
  const bytes = Buffer.from(lab.estate.disks.read(file, block));
  const end = bytes.indexOf(10);
  const header = JSON.parse(bytes.subarray(0, end).toString('utf8')) as Record<string, unknown>;
  const payload = bytes
    .subarray(end + 1)
    .toString('latin1')
    .replace(/\0+$/, '');
  const sum = createHash('sha256').update(Buffer.from(payload, 'latin1')).digest('hex');
  return { header, isWhole: sum === header.sum };
};

test('a running guest writes a whole record to each disk and acknowledges it', () => {
  for (let n = 0; n < 12; n += 1) lab.pass(200);
  const { id, disks } = lab.vm();
  const acks = acksOf(id);
  for (const { disk, seq, block } of acks) {
    const { header, isWhole } = recordAt(disks[disk]?.file ?? '', block);
    expect(header).toMatchObject({ origin: id, vm: id, disk, seq });
    expect(isWhole).toBe(true);
  }
  expect(Math.max(...acks.map((a) => a.seq))).toBe(13);
  expect(acks.filter((a) => a.block >= 4096).map((a) => a.seq)).toEqual([10, 10]);
});

test('the data a disk begins with are records with the number 0', () => {
  const { disks } = lab.vm();
  const { header, isWhole } = recordAt(disks[1]?.file ?? '', 4096 + 3);
  expect([header.seq, header.disk, isWhole]).toEqual([0, 1, true]);
});

test('a VM that is off writes nothing', () => {
  lab.estate.vms.powerOff(lab.vm().id, 'test');
  const before = acksOf(lab.vm().id).length;
  lab.pass(5000);
  expect(acksOf(lab.vm().id).length).toBe(before);
});

test('a successor goes on with the number it finds on its own boot disk', () => {
  for (let n = 0; n < 5; n += 1) lab.pass(200);
  lab.estate.vms.powerOff(lab.vm().id, 'test');
  const last = lab.events('vm.power').at(-1)?.lastSeq;
  const { id } = lab.successor();
  lab.estate.vms.powerOn(id, 'test');
  lab.pass(60_000);
  expect(acksOf(id)[0]?.seq).toBe(Number(last) + 1);
  expect(recordAt('staged-1-0', 16 + Number(last) + 1).header).toMatchObject({ vm: id, origin: lab.vm().id });
});

test('a successor of an older copy repeats numbers its predecessor went on to use', () => {
  lab.pass(200);
  const { id } = lab.successor();
  for (let n = 0; n < 5; n += 1) lab.pass(200);
  lab.estate.vms.powerOn(id, 'test');
  lab.pass(60_000);
  expect(acksOf(id)[0]?.seq).toBe(3);
});

test('a record torn by a kill is written again', () => {
  lab.pass(200);
  const { id, disks } = lab.vm();
  lab.estate.disks.write(disks[0]?.file ?? '', 16 + 3, Buffer.from(`{"seq":3,"sum":"of another payload"}\nhalf`));
  lab.reopen();
  expect(acksOf(id).at(-1)).toMatchObject({ seq: 3, block: 19 });
  expect(recordAt(disks[0]?.file ?? '', 19).isWhole).toBe(true);
});
