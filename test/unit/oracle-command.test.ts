import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chargesIn, judge, oracleCommand } from '../support/oracle.ts';
import { drop } from '../support/oracle-bend.ts';
import { eight, rolledBack, wholeJourney } from '../support/oracle-journeys.ts';
import { type Draft, log, type Written, written } from '../support/oracle-run.ts';

const kept: Written[] = [];
const files = (draft: Draft): Written => {
  const made = written(draft);
  kept.push(made);
  return made;
};
afterAll(() => {
  for (const { dir } of kept) rmSync(dir, { recursive: true });
});

const argumentsFor = ({ scenario, dir }: Written): readonly string[] => ['--scenario', scenario, '--state', dir];

test('a green run exits with 0 and says what was read', async () => {
  const { code, stdout } = await oracleCommand(argumentsFor(files(wholeJourney().draft)));
  expect(stdout).toBe('green: 1 journey; 44 events, 4 decisions, 196 blocks, 70 acknowledged writes\n');
  expect(code).toBe(0);
});

test('a red run exits with 1 and names rule, VM and events', async () => {
  const { draft } = wholeJourney();
  drop(draft, 'job.removed');
  const { code, stdout } = await oracleCommand(argumentsFor(files(draft)));
  expect(stdout).toMatch(
    /^✗ leftovers {6}web-01: The backup job Tranship \S+ is left over\. {2}\[\d+\]\nred: 1 journey;/,
  );
  expect(code).toBe(1);
});

test('what it could not judge exits with 2', async () => {
  const { dir, scenario } = files(wholeJourney().draft);
  const other = join(dir, 'other.json');
  writeFileSync(other, JSON.stringify({ ...eight(), vms: eight().vms.slice(1) }));

  const empty = await oracleCommand(['--scenario', scenario, '--state', join(dir, 'attic')]);
  expect(empty).toMatchObject({ code: 2, stdout: expect.stringContaining('holds no event log') });
  const wrong = await oracleCommand(['--scenario', other, '--state', dir]);
  expect(wrong).toMatchObject({ code: 2, stdout: expect.stringContaining('the state of another scenario') });
  const unasked = await oracleCommand(['--state', dir]);
  expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining('--scenario and --state are needed') });
  await expect(judge({ scenario: other, state: dir })).rejects.toThrow('could not judge');
});

test('expected ends come as one word or as a file by VM', async () => {
  const { dir, scenario } = files(rolledBack().draft);
  const green = await judge({ scenario, state: dir, expect: { 'web-01': 'rolledBack' }, stagingVms: 1 });
  expect(chargesIn(green)).toEqual([]);
  const red = await judge({ scenario, state: dir, expect: 'held' });
  expect(red.charges).toMatchObject([{ rule: 'end-state', vm: { name: 'web-01' } }]);
});

test('eight VMs and five thousand events are judged in less than three seconds', async () => {
  const { draft } = wholeJourney(eight());
  while (draft.events.length < 5000)
    log(draft, 'call', { product: 'prism', verb: 'power-on', subject: 'x', status: 202 });
  const { dir, scenario } = files(draft);
  const began = performance.now();
  const verdict = await judge({ scenario, state: dir });
  expect(performance.now() - began).toBeLessThan(3000);
  expect(verdict).toMatchObject({ verdict: 'green', read: { events: 5000 } });
});
