import { type Ask, type LeaseTable, operationsAt, orphan, request } from '../../domain/capacity.ts';
import { isRules, purposesIn, refuseRequest, waitingIn } from '../../domain/capacity-words.ts';

const GB = 2 ** 30;
const room = (gb: number): Ask => ({ purpose: 'staging', amounts: { stagingBytes: gb * GB, stagingSeats: 1 } });
const COPY: Ask = { purpose: 'copy', amounts: { [operationsAt('veeam@vbr01')]: 1 } };
const CUT_OVER: Ask = { purpose: 'cutOver', amounts: { cutovers: 1 } };

const house = (limits: Partial<LeaseTable['limits']>, ...asked: readonly (readonly [string, ...Ask[]])[]): LeaseTable =>
  asked.reduce<LeaseTable>((table, [name, ...asks]) => request(table, { holder: `vm/${name}`, name, asks }, 0).table, {
    limits: { stagingBytes: 1_000 * GB, stagingSeats: 10, moverOperations: 4, cutovers: 5, ...limits },
    held: [],
    waiting: [],
  });

const whyOf = (table: LeaseTable, name: string): readonly string[] =>
  waitingIn(table, `vm/${name}`).map(({ why }) => why);

test('who waits for staging reads its place, what is free, what it asked, and who holds the rest', () => {
  const table = house({}, ['web-01', room(500)], ['db-02', room(380)], ['app', room(130)], ['db-03', room(200)]);
  expect(whyOf(table, 'db-03')).toEqual([
    '2nd in line for staging: 8 of 10 seats free, needs 1; 200 GB asked, 120 GB free; held by web-01, db-02',
  ]);
});

test('of many holders a few are named, and those whose journey ended say so', () => {
  const table = house({ stagingSeats: 5 }, ...'abcdef'.split('').map((name) => [name, room(1)] as const));
  const [why] = whyOf(orphan(table, ['vm/b'], 1, 1).table, 'f');
  expect(why).toContain('held by a, b (ended), c and 2 more');
});

test('a copy names the mover whose seats are taken', () => {
  const table = house({ moverOperations: 1 }, ['web-01', COPY], ['db-02', COPY]);
  expect(whyOf(table, 'db-02')).toEqual([
    '1st in line for a copy at veeam@vbr01: 0 of 1 seats free, needs 1; held by web-01',
  ]);
});

test('a copy asked for with staging says that it comes after it', () => {
  const table = house({ stagingSeats: 1 }, ['web-01', room(1)], ['db-02', room(1), COPY]);
  expect(whyOf(table, 'db-02')[1]).toBe('1st in line for a copy at veeam@vbr01, when what comes before it is granted');
});

test('who would fit but came later says so', () => {
  const table = house({}, ['web-01', room(500)], ['db-02', room(600)], ['small', room(1)]);
  expect(whyOf(table, 'small')[0]).toMatch(/^2nd in line.*it would fit, and waits for those who came before$/);
});

test('what has become too big for the house names the limit', () => {
  const before = house({}, ['web-01', room(500)], ['db-02', room(600)]);
  const table = { ...before, limits: { ...before.limits, stagingBytes: 100 * GB } };
  expect(whyOf(table, 'db-02')[0]).toContain('too big for staging as the limits are now: stagingBytes');
});

test('a cut-over waits in a line of its own', () => {
  const table = house({ cutovers: 1 }, ['web-01', CUT_OVER], ['db-02', CUT_OVER], ['app', CUT_OVER]);
  expect(waitingIn(table).map(({ holder, place }) => [holder, place])).toEqual([
    ['vm/db-02', 1],
    ['vm/app', 2],
  ]);
  expect(whyOf(table, 'app')[0]).toContain('2nd in line for a cut-over: 0 of 1 seats free');
});

test('a request that can never be granted is refused with the limit it breaks, unless it stands already', () => {
  const ask = (gb: number) => ({ holder: 'vm/a', asks: [room(gb)] });
  expect(refuseRequest(house({ stagingBytes: 10 * GB }), ask(11))).toContain(`stagingBytes: ${11 * GB} asked`);
  const holding = house({ stagingBytes: 10 * GB }, ['a', room(9)]);
  const smaller = { ...holding, limits: { ...holding.limits, stagingBytes: 5 * GB } };
  expect(refuseRequest(smaller, ask(9))).toBeNull();
  expect(refuseRequest(smaller, { holder: 'vm/a', asks: [room(9), COPY] })).toBeNull();
});

test('what is no request is told what a request is', () => {
  const unsound = [
    undefined,
    null,
    {},
    { holder: 'a' },
    { holder: 'a', asks: [] },
    { holder: 'a', asks: [{ purpose: 'staging' }] },
    { holder: 'a', asks: [{ purpose: 'lunch', amounts: {} }] },
    { holder: 'a', asks: [{ purpose: 'staging', amounts: { stagingSeats: -1 } }] },
    { holder: 'a', asks: [{ purpose: 'staging', amounts: { seats: 1 } }] },
    { holder: 'a', asks: 'staging' },
    { holder: 'a', asks: [null] },
    { holder: 'a', name: { toString: 1 }, asks: [room(1)] },
    { holder: 'a', asks: [{ ...room(1), stands: 'here' }] },
    { holder: 'a', asks: [{ ...room(1), stands: [{ at: null, journey: 'j', name: 'n' }] }] },
  ];
  for (const came of unsound) expect(refuseRequest(house({}), came)).toContain('names its holder');
});

test('what are no limits, and what are no purposes, is told', () => {
  for (const came of [undefined, null, {}, { stagingBytes: 1 }, { stagingBytes: 1, stagingSeats: 'two' }])
    expect(isRules(came)).toBe(false);
  expect(isRules({ stagingBytes: 1, stagingSeats: 1, reconcileMs: 0 })).toBe(false);
  expect(isRules({ stagingBytes: 0, stagingSeats: 0 })).toBe(true);
  expect(isRules({ stagingBytes: 0, stagingSeats: 0, moverOperations: 1, cutovers: 2, reconcileMs: 5 })).toBe(true);
  expect(purposesIn(['staging', 'lunch'])).toBeNull();
  expect(purposesIn('staging')).toBeNull();
  expect(purposesIn(undefined)).toEqual(['staging', 'copy', 'cutOver']);
});
