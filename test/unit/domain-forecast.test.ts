import { forecastProgramme, type ProgrammeShape } from '../../domain/critical-path.ts';
import { ASSUMED, type BatchShape, forecastBatch, type VmShape } from '../../domain/forecast.ts';
import { freezeOf } from '../../domain/freeze.ts';
import type { Ledger } from '../../domain/ledger.ts';
import { observe, quantileOf } from '../../domain/observed.ts';

const GB = 2 ** 30;
const MB = 2 ** 20;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 2, 8);
const SEATS = { moverOperations: 4, cutovers: 5 };

const vm = (name: string, gb: number, group = 'g'): VmShape => ({
  ...{ name, group, bytes: gb * GB },
  movers: ['veeam@v', 'azure-migrate@m'],
});
const batch = (name: string, vms: readonly VmShape[]): BatchShape => ({ name, vms, windows: [] });
const TEN = Array.from({ length: 10 }, (_, n) => vm(`vm-${n}`, 100));
const NOTHING = observe([]);

/** A journey of one hop: a full copy, a delta, an outage and waits, as its ledger has them. */
const ledger = (seconds: number, outage: number, wait: number): Ledger => ({
  bytes: [
    { hop: 1, round: 0, moved: 100 * GB, from: 0, at: seconds * 1_000 },
    { hop: 1, round: 1, moved: GB, from: 0, at: 60_000 },
    { hop: 1, round: 0, moved: 5, at: 7 },
  ],
  entries: [
    { hop: 1, mark: 'stopOfService', at: 1_000 },
    { hop: 1, mark: 'checksPassed', at: 1_000 + outage },
  ],
  waits: ['cutover', 'go', 'signOff'].map((gate) => ({ gate, hop: 1, from: 0, to: wait })),
});

test('ledgers tell rates, outages and how long people took; what has no begin tells no rate', () => {
  const observed = observe([ledger(1_000, 10 * MINUTE, HOUR)]);
  expect(observed.fullRates).toEqual([(100 * GB) / 1_000]);
  expect(observed.outages).toEqual([10 * MINUTE]);
  expect(observed.waits.go).toEqual([HOUR]);
});

test('before there are ledgers every figure is an assumption that says so', () => {
  const { p50, p90, why, mostly } = forecastBatch(batch('a', TEN), SEATS, NOTHING, NOW);
  expect(why).toEqual([
    'full copy: assumed 60.0 MB/s, none measured yet',
    'outage of a hop: assumed 30 min, none measured yet',
    'people at cutover: assumed 240 min, none measured yet',
    'people at go: assumed 240 min, none measured yet',
    'people at signOff: assumed 240 min, none measured yet',
  ]);
  expect(mostly).toBe('people');
  expect(p90).toBeGreaterThan(p50);
  expect(p50).toBeGreaterThan(3 * ASSUMED.waitMs);
});

test('the same question has the same answer, and what was measured takes the place of what was assumed', () => {
  const all = Array.from({ length: 8 }, (_, n) => ledger(2_000 + n, 10 * MINUTE, 5 * MINUTE));
  const shape = batch('a', TEN);
  const one = forecastBatch(shape, SEATS, observe(all), NOW);
  expect(forecastBatch(shape, SEATS, observe(all), NOW)).toEqual(one);
  expect(one.why[0]).toMatch(/^full copy: 51\.\d MB\/s to 51\.\d MB\/s, measured 8 times here$/);
  expect(one.mostly).toBe('seats');
  // Ten copies of 2,000 s in four seats, twice, with waits and outages between.
  expect(one.p50 / MINUTE).toBeGreaterThan((2_000 * 2 * 2) / 60);
  expect(one.p50 / MINUTE).toBeLessThan((2_000 * 3 * 2) / 60 + 60);
  expect(forecastBatch(shape, SEATS, observe(all.slice(0, 2)), NOW).why[0]).toContain(
    'measured only 2 times here, with the assumed',
  );
});

