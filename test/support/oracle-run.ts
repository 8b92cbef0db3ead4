import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { LabPlatform } from '../../lab/estate/types.ts';

const BLOCK = 65_536;

/** One event to be; it gets its number when the run is written. */
export interface DraftEvent {
  at: number;
  kind: string;
  [field: string]: unknown;
}

export interface DraftDecision {
  at: number;
  vm: string;
  hop: number;
  gate: string;
  decision: 'approve' | 'reject';
  by: string;
  lossFrom?: string;
  lossTo?: string;
}

export interface DraftNic {
  id: string;
  mac: string;
  network: string | null;
  vlan: number | null;
  connected: boolean;
}

/** Disks are named by their files in `Draft.disks`; `path` is where the platform has them. */
export interface DraftVm {
  id: string;
  origin: string;
  platform: LabPlatform;
  instance: string;
  name: string;
  cpus: number;
  memoryMb: number;
  disks: { file: string; bytes: number; path: string }[];
  nics: DraftNic[];
  power: 'on' | 'off';
  /** Number of the last record it wrote or found. */
  seq: number;
  extra: Record<string, unknown>;
}

type Content = Map<number, Buffer>;

/** A run as it is about to be on disk; everything in it may be bent before it is written. */
export interface Draft {
  readonly scenario: Scenario;
  now: number;
  events: DraftEvent[];
  decisions: DraftDecision[];
  /** Lines acknowledged, by VM id. */
  readonly acks: Map<string, { disk: number; seq: number; block: number; at: number }[]>;
  /** Block → content without the zeros at its end. */
  readonly disks: Map<string, Content>;
  readonly attic: Map<string, Content>;
  /** VMs that exist, as the tables have them. */
  readonly vms: Map<string, DraftVm>;
}

export const draftOf = (scenario: Scenario): Draft => ({
  scenario,
  now: Date.parse('2026-01-05T20:00:00Z'),
  events: [],
  decisions: [],
  acks: new Map(),
  disks: new Map(),
  attic: new Map(),
  vms: new Map(),
});

export const log = (draft: Draft, kind: string, fields: Record<string, unknown> = {}): DraftEvent => {
  draft.now += 50;
  const event: DraftEvent = { ...fields, at: draft.now, kind };
  draft.events.push(event);
  return event;
};

const recordOf = (header: Record<string, unknown>, payload: Buffer): Buffer => {
  const sum = createHash('sha256').update(payload).digest('hex');
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...header, sum })}\n`), payload]);
};

const payloadOf = (...words: readonly (string | number)[]): Buffer =>
  Buffer.from(`${createHash('sha256').update(words.join('/')).digest('hex').repeat(20)}.`);

/** A new disk of the source: data records numbered 0 and, on the boot disk, the guest. */
export const fillDisk = (draft: Draft, vm: DraftVm, n: number, hostname: string): void => {
  const content: Content = new Map();
  const header = { origin: vm.origin, vm: vm.id, disk: n, seq: 0, at: new Date(draft.now).toISOString() };
  for (let block = 0; block < 24; block += 1)
    content.set(4096 + block, recordOf(header, payloadOf(vm.origin, n, block)));
  if (n === 0) content.set(0, Buffer.from(JSON.stringify({ hostname, os: 'windows' })));
  draft.disks.set(vm.disks[n]?.file ?? '', content);
};

/** The guest writes `count` records on every disk of the VM, and they are acknowledged. */
export const write = (draft: Draft, vm: DraftVm, count: number): void => {
  const acks = draft.acks.get(vm.id) ?? [];
  draft.acks.set(vm.id, acks);
  for (let n = 0; n < count; n += 1) {
    draft.now += 200;
    vm.seq += 1;
    const { seq } = vm;
    vm.disks.forEach(({ file }, disk) => {
      const header = { origin: vm.origin, vm: vm.id, disk, seq, at: new Date(draft.now).toISOString() };
      const data = seq % 10 === 0 ? [4096 + ((seq / 10) % 16)] : [];
      for (const block of [...data, 16 + (seq % 2048)]) {
        draft.disks.get(file)?.set(block, recordOf(header, payloadOf(vm.id, disk, seq, block)));
        acks.push({ disk, seq, block, at: draft.now });
      }
    });
  }
};

export const cloneDisks = (draft: Draft, from: DraftVm, files: readonly string[]): void =>
  from.disks.forEach(({ file }, n) => void draft.disks.set(files[n] ?? '', new Map(draft.disks.get(file))));

export const toAttic = (draft: Draft, file: string): void => {
  draft.attic.set(file, draft.disks.get(file) ?? new Map());
  draft.disks.delete(file);
};

export interface Written {
  readonly dir: string;
  readonly scenario: string;
}

/** Writes the run as the lab leaves it: log, decisions, acknowledged writes, disks with their maps, and the database. */
export const written = (draft: Draft): Written => {
  const dir = mkdtempSync(join(tmpdir(), 'oracle-'));
  for (const folder of ['disks', 'attic', 'acks']) mkdirSync(join(dir, folder));
  const scenario = join(dir, 'scenario.json');
  writeFileSync(scenario, JSON.stringify(draft.scenario));
  writeLines(join(dir, 'events.jsonl'), draft.events.map(numbered));
  writeLines(
    join(dir, 'decisions.jsonl'),
    draft.decisions.map(({ at, ...rest }) => ({ at: new Date(at).toISOString(), ...rest })),
  );
  for (const [vm, acks] of draft.acks)
    writeLines(
      join(dir, 'acks', `${vm}.jsonl`),
      acks.map(({ at, ...rest }) => ({ vm, ...rest, at: new Date(at).toISOString() })),
    );
  const blocks = Math.max(...draft.scenario.vms.flatMap((vm) => vm.disks.map((disk) => disk.bytes))) / BLOCK;
  for (const [file, content] of draft.disks) writeDisk(join(dir, 'disks', file), content, blocks);
  for (const [file, content] of draft.attic) writeDisk(join(dir, 'attic', file), content, blocks);
  writeTables(join(dir, 'estate.db'), draft);
  return { dir, scenario };
};

const numbered = ({ at, ...event }: DraftEvent, n: number): Record<string, unknown> => ({
  seq: n + 1,
  at: new Date(at).toISOString(),
  ...event,
});

const writeLines = (path: string, rows: readonly object[]): void =>
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

const writeDisk = (path: string, content: Content, blocks: number): void => {
  const image = openSync(`${path}.img`, 'w');
  ftruncateSync(image, blocks * BLOCK);
  const epochs = new Uint32Array(blocks);
  for (const [block, data] of content) {
    writeSync(image, data, 0, data.length, block * BLOCK);
    epochs[block] = 1;
  }
  closeSync(image);
  writeFileSync(`${path}.cbt`, Buffer.from(epochs.buffer));
};

const writeTables = (path: string, draft: Draft): void => {
  const emit = process.emitWarning;
  process.emitWarning = () => undefined;
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  process.emitWarning = emit;
  const db = new DatabaseSync(path);
  db.exec('pragma synchronous = off; begin');
  db.exec('create table entries (product text, name text, key text, value text)');
  db.exec('create table outbox (seq integer primary key, line text)');
  const newest = draft.events.length;
  const line = JSON.stringify(draft.events.map(numbered).at(-1));
  db.prepare('insert into outbox values (?, ?)').run(newest, line);
  const put = db.prepare("insert into entries values ('lab', 'vms', ?, ?)");
  for (const vm of draft.vms.values()) put.run(vm.id, JSON.stringify(vm));
  db.exec('commit');
  db.close();
};
