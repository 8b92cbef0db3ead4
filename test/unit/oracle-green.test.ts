import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeRun } from '../../lab/oracle/judge.ts';
import type { Terms } from '../../lab/oracle/run/run.ts';
import type { Judged } from '../../lab/oracle/verdict.ts';
import { chargesIn } from '../support/oracle.ts';
import { add, change, drop, eventOf, of } from '../support/oracle-bend.ts';
import { hopOne, hopTwo, seed } from '../support/oracle-hops.ts';
import {
  backFromTarget,
  begun,
  eight,
  finish,
  one,
  rollBack,
  rolledBack,
  wholeJourney,
} from '../support/oracle-journeys.ts';
import { type Draft, log, type Written, written } from '../support/oracle-run.ts';
import { namedJourney, namedReturn } from '../support/oracle-sabotages-names.ts';
import { boot, decide, type Journey, power } from '../support/oracle-steps.ts';

type Step = (draft: Draft, journey: Journey) => void;

/** A run of one VM in these steps. */
const run = (...steps: readonly Step[]): { draft: Draft; journey: Journey } => {
  const { draft, journeys } = begun(one());
  const [journey] = journeys;
  if (!journey) throw new Error('the scenario has no VM');
  for (const step of steps) step(draft, journey);
  return { draft, journey };
};

const whole: readonly Step[] = [seed, hopOne, hopTwo, finish];

const judged = (draft: Draft, terms: Terms = {}, touch: (files: Written) => void = () => undefined): Judged => {
  const files = written(draft);
  touch(files);
  const verdict = judgeRun(files.scenario, files.dir, terms);
  rmSync(files.dir, { recursive: true });
  if (verdict.verdict === 'unjudged') throw new Error(verdict.reason);
  return verdict;
};

describe('a run that went right is green', () => {
  test('one VM over two hops, up to its decommissioned source', () => {
    const { draft, journey } = run(...whole);
    const verdict = judged(draft, { expect: 'journey', holdMs: 23 * 3_600_000 });
    expect(chargesIn(verdict)).toEqual([]);
    expect(verdict.ends).toEqual({ [journey.wish.uuid]: 'journey' });
    expect(verdict.read).toMatchObject({ tables: true, blocks: 196, acks: 70 });
  });

  test('eight VMs, at the very limit of staging', () => {
    const { draft } = wholeJourney(eight());
    expect(chargesIn(judged(draft, { stagingBytes: 3 * 2 ** 29, stagingVms: 1 }))).toEqual([]);
  });

  test('a rollback from staging, whose loss was stated', () => {
    expect(chargesIn(judged(rolledBack().draft, { expect: 'rolledBack' }))).toEqual([]);
  });

  test('a second attempt after a rollback', () => {
    const { draft } = run(seed, hopOne, rollBack, (d, j) => hopOne(d, j, 2), hopTwo, finish);
    expect(chargesIn(judged(draft))).toEqual([]);
  });

  test('a rollback from the target to staging, and the way on', () => {
    const { draft } = run(seed, hopOne, hopTwo, backFromTarget);
    expect(chargesIn(judged(draft))).toEqual([]);
  });

  test('a VM that has only been seeded is not asked for leftovers', () => {
    const { draft, journey } = run(seed);
    const verdict = judged(draft);
    expect(chargesIn(verdict)).toEqual([]);
    expect(verdict.ends).toEqual({ [journey.wish.uuid]: 'open' });
  });

  test('a VM in its hold', () => {
    expect(chargesIn(judged(run(seed, hopOne, hopTwo).draft, { expect: 'held' }))).toEqual([]);
  });

  test('names that followed their VM to the target', () => {
    expect(chargesIn(judged(namedJourney().draft, { expect: 'journey' }))).toEqual([]);
  });

  test('names that came back with their VM', () => {
    expect(chargesIn(judged(namedReturn().draft, { expect: 'rolledBack' }))).toEqual([]);
  });

  test('a VM nobody has touched', () => {
    expect(chargesIn(judged(run().draft, { expect: 'untouched' }))).toEqual([]);
  });
});

