import fc from 'fast-check';
import {
  type Glance,
  type Onwards,
  onwardsBlind,
  onwardsFrom,
  type Seen,
  type SeenAll,
  type SeenMover,
} from '../../domain/recovered.ts';

const there = (power: 'on' | 'off' | 'other', connected: boolean, asWired = connected): Seen => ({
  ...{ is: 'there', power, connected, asWired },
});
const serves = there('on', true);
const fenced = there('off', false);
const missing: Seen = { is: 'missing' };
const unnamed = { is: 'unnamed' } as const;
const silent = { is: 'unanswered', why: 'no answer' } as const;
const settled = (state: 'none' | 'done' | 'failed'): SeenMover => ({ is: 'settled', state, detail: '' });

const glance: Glance = {
  hop: 1,
  isLast: false,
  kind: 'restore',
  mayHaveBegun: false,
  landed: false,
  rollingBack: false,
  holds: false,
  wasOn: true,
  landsOff: false,
  knowsAdapters: false,
};
const begun: Partial<Glance> = { mayHaveBegun: true };
const atHopTwo: Partial<Glance> = { hop: 2, isLast: true, kind: 'switch' };
const quiet: SeenAll = { origin: unnamed, predecessor: serves, mover: unnamed, successor: unnamed };

const CASES: readonly (readonly [string, Partial<Glance>, Partial<SeenAll>, Onwards['to']])[] = [
  ['nothing was made yet', {}, {}, 'begin'],
  ['it was copying', {}, { mover: settled('none') }, 'begin'],
  ['its cut-over may have begun and nothing of it stands', begun, { mover: settled('none') }, 'begin'],
  ['its cut-over may have begun and the mover was not asked', begun, {}, 'park'],
  ['a VM that is off by plan stands as it did', { wasOn: false }, { predecessor: there('off', true) }, 'begin'],
  ['a VM that served is off', {}, { predecessor: there('off', true) }, 'park'],
  ['a VM that served is unplugged', {}, { predecessor: there('on', false) }, 'park'],
  ['one of its adapters is unplugged', {}, { predecessor: there('on', true, false) }, 'park'],
  ['it is fenced and nothing stands', begun, { predecessor: fenced, mover: settled('none') }, 'park'],
  ['it is fenced and mounted', begun, { predecessor: fenced, mover: settled('done'), successor: fenced }, 'park'],
  [
    'its restore serves, adapters known',
    { ...begun, knowsAdapters: true },
    { predecessor: fenced, mover: settled('done'), successor: serves },
    'landed',
  ],
  [
    'its restore serves, adapters unknown',
    begun,
    { predecessor: fenced, mover: settled('done'), successor: serves },
    'park',
  ],
  [
    'its switch serves',
    { ...atHopTwo, ...begun },
    { origin: fenced, predecessor: there('off', true), mover: settled('done'), successor: serves },
    'landed',
  ],
  [
    'its switch failed',
    { ...atHopTwo, ...begun },
    { origin: fenced, predecessor: there('off', true), mover: settled('failed') },
    'park',
  ],
  ['both run', begun, { mover: settled('done'), successor: serves }, 'park'],
  ['the source runs beside staging', atHopTwo, { origin: serves }, 'park'],
  ['the source cannot be asked', atHopTwo, { origin: silent }, 'park'],
  ['the mover cannot be asked', {}, { mover: silent }, 'park'],
  ['it was rolled back', { rollingBack: true }, {}, 'park'],
  ['it had landed', { landed: true }, { predecessor: fenced, successor: serves }, 'validate'],
  [
    'it had landed off, as planned',
    { landed: true, landsOff: true },
    { predecessor: fenced, successor: there('off', true) },
    'validate',
  ],
  ['it had landed and is off', { landed: true }, { predecessor: fenced, successor: there('off', true) }, 'park'],
  [
    'it had landed and its staged copy is gone',
    { ...atHopTwo, landed: true },
    { origin: fenced, predecessor: missing, successor: serves },
    'cleanUp',
  ],
  [
    'it had landed at staging and its source is gone',
    { landed: true },
    { predecessor: missing, successor: serves },
    'park',
  ],
  [
    'it held',
    { ...atHopTwo, landed: true, holds: true },
    { origin: fenced, predecessor: missing, successor: serves },
    'hold',
  ],
  [
    'it held and its source is gone',
    { ...atHopTwo, landed: true, holds: true },
    { origin: missing, predecessor: missing, successor: serves },
    'hold',
  ],
  [
    'it held and its source runs',
    { ...atHopTwo, landed: true, holds: true },
    { origin: serves, predecessor: missing, successor: serves },
    'park',
  ],
  [
    'it held and does not serve',
    { ...atHopTwo, landed: true, holds: true },
    { origin: fenced, predecessor: missing, successor: missing },
    'park',
  ],
];

