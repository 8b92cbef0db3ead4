import fc from 'fast-check';
import { type Ask, type LeaseTable, release, request } from '../../domain/capacity.ts';
import { tangled, tangleFinding } from '../../domain/tangle.ts';

const room = (stagingBytes = 1): Ask => ({ purpose: 'staging', amounts: { stagingBytes, stagingSeats: 1 } });

/** Holders are called after their team: `a1` is of team a, `1` of none. */
const teamOf = (holder: string): string | null => /^[a-z]/.exec(holder)?.[0] ?? null;

const house = (limits: Partial<LeaseTable['limits']>, ...asked: readonly (readonly [string, number?])[]): LeaseTable =>
  asked.reduce<LeaseTable>((table, [holder, bytes]) => request(table, { holder, asks: [room(bytes)] }, 0).table, {
    limits: { stagingBytes: 100, stagingSeats: 10, ...limits },
    held: [],
    waiting: [],
  });

const namesOf = (table: LeaseTable): string[] => tangled(table, teamOf).map(({ team }) => team);

test('two groups that each hold half of what both need wait for each other', () => {
  const table = house({ stagingSeats: 4 }, ['a1'], ['b1'], ['a2'], ['b2'], ['a3'], ['b3']);
  expect(tangled(table, teamOf)).toEqual([
    { team: 'a', holding: 2, waiting: ['a3'] },
    { team: 'b', holding: 2, waiting: ['b3'] },
  ]);
});

test('a group behind one that is whole waits its turn', () => {
  const table = house({ stagingSeats: 3 }, ['a1'], ['a2'], ['b1'], ['b2'], ['b3']);
  expect(namesOf(table)).toEqual([]);
});

test('a VM that is decided on by itself gives its room back some day', () => {
  expect(namesOf(house({ stagingSeats: 2 }, ['1'], ['a1'], ['a2']))).toEqual([]);
});

test('a group that would fit is held up where the first in line waits for what the group holds', () => {
  const table = house({ stagingBytes: 100 }, ['a1', 60], ['1', 50], ['a2', 10]);
  expect(namesOf(table)).toEqual(['a']);
});

test('a group that nobody of has room yet holds nobody up', () => {
  const table = house({ stagingSeats: 3 }, ['a1'], ['b1'], ['a2'], ['b2'], ['a3'], ['c1']);
  expect(namesOf(table)).toEqual(['b', 'a']);
});

test('one finding names who is there, who is in line, and the way out', () => {
  const finding = tangleFinding(tangled(house({ stagingSeats: 2 }, ['a1'], ['b1'], ['a2'], ['b2']), teamOf));
  expect(finding).toMatchObject({ id: 'DC-07', severity: 'block', fix: expect.stringContaining('tranship defer') });
  expect(finding?.message).toContain('a (1 VM there, 1 in line), b (1 VM there, 1 in line)');
  expect(tangleFinding([])).toBeNull();
});

/** What would happen: whoever is alone goes, a team goes when all of it is there. True when all are gone in the end. */
const comesToAnEnd = (begun: LeaseTable): boolean => {
  let table = begun;
  for (;;) {
    const goes = table.held.filter(
      ({ holder }) =>
        teamOf(holder) === null || !table.waiting.some((other) => teamOf(other.holder) === teamOf(holder)),
    );
    if (goes.length === 0) return table.waiting.length === 0;
    for (const { holder } of goes) table = release(table, holder, 0).table;
  }
};

test('what it finds is what would never end, for any line', () => {
  const holders = fc.uniqueArray(fc.constantFrom('a1', 'a2', 'a3', 'b1', 'b2', 'b3', 'c1', 'c2', '1', '2'), {
    minLength: 1,
  });
  const limits = fc.record({
    stagingBytes: fc.integer({ min: 3, max: 9 }),
    stagingSeats: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(
      limits,
      holders,
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 10, maxLength: 10 }),
      (l, all, sizes) => {
        const table = house(l, ...all.map((holder, index) => [holder, sizes[index] ?? 1] as const));
        expect(namesOf(table).length === 0).toBe(comesToAnEnd(table));
      },
    ),
    { numRuns: 2_000 },
  );
});
