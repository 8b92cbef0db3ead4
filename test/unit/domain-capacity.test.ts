import fc from 'fast-check';
import {
  type Ask,
  fits,
  isSame,
  type Lease,
  type LeaseTable,
  limitOf,
  needs,
  observedGone,
  operationsAt,
  orphan,
  PURPOSES,
  type Purpose,
  placeOf,
  type Resource,
  type Rules,
  release,
  request,
  type Served,
  setRules,
  tableFrom,
  used,
  type Waiter,
} from '../../domain/capacity.ts';

const V = operationsAt('veeam@v');
const M = operationsAt('azure-migrate@m');
const RESOURCES: readonly Resource[] = ['stagingBytes', 'stagingSeats', 'cutovers', V, M];
const LIMITS: Required<LeaseTable['limits']> = { stagingBytes: 10, stagingSeats: 3, moverOperations: 2, cutovers: 1 };
const empty = (limits: LeaseTable['limits'] = LIMITS): LeaseTable => ({ limits, held: [], waiting: [] });

const room = (stagingBytes = 1, stagingSeats = 1): Ask => ({
  purpose: 'staging',
  amounts: { stagingBytes, stagingSeats },
});
const copy = (at: Resource = V): Ask => ({ purpose: 'copy', amounts: { [at]: 1 } });
const CUT_OVER: Ask = { purpose: 'cutOver', amounts: { cutovers: 1 } };

/** Tells the table everything at the moment 0. */
const given = (...holders: readonly (readonly [string, ...Ask[]])[]): LeaseTable =>
  holders.reduce((table, [holder, ...asks]) => request(table, { holder, asks }, 0).table, empty());
const standing = (table: LeaseTable): string[] => table.held.map(({ holder, purpose }) => `${holder} ${purpose}`);

const HOLDERS = ['a', 'b', 'c', 'd', 'e'];
const holder = fc.constantFrom(...HOLDERS);
const asks = fc
  .record({
    staging: fc.option(fc.tuple(fc.nat(12), fc.nat(3)).map(([bytes, seats]) => room(bytes, seats))),
    copy: fc.option(fc.constantFrom(copy(V), copy(M))),
    cutOver: fc.option(fc.constant(CUT_OVER)),
  })
  .map((some) => PURPOSES.flatMap((purpose) => some[purpose] ?? []));
const limits = fc.record({
  stagingBytes: fc.nat(10),
  stagingSeats: fc.nat(3),
  moverOperations: fc.nat(3),
  cutovers: fc.nat(2),
});

type Act =
  | { readonly do: 'request'; readonly holder: string; readonly asks: readonly Ask[] }
  | { readonly do: 'release'; readonly holder: string; readonly purposes: readonly Purpose[] }
  | { readonly do: 'limit'; readonly limits: Rules }
  | { readonly do: 'orphan'; readonly ended: readonly string[] }
  | { readonly do: 'gone'; readonly gone: readonly { readonly holder: string; readonly purpose: Purpose }[] };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('request' as const), holder, asks }) },
  fc.record({ do: fc.constant('release' as const), holder, purposes: fc.subarray([...PURPOSES]) }),
  fc.record({ do: fc.constant('limit' as const), limits }),
  fc.record({ do: fc.constant('orphan' as const), ended: fc.subarray(HOLDERS) }),
  fc.record({
    do: fc.constant('gone' as const),
    gone: fc.array(fc.record({ holder, purpose: fc.constantFrom(...PURPOSES) }), { maxLength: 4 }),
  }),
);

const perform = (table: LeaseTable, step: Act, now: number): Served => {
  if (step.do === 'request') return request(table, step, now);
  if (step.do === 'release') return release(table, step.holder, now, step.purposes);
  if (step.do === 'orphan') return orphan(table, step.ended, now, now);
  if (step.do === 'gone') return observedGone(table, step.gone, now);
  return setRules(table, step.limits, now);
};

type See = (before: LeaseTable, step: Act, after: LeaseTable, granted: readonly Lease[]) => void;

/** Plays any interleaving and shows every table on the way. */
const inAnyInterleaving = (see: See, acts = fc.array(act, { maxLength: 40 })): void =>
  fc.assert(
    fc.property(acts, (steps) => {
      let table = empty();
      for (const [now, step] of steps.entries()) {
        const { table: after, granted } = perform(table, step, now);
        see(table, step, after, granted);
        table = after;
      }
    }),
  );