test.each(CASES)('%s', (_, kept, seen, to) => {
  expect(onwardsFrom({ ...glance, ...kept }, { ...quiet, ...seen }).to).toBe(to);
});

test('what parks says everything that was seen', () => {
  const parked = onwardsFrom(
    { ...glance, ...begun },
    { ...quiet, predecessor: fenced, mover: settled('done'), successor: fenced },
  );
  expect(parked).toMatchObject({ class: 'Refused' });
  expect('message' in parked && parked.message).toContain(
    'the predecessor is off, off the network; the mover says: done; the successor is off, off the network.',
  );
});

test('without a checkpoint it begins only where the source alone stands', () => {
  expect(onwardsBlind(serves, []).to).toBe('begin');
  expect(onwardsBlind(serves, ['hyper-v@stage01']).to).toBe('park');
  expect(onwardsBlind(fenced, []).to).toBe('park');
  expect(onwardsBlind(silent, []).to).toBe('park');
});

const machines = fc.oneof(
  fc.constant(missing),
  fc.constant<Seen>(unnamed),
  fc.constant<Seen>(silent),
  fc.record({
    is: fc.constant('there' as const),
    power: fc.constantFrom('on' as const, 'off' as const, 'other' as const),
    connected: fc.boolean(),
    asWired: fc.boolean(),
  }),
);
const movers: fc.Arbitrary<SeenMover> = fc.oneof(
  fc.constant(unnamed),
  fc.constant(silent),
  fc.constantFrom(settled('none'), settled('done'), settled('failed')),
);
const glances: fc.Arbitrary<Glance> = fc.record({
  hop: fc.constantFrom(1, 2),
  isLast: fc.boolean(),
  kind: fc.constantFrom('restore', 'switch', null),
  mayHaveBegun: fc.boolean(),
  landed: fc.boolean(),
  rollingBack: fc.boolean(),
  holds: fc.boolean(),
  wasOn: fc.boolean(),
  landsOff: fc.boolean(),
  knowsAdapters: fc.boolean(),
});
const anything = fc.record({ origin: machines, predecessor: machines, mover: movers, successor: machines });

/** Runs on the network, or nobody can say that it does not. */
const mayHold = (seen: Seen): boolean =>
  seen.is === 'unanswered' || (seen.is === 'there' && seen.power !== 'off' && seen.connected);

test('nothing goes on where two may hold the identity', () => {
  fc.assert(
    fc.property(glances, anything, (kept, seen) => {
      const holders = [seen.origin, seen.predecessor, seen.successor].filter(mayHold).length;
      return holders < 2 || onwardsFrom(kept, seen).to === 'park';
    }),
    { numRuns: 3_000 },
  );
});

test('nothing goes on where somebody could not be asked, and a hop begins only where its mover holds no operation', () => {
  fc.assert(
    fc.property(glances, anything, (kept, seen) => {
      const { to } = onwardsFrom(kept, seen);
      if (Object.values(seen).some(({ is }) => is === 'unanswered')) return to === 'park';
      if (to !== 'begin') return true;
      const { mover } = seen;
      return mover.is === 'settled' ? mover.state === 'none' : !kept.mayHaveBegun;
    }),
    { numRuns: 3_000 },
  );
});
