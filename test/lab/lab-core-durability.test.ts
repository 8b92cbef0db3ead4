import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openEstate } from '../../lab/estate/index.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

interface Line {
  readonly seq: number;
  readonly kind: string;
  readonly vm?: string;
  readonly to?: string;
  readonly round?: number;
}

let lab: Bench;
beforeEach(() => {
  lab = labBench(oneVm());
  lab.estate.close();
});
afterEach(() => lab.clear());

/** Lets the hammer work and kills it when it has told of so many rounds. Answers the last round told. */
const hammerUntil = async (rounds: number): Promise<number> => {
  const child = spawn(process.execPath, [join(process.cwd(), 'test/support/lab-hammer.ts'), lab.dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let told = 0;
  let first: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    told = Number(line);
    first ??= told;
    if (told - first >= rounds) child.kill('SIGKILL');
  }
  return told;
};

const lines = <T>(file: string): readonly T[] => {
  const text = readFileSync(join(lab.dir, file), 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
};

test('a lab that is killed at any instant has kept what it told of, whole', async () => {
  for (const rounds of [17, 64, 121]) {
    const told = await hammerUntil(rounds);
    lab.reopen();
    const counters = lab.estate.table<number>('hammer', 'counters');
    const events = lines<Line>('events.jsonl');

    expect(counters.get('a')).toBeGreaterThanOrEqual(told);
    expect(counters.get('b')).toBe(counters.get('a'));
    expect(events.map((e) => e.seq)).toEqual(events.map((_, n) => n + 1));
    expect(events.filter((e) => e.round !== undefined).map((e) => e.round)).toEqual(
      Array.from({ length: counters.get('a') ?? 0 }, (_, n) => n + 1),
    );

    const power = new Map<string, string>();
    for (const { kind, vm = '', to = 'off' } of events) {
      if (kind === 'vm.created') power.set(vm, 'off');
      if (kind === 'vm.power') power.set(vm, to);
      if (kind === 'vm.removed') power.delete(vm);
    }
    expect(Object.fromEntries(lab.estate.vms.all().map((vm) => [vm.id, vm.power]))).toEqual(Object.fromEntries(power));
    lab.estate.close();
  }
  lab.reopen();
});

test('every write that was acknowledged before the kill is on the disk', async () => {
  await hammerUntil(150);
  lab.reopen();
  const { id, disks } = lab.vm();
  const newest = new Map<string, { disk: number; seq: number; block: number }>();
  for (const ack of lines<{ disk: number; seq: number; block: number }>(`acks/${id}.jsonl`)) {
    newest.set(`${ack.disk}/${ack.block}`, ack);
  }
  expect(newest.size).toBeGreaterThan(250);
  for (const { disk, seq, block } of newest.values()) {
    const head = Buffer.from(lab.estate.disks.read(disks[disk]?.file ?? '', block)).toString('latin1');
    expect(JSON.parse(head.slice(0, head.indexOf('\n')))).toMatchObject({ disk, seq });
  }
});

test('a state directory is not taken for that of another scenario', () => {
  lab.reopen();
  expect(() => openEstate(oneVm({ os: 'linux' }), lab.dir)).toThrow('another scenario');
});
