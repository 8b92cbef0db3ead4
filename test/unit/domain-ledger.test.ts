import { type Ledger, type Mark, newLedger, outageOf, totalOutage } from '../../domain/ledger.ts';

const ledger = (...entries: readonly [hop: number, mark: Mark, at: number][]): Ledger => ({
  ...newLedger(),
  entries: entries.map(([hop, mark, at]) => ({ hop, mark, at })),
});

test.each<[string, Ledger, number | null]>([
  ['before anything stopped', ledger([1, 'cutOver', 5]), null],
  ['while the VM is down', ledger([1, 'stopOfService', 10]), 90],
  ['after its checks', ledger([1, 'stopOfService', 10], [1, 'connected', 20], [1, 'checksPassed', 30]), 20],
  ['after a rollback', ledger([1, 'stopOfService', 10], [1, 'rolledBack', 40]), 30],
  [
    'when a successor that never passed is stopped to roll back',
    ledger([1, 'stopOfService', 10], [1, 'connected', 20], [1, 'stopOfService', 50], [1, 'rolledBack', 60]),
    50,
  ],
  [
    'when a successor that had passed is rolled back later',
    ledger([1, 'stopOfService', 10], [1, 'checksPassed', 20], [1, 'stopOfService', 50], [1, 'rolledBack', 60]),
    20,
  ],
  [
    'over two attempts',
    ledger([1, 'stopOfService', 10], [1, 'rolledBack', 15], [1, 'stopOfService', 50], [1, 'checksPassed', 60]),
    15,
  ],
  ['when only another hop stopped', ledger([2, 'stopOfService', 10]), null],
  ['of a VM that was off', ledger([1, 'rolledBack', 10]), null],
])('the outage %s', (_, told, outage) => {
  expect(outageOf(told, 1, 100)).toBe(outage);
});

test('the outage of a journey is that of its hops together', () => {
  const told = ledger([1, 'stopOfService', 10], [1, 'checksPassed', 30], [2, 'stopOfService', 60]);
  expect(totalOutage(told, 2, 100)).toBe(60);
});