test('the VM that is much the largest decides its batch', () => {
  const { decides } = forecastBatch(
    batch('a', [...TEN.slice(0, 3).map((one, n) => ({ ...one, group: `g${n}` })), vm('lake', 9_000, 'lake')]),
    SEATS,
    NOTHING,
    NOW,
  );
  expect(decides).toEqual({ vm: 'lake', part: 1 });
});

test('a window far off is waited for, and told as such', () => {
  const opensAt = NOW + 100 * HOUR;
  const window = { opensAt, closesAt: opensAt + HOUR, abortAt: opensAt + HOUR, zone: 'UTC', text: '', utcText: '' };
  const { mostly, p50 } = forecastBatch({ ...batch('a', TEN), windows: [window, null] }, SEATS, NOTHING, NOW);
  expect(mostly).toBe('windows');
  expect(p50).toBeGreaterThan(100 * HOUR);
});

const shapeOf = (
  rules: Partial<ProgrammeShape['rules']> = {},
  after: Readonly<Record<string, readonly string[]>> = {},
): ProgrammeShape => ({
  batches: ['a', 'b', 'c'].map((name) => ({
    ...{ name, vms: 10, after: after[name] ?? [], windows: [] },
    shape: batch(name, TEN),
  })),
  rules: { inFlight: 1, leadMs: null, freezes: [], ...rules },
  seats: SEATS,
  turns: [],
});

test('batches that take turns add up, and the critical path goes through all of them', () => {
  const { batches, critical, p50At, p90At, split } = forecastProgramme(shapeOf(), NOTHING, NOW);
  expect(critical.map(({ name, began, of }) => [name, began, of])).toEqual([
    ['a', 'at once', null],
    ['b', 'a batch in flight', 'a'],
    ['c', 'a batch in flight', 'b'],
  ]);
  expect(p50At - NOW).toBeCloseTo(
    batches.reduce((sum, one) => sum + one.p50, 0),
    -1,
  );
  expect(p90At).toBeGreaterThan(p50At);
  expect(split.human).toBeGreaterThan(split.machine);
});

test('two in flight end sooner; a dependency and a freeze are told where they decide', () => {
  const one = forecastProgramme(shapeOf(), NOTHING, NOW);
  const two = forecastProgramme(shapeOf({ inFlight: 2 }), NOTHING, NOW);
  expect(two.p50At).toBeLessThan(one.p50At);
  const chained = forecastProgramme(shapeOf({ inFlight: 3 }, { c: ['a'] }), NOTHING, NOW);
  expect(chained.critical.map(({ name, began, of }) => [name, began, of])).toEqual([
    ['a', 'at once', null],
    ['c', 'a dependency', 'a'],
  ]);
  const thaw = NOW + 1_000 * HOUR;
  const frozen = forecastProgramme(shapeOf({ inFlight: 3, freezes: [freezeOf(NOW, thaw, 'close')] }), NOTHING, NOW);
  expect(frozen.batches.map(({ begins }) => begins)).toEqual([thaw, thaw, thaw]);
  expect(frozen.critical[0]?.began).toBe('a freeze');
});

test('what has landed is where it was, and what is under way goes on from its begin', () => {
  const turn = { note: null, halted: false };
  const turns = [
    { ...turn, name: 'a', status: 'over' as const, begunAt: NOW - 50 * HOUR, landedAt: NOW - 40 * HOUR },
    { ...turn, name: 'b', status: 'running' as const, begunAt: NOW - 30 * HOUR, landedAt: null },
  ];
  const { batches, critical } = forecastProgramme({ ...shapeOf(), turns }, NOTHING, NOW);
  expect(batches.map(({ name }) => name)).toEqual(['b', 'c']);
  expect(batches[0]?.begins).toBe(NOW - 30 * HOUR);
  expect(batches[1]?.begins).toBeGreaterThanOrEqual(NOW);
  expect(critical.map(({ name }) => name)).toEqual(batches[0] && batches[0].p50At > NOW ? ['b', 'c'] : ['c']);
});

test('a quantile lies between two figures where it falls so', () => {
  expect(quantileOf([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantileOf([], 0.5)).toBe(0);
  expect(60 * MB).toBe(ASSUMED.fullRate);
});
