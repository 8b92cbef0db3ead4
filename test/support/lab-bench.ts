import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LabEstate, openEstate } from '../../lab/estate/index.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { LabPlatform, LabVm } from '../../lab/estate/types.ts';
import { oneVm } from '../../lab/scenarios/one.ts';

export interface Bench {
  readonly dir: string;
  readonly estate: LabEstate;
  /** Lets lab time pass: the clock moves and everything that is due happens. */
  pass(ms: number): void;
  reopen(): void;
  events(kind?: string): readonly Record<string, unknown>[];
  /** The one VM of a platform; the one on AHV when absent. */
  vm(platform?: LabPlatform): LabVm;
  /** Restores a VM elsewhere as a mover would: from clones of its disks. */
  successor(wish?: Partial<LabVm>): LabVm;
  clear(): void;
}

/** A lab on a clock of its own, at speed 1 unless the scenario says otherwise. */
export const labBench = (scenario: Scenario = oneVm({ speed: 1 })): Bench => {
  const dir = mkdtempSync(join(tmpdir(), 'lab-core-'));
  let time = Date.parse('2026-01-05T20:00:00Z');
  const open = (): LabEstate => openEstate(scenario, dir, { clock: () => time, ticking: false });
  let estate = open();
  let copies = 0;

  const bench: Bench = {
    dir,
    get estate() {
      return estate;
    },
    pass: (ms) => {
      time += ms;
      estate.tick();
    },
    reopen: () => {
      estate.close();
      estate = open();
    },
    events: (kind) =>
      readFileSync(join(dir, 'events.jsonl'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)
        .filter((event) => kind === undefined || event.kind === kind),
    vm: (platform = 'ahv') => {
      const found = estate.vms.list(platform)[0];
      if (!found) throw new Error(`no VM on ${platform}`);
      return found;
    },
    successor: (wish = {}) => {
      copies += 1;
      const source = bench.vm();
      const disks = source.disks.map((disk, n) => ({ ...disk, file: `staged-${copies}-${n}` }));
      source.disks.forEach((disk, n) => void estate.disks.clone(disk.file, `staged-${copies}-${n}`));
      const id = `00000000-0000-4000-8000-00000000000${copies}`;
      estate.vms.create(
        { ...source, id, platform: 'hyper-v', instance: 'stage01', power: 'off', generation: 2, disks, ...wish },
        'test:restore',
      );
      return estate.vms.get(id) ?? source;
    },
    clear: () => {
      estate.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return bench;
};
