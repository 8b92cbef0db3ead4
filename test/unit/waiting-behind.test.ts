import { behindOf } from '../../client/explain/behind.ts';
import type { LeaseTable } from '../../domain/capacity.ts';
import type { BatchView } from '../../workflows/batch-messages.ts';

const waiter = (holder: string, amounts: LeaseTable['waiting'][number]['amounts']) => ({
  holder,
  name: holder,
  purpose: 'staging' as const,
  amounts,
  askedAt: 0,
});

const table: LeaseTable = {
  limits: { stagingBytes: 10, stagingSeats: 1 },
  held: [{ ...waiter('me', { stagingSeats: 1 }), grantedAt: 0 }],
  waiting: [
    waiter('a', { stagingSeats: 1 }),
    waiter('b', { stagingSeats: 1 }),
    waiter('c', { stagingSeats: 1 }),
    waiter('d', { stagingSeats: 1 }),
    waiter('me', { stagingSeats: 1 }),
    waiter('other', { cutovers: 1 }),
  ],
};

const batch = {
  groups: ['db', 'web'],
  members: [
    { id: 'me', vm: { id: 'src-me', name: 'db-01' }, group: 'db' },
    { id: 'web', vm: { id: 'src-web', name: 'web-01' }, group: 'web' },
  ],
  cleared: [],
  gates: [
    {
      group: 'web',
      waiting: [{ id: 'web', vm: { id: 'src-web', name: 'web-01' } }],
      missing: [],
      after: [{ id: 'src-me', name: 'db-01' }],
    },
  ],
} as unknown as BatchView;

test('who waits for what one holds is counted, and nobody else', () => {
  expect(behindOf(['me'], { table, batch: null })).toEqual(['in line for what it holds: a, b, c and 1 more']);
  expect(behindOf(['nobody'], { table, batch: null })).toEqual([]);
});

test('later groups wait for the one before them', () => {
  expect(behindOf(['me'], { table: null, batch })).toEqual(['later groups wait for it: web-01']);
  expect(behindOf(['web'], { table: null, batch })).toEqual([]);
});

test('those at the gate of a group wait for the one that is missing', () => {
  const [gate] = batch.gates;
  const missing = [{ id: 'src-me', name: 'db-01' }];
  const waits = { ...batch, gates: [{ ...gate, after: [], missing }] } as unknown as BatchView;
  expect(behindOf(['me'], { table: null, batch: waits })).toEqual(['its group waits for it: web-01']);
});
