import { ledgerText, refuseNamesakes } from '../../client/cli/ledger.ts';
import { ledgerOf, ledgerRows } from '../../client/ledger.ts';
import type { LedgerEntry, Mark } from '../../domain/ledger.ts';
import { MINUTE, NOW, view } from '../support/cli-views.ts';

const at = (hop: number, mark: Mark, minutesAgo: number): LedgerEntry => ({ hop, mark, at: NOW - minutesAgo * MINUTE });

const BYTES = [
  { hop: 1, round: 0, moved: 2 ** 30 },
  { hop: 1, round: 1, moved: 2 ** 20 },
];

const told = (entries: readonly LedgerEntry[]) =>
  ledgerOf(
    view({
      ledger: {
        entries: [...entries],
        waits: [
          { gate: 'cutover', hop: 1, from: NOW - 90 * MINUTE, to: NOW - 75 * MINUTE },
          { gate: 'cutover', hop: 2, from: NOW - 30 * MINUTE, to: NOW - 25 * MINUTE },
        ],
        bytes: BYTES,
      },
    }),
    NOW,
  );

const WHOLE = [
  at(1, 'stopOfService', 60),
  at(1, 'lastDelta', 55),
  at(1, 'cutOver', 50),
  at(1, 'boot', 48),
  at(1, 'checksPassed', 45),
];

test('each hop tells its times, its outage, its waits for people and its bytes, and the VM their sums', () => {
  const ledger = told([...WHOLE, at(2, 'stopOfService', 20)]);
  expect(ledger).toMatchObject({
    outageMs: 35 * MINUTE,
    budgetMs: 30 * MINUTE,
    isOver: true,
    humanWaitMs: 20 * MINUTE,
  });
  expect(ledger.bytes).toBe(2 ** 30 + 2 ** 20);
  expect(ledger.hops).toMatchObject([
    { hop: 1, attempts: 1, outageMs: 15 * MINUTE, isDown: false, humanWaitMs: 15 * MINUTE, fullBytes: 2 ** 30 },
    { hop: 2, attempts: 1, outageMs: 20 * MINUTE, isDown: true, humanWaitMs: 5 * MINUTE, fullBytes: null },
  ]);
  const text = ledgerText([ledger]);
  expect(text).toMatch(
    /^web-01 +1 +2030-01-05T20:30:00Z +\+5 min +\+10 min +\+12 min +\+15 min +15 min +15 min +1\.0 GiB +1\.0 MiB$/m,
  );
  expect(text).toMatch(/20 min, still down/);
  expect(text).toContain('web-01: outage 35 min of 30 min, over by 5 min · waited for people 20 min · 1.0 GiB');
});

test('a second attempt tells its own times, and the outage of both', () => {
  const [hop] = told([at(1, 'stopOfService', 200), at(1, 'cutOver', 195), at(1, 'rolledBack', 190), ...WHOLE]).hops;
  expect(hop).toMatchObject({ attempts: 2, outageMs: 25 * MINUTE, rolledBack: null });
  expect(hop?.stopOfService).toBe('2030-01-05T20:30:00.000Z');
});

test('a hop that went back and was not tried again shows when', () => {
  const ledger = told([at(1, 'stopOfService', 200), at(1, 'rolledBack', 190)]);
  expect(ledger.hops[0]).toMatchObject({ attempts: 1, outageMs: 10 * MINUTE });
  expect(ledgerText([ledger])).toContain('back +10 min');
});

test('a hop that has not begun shows nothing, and its row of a sheet is empty there', () => {
  const ledger = told([]);
  expect(ledger.hops[1]).toMatchObject({ attempts: 0, outageMs: null, stopOfService: null, isDown: false });
  expect(ledgerRows([ledger])[1]).toMatchObject({ name: 'web-01', hop: 2, stopOfService: '', outageMs: '' });
});

test('a name that several VMs bear is refused with the id of each', () => {
  const twins = [{ vm: { id: 'a' } }, { vm: { id: 'b' } }];
  expect(() => refuseNamesakes('twin', twins)).toThrow('twin is the name of several VMs. Use the id:\n    a\n    b');
  expect(() => refuseNamesakes('a', twins.slice(0, 1))).not.toThrow();
});