const shares = (one: Waiter, other: Waiter): boolean => needs(one.amounts).some((r) => (other.amounts[r] ?? 0) > 0);
/** Its turn can come: the house is big enough for it, and its holder waits for nothing that it takes before. */
const hasTurn = (table: LeaseTable, one: Waiter): boolean =>
  needs(one.amounts).every((r) => (one.amounts[r] ?? 0) <= limitOf(table, r)) &&
  table.waiting.every((w) => w.holder !== one.holder || PURPOSES.indexOf(w.purpose) >= PURPOSES.indexOf(one.purpose));
const has = (list: readonly Waiter[], one: Waiter): boolean => list.some((each) => isSame(each, one));

test('nothing that is granted brings the house above its limits, in any interleaving', () => {
  inAnyInterleaving((before, _, after) => {
    for (const r of RESOURCES) expect(used(after, r)).toBeLessThanOrEqual(Math.max(limitOf(after, r), used(before, r)));
  });
});

test('who came first is served first; only what would never fit, or whose turn had not come, is passed by', () => {
  inAnyInterleaving((before, _, after, granted) => {
    for (const lease of granted.filter((one) => !has(before.held, one))) {
      const at = before.waiting.findIndex((one) => isSame(one, lease));
      const ahead = at < 0 ? before.waiting : before.waiting.slice(0, at);
      const passed = ahead.filter((one) => has(after.waiting, one) && hasTurn(after, one) && shares(one, lease));
      expect(passed.filter((one) => !granted.some((each) => each.holder === one.holder))).toEqual([]);
    }
  });
});

test('nobody who fits waits behind nobody', () => {
  inAnyInterleaving((_, __, after) => {
    const due = after.waiting.filter((one) => hasTurn(after, one));
    for (const [index, one] of due.entries())
      expect(fits(after, one.amounts) && !due.slice(0, index).some((before) => shares(before, one))).toBe(false);
  });
});

test('nobody gets a seat while it waits for what it takes before it', () => {
  inAnyInterleaving((before, _, after, granted) => {
    const rank = ({ purpose }: Waiter): number => PURPOSES.indexOf(purpose);
    for (const lease of granted.filter((one) => !has(before.held, one)))
      expect(after.waiting.filter((one) => one.holder === lease.holder && rank(one) < rank(lease))).toEqual([]);
  });
});

test('what is asked for is held or waits, once, until it is given back or its holder has ended', () => {
  const key = ({ holder: of, purpose }: { holder: string; purpose: Purpose }): string => `${of} ${purpose}`;
  const known = new Set<string>();
  inAnyInterleaving((before, step, after) => {
    if (before.held.length + before.waiting.length === 0) known.clear();
    if (step.do === 'request') for (const { purpose } of step.asks) known.add(key({ ...step, purpose }));
    if (step.do === 'release') for (const purpose of step.purposes) known.delete(key({ ...step, purpose }));
    if (step.do === 'orphan')
      for (const one of before.waiting.filter((each) => step.ended.includes(each.holder))) known.delete(key(one));
    if (step.do === 'gone')
      for (const one of before.held.filter(
        (each) => each.orphanedAt !== undefined && step.gone.some((g) => isSame(g, each)),
      ))
        known.delete(key(one));
    expect([...after.held, ...after.waiting].map(key).sort()).toEqual([...known].sort());
  });
});

test('everything said twice changes nothing the second time', () => {
  inAnyInterleaving((_, step, after) => {
    const again = perform(after, step, 99);
    const withoutTimes = (table: LeaseTable): unknown =>
      JSON.parse(JSON.stringify(table, (key, value) => (key === 'askedAt' ? 0 : value)));
    expect(withoutTimes(again.table)).toEqual(withoutTimes(after));
    const told = again.granted.map((one) => `${one.holder} ${one.purpose}`);
    const held =
      step.do === 'request'
        ? after.held.filter(
            (one) => one.holder === step.holder && step.asks.some(({ purpose }) => purpose === one.purpose),
          )
        : [];
    expect(told.sort()).toEqual(held.map((one) => `${one.holder} ${one.purpose}`).sort());
  });
});

/** What a journey over two hops takes and gives back, in order, where both hops have the same mover. */
const JOURNEY: readonly ({ readonly take: readonly Ask[] } | { readonly give: readonly Purpose[] })[] = [
  { take: [room(3), copy()] },
  { give: ['copy'] },
  { take: [CUT_OVER] },
  { give: ['cutOver'] },
  { take: [copy()] },
  { give: ['copy'] },
  { take: [CUT_OVER] },
  { give: [...PURPOSES] },
];