/** A first go at hop 2, which ends with its replication. */
const hopTwoTakenBack = (draft: Draft, journey: Journey): void => {
  const { uuid: origin } = journey.wish;
  const failover = { item: `item-${origin}`, origin, job: 'failover-first' };
  log(draft, 'item.created', { item: failover.item, origin });
  decide(draft, journey, 'cutover', 2);
  log(draft, 'failover.accepted', { ...failover, legal: true });
  log(draft, 'failover.ended', { ...failover, result: 'Succeeded', task: null, target: null });
  decide(draft, journey, 'rollBack', 2);
  log(draft, 'item.removed', { item: failover.item, origin });
};

describe('what looks wrong and is not', () => {
  test('the target lists its disks in another order', () => {
    const { draft, journey } = run(seed, hopOne, hopTwo);
    const created = eventOf(draft, 'vm.created', of(journey.landed));
    change(created, { disks: (created.disks as unknown[]).toReversed() });
    expect(chargesIn(judged(draft))).toEqual([]);
  });

  test('an admin powers a fenced source on: nobody is served there', () => {
    const { draft, journey } = run(seed, hopOne, hopTwo);
    boot(draft, journey.source, 'admin');
    expect(chargesIn(judged(draft))).toEqual([]);
  });

  test('a failover that failed is started again', () => {
    const { draft, journey } = run(...whole);
    const failed = { ...eventOf(draft, 'failover.accepted'), job: 'failover-first' };
    const ready = eventOf(draft, 'vm.autostart', of(journey.staged));
    add(draft, add(draft, ready, 'failover.accepted', failed), 'failover.ended', { ...failed, result: 'Failed' });
    expect(chargesIn(judged(draft))).toEqual([]);
  });

  test('a failover that was taken back is followed by one of a replication that was made anew', () => {
    const { draft } = run(seed, hopOne, hopTwoTakenBack, hopTwo, finish);
    expect(chargesIn(judged(draft))).toEqual([]);
  });

  test('a staged VM that never came up is turned off by force and on again', () => {
    const { draft, journey } = run(...whole);
    const on = eventOf(draft, 'vm.power', of(journey.staged, { to: 'on' }));
    const off = add(draft, on, 'vm.power', { ...on, to: 'off', how: 'forced', by: 'hyper-v:Stop-VM' });
    add(draft, off, 'vm.power', on);
    expect(chargesIn(judged(draft))).toEqual([]);
  });

  test("a customer's own job goes on and keeps its licence", () => {
    const { draft, journey } = run(...whole);
    drop(draft, 'job.removed');
    drop(draft, 'point.removed');
    drop(draft, 'licence.released');
    expect(chargesIn(judged(draft, { theirs: [`job-${journey.wish.uuid}`] }))).toEqual([]);
  });

  test('the last line of the log is cut: the lab was killed', () => {
    const { draft } = run(seed, hopOne);
    const cut = ({ dir }: Written): void => appendFileSync(join(dir, 'events.jsonl'), '{"seq":99,"at":"2026');
    expect(chargesIn(judged(draft, {}, cut))).toEqual([]);
  });

  test('the last event is in the database only: the lab was killed before it reached the file', () => {
    const { draft } = run(seed, hopOne);
    const cut = ({ dir }: Written): void => {
      const path = join(dir, 'events.jsonl');
      const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
      writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n`);
    };
    expect(judged(draft, {}, cut).read.events).toBe(draft.events.length);
  });

  test('without the tables it judges what the log shows, and says so', () => {
    const { draft, journey } = run(...whole);
    change(journey.landed, { power: 'off' });
    const verdict = judged(draft, {}, ({ dir }) => rmSync(join(dir, 'estate.db')));
    expect(chargesIn(verdict)).toEqual([]);
    expect(verdict.read.tables).toBe(false);
  });

  test('a VM that is meant to be off is staged, lands and stays off', () => {
    const { draft, journey } = run(...whole);
    const { landed } = journey;
    change(draft.scenario.vms[0] ?? {}, { power: 'off' });
    power(draft, landed, 'off', 'guest', 'arm:stop');
    expect(chargesIn(judged(draft, { expect: 'journey' }))).toEqual([]);
  });
});
