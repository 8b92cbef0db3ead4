import fc from 'fast-check';
import {
  isLimits,
  type LeaseTable,
  neverFits,
  placeOf,
  RESOURCES,
  refuseRequest,
  release,
  request,
  used,
} from '../../domain/capacity.ts';

const empty = (stagingBytes: number, stagingSeats: number): LeaseTable => ({
  limits: { stagingBytes, stagingSeats },
  held: [],
  waiting: [],
});

const HOLDERS = ['a', 'b', 'c', 'd', 'e'];
const amounts = fc.record({ stagingBytes: fc.nat(12), stagingSeats: fc.nat(3) });
const limits = fc.record({ stagingBytes: fc.nat(10), stagingSeats: fc.nat(3) });

type Act =
  | {
      readonly do: 'request';
      readonly holder: string;
      readonly amounts: { stagingBytes: number; stagingSeats: number };
    }
  | { readonly do: 'release'; readonly holder: string }
  | { readonly do: 'limit'; readonly limits: LeaseTable['limits'] };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ do: fc.constant('request' as const), holder: fc.constantFrom(...HOLDERS), amounts }),
  fc.record({ do: fc.constant('release' as const), holder: fc.constantFrom(...HOLDERS) }),
  fc.record({ do: fc.constant('limit' as const), limits }),
);

const perform = (table: LeaseTable, step: Act, now: number) => {
  if (step.do === 'request') return request(table, step, now);
  if (step.do === 'release') return release(table, step.holder, now);
  return release({ ...table, limits: step.limits }, '', now);
};

/** Plays any interleaving and shows every table on the way. */
const play = (acts: readonly Act[], see: (before: LeaseTable, step: Act, after: LeaseTable) => void): void => {
  let table = empty(10, 3);
  for (const [now, step] of acts.entries()) {
    const { table: after } = perform(table, step, now);
    see(table, step, after);
    table = after;
  }
};

const anyPlay = fc.array(act, { maxLength: 40 });

test('nothing that is granted brings the house above its limits, in any interleaving', () => {
  fc.assert(
    fc.property(anyPlay, (acts) =>
      play(acts, (before, _, after) => {
        const granted = after.held.length > before.held.filter((one) => after.held.includes(one)).length;
        if (granted) for (const r of RESOURCES) expect(used(after, r)).toBeLessThanOrEqual(after.limits[r]);
      }),
    ),
  );
});

test('who came first is served first, and only what would never fit is passed by', () => {
  fc.assert(
    fc.property(anyPlay, (acts) =>
      play(acts, (before, _, after) => {
        const line = before.waiting
          .filter(({ amounts: a }) => neverFits(after, a) === null)
          .map(({ holder }) => holder);
        const served = line.filter((holder) => after.held.some((one) => one.holder === holder));
        expect(
          line.filter((holder) => placeOf(after, holder) > 0 || served.includes(holder)).slice(0, served.length),
        ).toEqual(served);
      }),
    ),
  );
});

test('nobody who asked is forgotten, and nobody stands twice', () => {
  fc.assert(
    fc.property(anyPlay, (acts) => {
      const asked = new Set<string>();
      play(acts, (_, step, after) => {
        if (step.do === 'request') asked.add(step.holder);
        if (step.do === 'release') asked.delete(step.holder);
        const known = [...after.held, ...after.waiting].map(({ holder }) => holder);
        expect(known.sort()).toEqual([...asked].sort());
      });
    }),
  );
});

test('the head of the line waits only while it does not fit', () => {
  fc.assert(
    fc.property(anyPlay, (acts) =>
      play(acts, (_, __, after) => {
        const head = after.waiting.find(({ amounts: a }) => neverFits(after, a) === null);
        if (head) expect(RESOURCES.some((r) => used(after, r) + (head.amounts[r] ?? 0) > after.limits[r])).toBe(true);
      }),
    ),
  );
});

test('asking and giving back twice change nothing the second time', () => {
  fc.assert(
    fc.property(anyPlay, (acts) =>
      play(acts, (_, step, after) => {
        if (step.do === 'limit') return;
        const again = perform(after, step, 99);
        expect(again.table).toEqual(after);
        const told = again.granted.map(({ holder }) => holder);
        expect(told).toEqual(
          after.held.some((one) => step.do === 'request' && one.holder === step.holder) ? [step.holder] : [],
        );
      }),
    ),
  );
});

test('a request that can never be granted is refused with the limit it breaks, unless it stands already', () => {
  const table = empty(10, 3);
  expect(refuseRequest(table, { holder: 'a', amounts: { stagingBytes: 11 } })).toContain(
    'stagingBytes: 11 asked, 10 in all',
  );
  const { table: holding } = request(table, { holder: 'a', amounts: { stagingBytes: 9 } }, 0);
  const smaller = { ...holding, limits: { stagingBytes: 5, stagingSeats: 3 } };
  expect(refuseRequest(smaller, { holder: 'a', amounts: { stagingBytes: 9 } })).toBeNull();
});

test('what is no request and what are no limits is told', () => {
  for (const came of [undefined, null, {}, { holder: 'a' }, { holder: 'a', amounts: { stagingSeats: -1 } }])
    expect(refuseRequest(empty(1, 1), came as never)).toContain('names its holder');
  for (const came of [undefined, null, {}, { stagingBytes: 1 }, { stagingBytes: 1, stagingSeats: 'two' }])
    expect(isLimits(came)).toBe(false);
  expect(isLimits({ stagingBytes: 0, stagingSeats: 0 })).toBe(true);
});
