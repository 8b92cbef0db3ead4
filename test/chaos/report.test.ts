import type { ProcessName } from '../../tools/estate/estate.ts';
import type { JourneyReport, Struck } from './journey.ts';
import { journeysOf, pairsOf } from './kill-plan.ts';
import { summaryOf, unfired } from './report.ts';
import { STEPS, stepsNamed } from './steps.ts';

const [kill] = journeysOf(pairsOf(['lab'], stepsNamed('1 cut over')), 1).flat();
if (!kill) throw new Error('no kill was planned');
const pairs = [kill];

const report = (struck: Partial<Struck>, more: Partial<JourneyReport> = {}): JourneyReport => ({
  struck: [{ kill, inStep: true, recoveryMs: 1_000, parked: null, ...struck }],
  armed: [],
  fired: [],
  wrong: [],
  ms: 0,
  limitMs: 8_000,
  ...more,
});

test('every process is killed once in every step', () => {
  const journeys = journeysOf(pairsOf(), 1);
  expect(journeys.map((kills) => kills.length)).toEqual(Array(7).fill(STEPS.length));
  expect(journeys.every((kills) => new Set(kills.map(({ process }) => process)).size === 1)).toBe(true);
});

test('a seed plans the same kills again, another seed others', () => {
  const planned = (seed: number): string => JSON.stringify(journeysOf(pairsOf(), seed));
  expect(planned(7)).toBe(planned(7));
  expect(planned(7)).not.toBe(planned(8));
});

test('a process that works in no step is still killed while a call is under way', () => {
  const bystander: ProcessName = 'agent-azure';
  const kills = journeysOf(pairsOf([bystander], stepsNamed('1 commit')), 1).flat();
  expect(kills.map(({ moment }) => moment)).toEqual(['inFlight']);
});

test('a kill that is taken in time is no failure', () => {
  expect(summaryOf(pairs, [report({})]).failures).toEqual([]);
});

test.each([
  ['a pair that never fired', report({ inStep: false }), 'never fired'],
  ['a step that went on too late', report({ recoveryMs: 8_001 }), 'went on after'],
  ['a migration of which nothing was seen again', report({ recoveryMs: null }), 'nothing was seen'],
  ['a person who was asked', report({ parked: 'parked at cut over: Unreachable: no answer' }), 'parked at cut over'],
  ['a charge of the oracle', report({}, { wrong: ['effects: two mounts'] }), 'two mounts'],
])('%s is a failure', (_, wrong, words) => {
  expect(summaryOf(pairs, [wrong]).failures.join()).toContain(words);
});

test('a pair that did not fire gets another journey, and counts when it fires there', () => {
  const first = report({ inStep: false });
  expect(unfired(pairs, [first])).toEqual(pairs);
  expect(summaryOf(pairs, [first, report({})]).failures).toEqual([]);
});

test('a step that went on too late stays a failure, whatever later journeys say', () => {
  expect(summaryOf(pairs, [report({ recoveryMs: 20_000 }), report({})]).failures).toHaveLength(1);
});
