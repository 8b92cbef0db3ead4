import {
  acknowledged,
  breachesIn,
  breachWords,
  type Lookout,
  look,
  noLookout,
  type StopWaveRules,
  type VitalSigns,
} from '../../domain/stop-wave.ts';

const MINUTE = 60_000;
const RULES: StopWaveRules = {
  everyMs: 5 * MINUTE,
  thresholds: {
    cpu: { limit: 85, forMs: 15 * MINUTE },
    memory: { limit: 15, forMs: 15 * MINUTE },
    volume: { limit: 25, forMs: 0 },
    latency: { limit: 20, forMs: 15 * MINUTE },
    throughput: { limit: 50, forMs: 30 * MINUTE },
  },
  approvers: [],
};
const WELL: VitalSigns = {
  cpuPercent: 40,
  memoryFreePercent: 50,
  volumes: [{ path: 'C:\\ClusterStorage\\Volume1', freePercent: 60 }],
  latencyMs: 5,
  writtenPerSecond: 100,
};

/** Readings of one host, five minutes apart; null where it did not answer. */
const seen = (all: readonly (Partial<VitalSigns> | null)[], apart = 5 * MINUTE): Lookout =>
  all.reduce<Lookout>(
    (lookout, signs, n) => look(lookout, RULES, 'hyper-v@s', signs && { ...WELL, ...signs }, n * apart),
    noLookout(),
  );

const broken = (lookout: Lookout): readonly string[] => breachesIn(lookout, RULES).map(({ metric }) => metric);

const HOT = { cpuPercent: 93 };

test.each<[string, readonly (Partial<VitalSigns> | null)[], readonly string[]]>([
  ['all is well', [{}, {}, {}, {}], []],
  ['hot, and not for long enough', [HOT, HOT, HOT], []],
  ['hot for a quarter of an hour', [HOT, HOT, HOT, HOT], ['cpu']],
  ['cool once in between', [HOT, HOT, {}, HOT, HOT], []],
  ['exactly at the limit', Array.from({ length: 4 }, () => ({ cpuPercent: 85 })), []],
  ['little memory', Array.from({ length: 4 }, () => ({ memoryFreePercent: 10 })), ['memory']],
  ['a slow store', Array.from({ length: 4 }, () => ({ latencyMs: 24 })), ['latency']],
  ['hardly a byte for half an hour', Array.from({ length: 7 }, () => ({ writtenPerSecond: 3 })), ['throughput']],
  ['a full volume, at once', [{ volumes: [{ path: 'D:', freePercent: 20 }] }], ['volume']],
  ['what is not told stops nothing', Array.from({ length: 9 }, () => ({ cpuPercent: null, latencyMs: null })), []],
  ['one reading without an answer', [HOT, HOT, null, HOT], ['cpu']],
  ['long without an answer', [HOT, null, null, null, HOT], []],
])('%s', (_, readings, expected) => {
  expect(broken(seen(readings))).toEqual(expected);
});

test('a host that cannot be read is told, with why, and breaches nothing', () => {
  const lookout = look(noLookout(), RULES, 'azure-local@l', null, 0, 'no agent');
  expect(lookout.readings).toEqual([{ host: 'azure-local@l', at: 0, figures: [], why: 'no agent' }]);
  expect(broken(lookout)).toEqual([]);
});

test('what a person has seen counts anew from then', () => {
  const hot = seen([HOT, HOT, HOT, HOT]);
  const now = 15 * MINUTE;
  let lookout = acknowledged(hot, now);
  expect(broken(lookout)).toEqual([]);
  for (const n of [1, 2]) lookout = look(lookout, RULES, 'hyper-v@s', { ...WELL, ...HOT }, now + n * 5 * MINUTE);
  expect(broken(lookout)).toEqual([]);
  lookout = look(lookout, RULES, 'hyper-v@s', { ...WELL, ...HOT }, now + 15 * MINUTE);
  expect(broken(lookout)).toEqual(['cpu']);
});

test('a breach names host, figure, limit and since when', () => {
  const [breach] = breachesIn(seen([HOT, HOT, HOT, HOT]), RULES);
  expect(breach && breachWords(breach)).toBe(
    'hyper-v@s: CPU 93 %, above 85 % for 15 min or longer, since 1970-01-01T00:00Z',
  );
});