test('journeys that take and give back as they go all come to their end, whoever moves when', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(5), { maxLength: 60 }), fc.integer({ min: 1, max: 3 }), (moves, seats) => {
      const at = new Map(Array.from({ length: 6 }, (_, n) => [`j${n}`, 0]));
      let table = empty({ stagingBytes: 10, stagingSeats: seats, moverOperations: 1, cutovers: 1 });
      const move = (who: string): boolean => {
        const step = JOURNEY[at.get(who) ?? 0];
        if (!step || table.waiting.some((one) => one.holder === who)) return false;
        at.set(who, (at.get(who) ?? 0) + 1);
        table = (
          'take' in step ? request(table, { holder: who, asks: step.take }, 0) : release(table, who, 0, step.give)
        ).table;
        return true;
      };
      for (const n of moves) move(`j${n}`);
      const names = [...at.keys()];
      while (names.some(move));
      expect([...at.values()]).toEqual(names.map(() => JOURNEY.length));
      expect(table).toMatchObject({ held: [], waiting: [] });
    }),
  );
});

test('a big request for staging is not overtaken by small ones, and holds up no copy seat meanwhile', () => {
  const table = given(
    ['first', room(5)],
    ['big', room(8), copy()],
    ['small', room(1), copy()],
    ['other', copy()],
    ['more', copy()],
  );
  expect(standing(table)).toEqual(['first staging', 'other copy', 'more copy']);
  expect(placeOf(table, 'big', 'staging')).toBe(1);
  expect(placeOf(table, 'small', 'staging')).toBe(2);
  const { table: after } = release(table, 'first', 1);
  expect(standing(after)).toEqual(['other copy', 'more copy', 'big staging', 'small staging']);
});

test('each mover instance has seats of its own', () => {
  expect(standing(given(['a', copy(V)], ['b', copy(V)], ['c', copy(V)], ['d', copy(M)]))).toEqual([
    'a copy',
    'b copy',
    'd copy',
  ]);
});

test('an orphan counts until what it is for is observed gone', () => {
  const table = orphan(given(['dead', room(9)], ['next', room(2)]), ['dead'], 1, 1).table;
  expect(table.held).toMatchObject([{ holder: 'dead', orphanedAt: 1 }]);
  expect(used(table, 'stagingBytes')).toBe(9);
  expect(standing(observedGone(table, [{ holder: 'dead', purpose: 'staging' }], 2).table)).toEqual(['next staging']);
});

test('a holder that asks again takes its orphan up, and what was seen before it asked no longer counts', () => {
  const dead = orphan(given(['dead', room(9)]), ['dead'], 1, 1).table;
  const { table, granted } = request(dead, { holder: 'dead', asks: [room(9)] }, 5);
  expect(granted).toHaveLength(1);
  expect(table.held[0]?.orphanedAt).toBeUndefined();
  expect(observedGone(table, [{ holder: 'dead', purpose: 'staging' }], 6).table.held).toHaveLength(1);
  expect(orphan(table, ['dead'], 4, 6).table.held[0]?.orphanedAt).toBeUndefined();
});

test('who ended while it waited gives its place up, and who came behind is served', () => {
  const table = given(['first', room(5)], ['dead', room(8)], ['small', room(1)]);
  expect(standing(orphan(table, ['dead'], 1, 1).table)).toEqual(['first staging', 'small staging']);
});

test('a lease of one mover is none of another: who turns to another mover begins anew', () => {
  const table = given(['a', copy(V)], ['b', copy(M)], ['c', copy(M)]);
  const { table: after } = request(table, { holder: 'a', asks: [copy(M)] }, 1);
  expect(used(after, V)).toBe(0);
  expect(placeOf(after, 'a', 'copy')).toBe(1);
});

test('a table of the first version is read as leases of staging without limits beside it', () => {
  const old = {
    limits: { stagingBytes: 10, stagingSeats: 1 },
    held: [{ holder: 'a', amounts: { stagingBytes: 4, stagingSeats: 1 }, grantedAt: 7 }],
    waiting: [{ holder: 'b', amounts: { stagingBytes: 4, stagingSeats: 1 } }],
  };
  const table = tableFrom(old as unknown as LeaseTable);
  expect(request(table, { holder: 'a', asks: [room(4)] }, 8).granted).toMatchObject([
    { purpose: 'staging', grantedAt: 7 },
  ]);
  expect(request(table, { holder: 'c', asks: [copy()] }, 8).granted).toHaveLength(1);
  expect(standing(release(table, 'a', 8).table)).toEqual(['b staging']);
});
