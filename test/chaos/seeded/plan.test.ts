import { verbAt } from './calls.ts';
import { FAULT_KINDS } from './fault-kinds.ts';
import { planOf } from './plan.ts';
import { seedsIn } from './seeds.ts';

const forty = seedsIn('1-40').map((seed) => planOf({ seed, vms: 6 }));

test('the same seed gives the same plan', () => {
  expect(planOf({ seed: 7, vms: 6 })).toEqual(planOf({ seed: 7, vms: 6 }));
});

test('another seed gives another plan', () => {
  expect(planOf({ seed: 7, vms: 6 })).not.toEqual(planOf({ seed: 8, vms: 6 }));
});

test('forty seeds plan every kind of fault', () => {
  const planned = new Set(forty.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  expect(FAULT_KINDS.map(({ kind }) => kind).filter((kind) => !planned.has(kind))).toEqual([]);
});

test('forty seeds plan a fault at every changing call', () => {
  const planned = new Set(forty.flatMap(({ faults }) => faults.map(({ point }) => verbAt(point))));
  const calls = FAULT_KINDS.flatMap(({ places }) => places.flatMap(({ point }) => verbAt(point) ?? []));
  expect(calls.filter((call) => !planned.has(call))).toEqual([]);
});

test('forty seeds kill every process, at named verbs and at any', () => {
  const kills = forty.flatMap((plan) => plan.kills);
  expect(new Set(kills.map(({ process }) => process)).size).toBe(7);
  expect(new Set(kills.map(({ verb }) => verb === null)).size).toBe(2);
});

test('faults of one plan have ids of their own, and those that strike a VM strike one of the plan', () => {
  for (const { faults, scenario } of forty) {
    expect(new Set(faults.map(({ id }) => id)).size).toBe(faults.length);
    const known = scenario.vms.map(({ uuid }) => uuid);
    for (const { subject } of faults) if (subject !== undefined) expect(known).toContain(subject);
  }
});

test('no admin powers on what has always been off', () => {
  for (const { faults, scenario } of forty)
    for (const { kind, subject } of faults)
      if (kind === 'sourcePoweredOn') expect(scenario.vms.find(({ uuid }) => uuid === subject)?.power).toBe('on');
});

test.each([
  ['hyper-v.Set-VM', 'hyper-v Set-VM'],
  ['powershell.stage01.Set-VM', 'hyper-v Set-VM'],
  ['powershell.vbr01.Remove-VBRBackup', 'veeam Remove-VBRBackup'],
  ['veeam.REST POST jobs/{id}/start', 'veeam POST jobs/{id}/start'],
  ['arm.PUT protectedItems', 'arm PUT protectedItems'],
  ['boot.hyper-v', null],
])('what strikes at %s hits the verb %s', (point, verb) => {
  expect(verbAt(point)).toBe(verb);
});

test.each([
  ['7', [7]],
  ['2-4', [2, 3, 4]],
  ['1,5-6', [1, 5, 6]],
])('seeds are written as %s', (text, seeds) => {
  expect(seedsIn(text)).toEqual(seeds);
});

test('what is no seed is refused', () => {
  expect(() => seedsIn('4-2')).toThrow('4-2 is no seed');
});
