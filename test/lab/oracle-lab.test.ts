import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeRun } from '../../lab/oracle/judge.ts';
import type { Judged } from '../../lab/oracle/verdict.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';
import { chargesIn } from '../support/oracle.ts';

/** The real estate as a mover of one hop would use it, with real guests, disks and events. */
const hopInLab = (bench: Bench): { stagedId: string } => {
  const { estate } = bench;
  const source = bench.vm();
  const { origin } = source;
  const write = (times: number): void => {
    for (let n = 0; n < times; n += 1) bench.pass(250);
  };
  write(25);
  estate.vms.requestShutdown(source.id, 'prism:guest-shutdown:token', 'guest');
  bench.pass(30_000);
  estate.vms.change(source.id, 'prism:update-nic:token', (vm) => {
    for (const nic of vm.nics) nic.connected = false;
  });

  estate.log('run.started', { job: 'j', run: 'r', kind: 'full', origin, origins: [origin], by: 'veeam:jobs/start' });
  estate.log('point.created', { point: 'p', origin, run: 'r', disks: [], sourcePower: 'off' });
  const { name, cpus, memoryMb, nics } = bench.estate.scenario.vms[0]?.expected.staging ?? {};
  const staged = bench.successor({ name: name ?? '', nics: [], cpus: cpus ?? 0, memoryMb: memoryMb ?? 0 });
  estate.log('mount.started', { mount: 'm', origin, point: 'p', vm: staged.id, reason: 'token' });
  estate.vms.powerOn(staged.id, 'hyper-v:Start-VM');
  bench.pass(60_000);
  estate.vms.change(staged.id, 'hyper-v:Add-VMNetworkAdapter', (vm) => {
    vm.nics = (nics ?? []).map(({ network, vlan }, n) => {
      const mac = source.nics[n]?.mac ?? '';
      return { id: `n${n}`, name: 'Network Adapter', mac, network, vlan, connected: true };
    });
  });
  write(12);
  return { stagedId: staged.id };
};

const judged = ({ dir }: Bench): Judged => {
  const verdict = judgeRun(join(dir, 'scenario.json'), dir);
  if (verdict.verdict === 'unjudged') throw new Error(verdict.reason);
  return verdict;
};

const decision = (origin: string): object => ({
  at: '2026-01-05T20:00:00Z',
  vm: origin,
  hop: 1,
  gate: 'cutover',
  decision: 'approve',
  by: 'op@contoso.example',
});

describe('on the disks, events and tables of the lab itself', () => {
  let bench: Bench;
  beforeEach(() => {
    bench = labBench();
    appendFileSync(join(bench.dir, 'decisions.jsonl'), `${JSON.stringify(decision(bench.vm().origin))}\n`);
  });
  afterEach(() => bench.clear());

  test('a hop that went right is green', () => {
    hopInLab(bench);
    const verdict = judged(bench);
    expect(chargesIn(verdict)).toEqual([]);
    expect(verdict.read).toMatchObject({ tables: true, decisions: 1 });
    expect(verdict.read.blocks).toBeGreaterThan(150);
    expect(verdict.read.acks).toBeGreaterThan(40);
  });

  test('a block that was not carried over is found', () => {
    const { stagedId } = hopInLab(bench);
    const file = bench.estate.vms.get(stagedId)?.disks[1]?.file ?? '';
    bench.estate.disks.write(file, 4096 + 30, new Uint8Array(100));
    expect(judged(bench).charges).toMatchObject([{ rule: 'blocks', vm: { name: 'web-01' } }]);
  });

  test('a change past the log is found', () => {
    const { stagedId } = hopInLab(bench);
    const rows = bench.estate.table<Record<string, unknown>>('lab', 'vms');
    rows.put(stagedId, { ...rows.get(stagedId), power: 'off' });
    expect(judged(bench).charges).toMatchObject([{ rule: 'rig', vm: { name: 'web-01' } }]);
  });
});
