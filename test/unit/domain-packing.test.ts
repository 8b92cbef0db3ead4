import fc from 'fast-check';
import { type PackedGroup, packBatches, STAGING_FACTOR } from '../../domain/packing.ts';
import { lowerBound } from '../bench/lower-bound.ts';

const GB = 2 ** 30;
const LIMITS = { mostVms: 10, stagingSeats: 20, stagingBytes: 4_000 * GB, inFlight: 2 };

const group = (name: string, sizes: readonly (number | null)[]): PackedGroup => ({
  name,
  vms: sizes.map((gb, n) => ({ name: `${name}-${n + 1}`, bytes: gb === null ? null : gb * GB })),
});

test('groups stay whole, the largest first, and staging is reserved with its factor', () => {
  const { batches, tooLarge, room } = packBatches(
    [group('web', [50, 50]), group('db', [300, 300, 300]), group('app', [100, 100, 100, 100, 100, 100])],
    LIMITS,
  );
  expect(room).toEqual({ vms: 10, bytes: 2_000 * GB });
  expect(tooLarge).toEqual([]);
  expect(batches).toEqual([
    { groups: ['app', 'db'], vms: expect.arrayContaining(['db-3', 'app-6']), bytes: 1_500 * STAGING_FACTOR * GB },
    { groups: ['web'], vms: ['web-1', 'web-2'], bytes: 100 * STAGING_FACTOR * GB },
  ]);
});

test('a group larger than a batch is told with why, and not split', () => {
  const { batches, tooLarge } = packBatches(
    [
      group(
        'erp',
        Array.from({ length: 12 }, () => 10),
      ),
      group('lake', [2_000]),
    ],
    LIMITS,
  );
  expect(batches).toEqual([]);
  expect(tooLarge).toEqual([
    { group: 'erp', why: '12 VMs, and a batch takes 10' },
    { group: 'lake', why: '2600 GB on staging with the factor 1.3, and a batch takes 2000 GB' },
  ]);
});

test('a VM of unknown size counts as the mean of the others, and is named', () => {
  const { batches, unsized } = packBatches([group('a', [100, null])], LIMITS);
  expect(batches[0]?.bytes).toBe(200 * STAGING_FACTOR * GB);
  expect(unsized).toEqual(['a-2']);
});

const groups = fc.array(
  fc.array(fc.option(fc.integer({ min: 1, max: 900 }), { freq: 8 }), { minLength: 1, maxLength: 14 }),
  {
    maxLength: 25,
  },
);

test('whatever the groups: none is split or lost, and no batch exceeds its room', () => {
  fc.assert(
    fc.property(groups, fc.integer({ min: 1, max: 3 }), (sizes, inFlight) => {
      const all = sizes.map((vms, n) => group(`g${n}`, vms));
      const { batches, tooLarge, room } = packBatches(all, { ...LIMITS, inFlight });
      for (const { vms, bytes } of batches) {
        expect(vms.length).toBeLessThanOrEqual(room.vms);
        expect(bytes).toBeLessThanOrEqual(room.bytes);
      }
      const placed = [...batches.flatMap((one) => one.groups), ...tooLarge.map((one) => one.group)];
      expect(placed.sort()).toEqual(all.map(({ name }) => name).sort());
      for (const { groups: inside, vms } of batches)
        expect([...vms].sort()).toEqual(
          all.flatMap((one) => (inside.includes(one.name) ? one.vms.map(({ name }) => name) : [])).sort(),
        );
      // No two batches could have been one.
      for (const [index, one] of batches.entries())
        for (const other of batches.slice(index + 1))
          expect(one.vms.length + other.vms.length > room.vms || one.bytes + other.bytes > room.bytes).toBe(true);
    }),
    { numRuns: 200 },
  );
});

const copy = (ms: number) => [
  { ms: 10, resource: null },
  { ms, resource: 'copy' },
  { ms: 30, resource: null },
];

test('a bound is the work of the scarcest resource over its units, with the least that goes before and after', () => {
  const batches = [Array.from({ length: 10 }, () => copy(100))];
  expect(lowerBound(batches, { capacity: { copy: 4 }, inFlight: 2 })).toEqual({ ms: 250 + 40, by: 'copy' });
  expect(lowerBound(batches, { capacity: { copy: 100 }, inFlight: 2 })).toEqual({ ms: 140, by: 'the longest VM' });
});

test('batches that take turns cannot be faster than their own bounds one after the other', () => {
  const batches = [1, 2, 3].map(() => Array.from({ length: 2 }, () => copy(100)));
  expect(lowerBound(batches, { capacity: { copy: 4 }, inFlight: 1 })).toEqual({ ms: 3 * 140, by: '1 in flight' });
});
