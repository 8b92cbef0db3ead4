import type { BatchOrder } from '../../domain/batch.ts';
import { whyTooLate, windowsPast } from '../../domain/kick-off.ts';
import type { Window } from '../../domain/window.ts';
import { scriptedOrder } from '../support/order.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-12-05T20:00:00Z');

/** A window that is past its latest abort so many hours from now. */
const until = (hours: number): Window => {
  const abortAt = NOW + hours * HOUR;
  const text = `until ${hours} h`;
  return { opensAt: abortAt - HOUR, abortAt, closesAt: abortAt + HOUR, zone: 'UTC', text, utcText: text };
};

const batchWith = (...windows: readonly (Window | null)[]): BatchOrder => {
  const order = scriptedOrder();
  const hops = order.hops.map((hop, index) => ({ ...hop, window: windows[index] ?? null }));
  const groups = ['g1'];
  return { programme: 'p1', name: 'b1', groups, members: [{ id: 'vm', order: { ...order, hops } }], reconcileMs: 1 };
};

test.each([
  ['without a window', [null, null]],
  ['before the latest abort', [until(1), until(1)]],
  ['while one window is left', [until(-2), until(1)]],
])('%s it is never too late', (_, windows) => {
  expect(whyTooLate(batchWith(...windows), NOW)).toBeNull();
});

test('past the latest abort of its only window it is too late, at that very moment already', () => {
  expect(whyTooLate(batchWith(until(0), until(0)), NOW)).toBe(
    'The window until 0 h, of b1 is past the latest abort, 2026-12-05T20:00Z: a cut-over begun now could not be rolled back in time.',
  );
});

test('past all of several windows the last is named', () => {
  expect(whyTooLate(batchWith(until(-1), until(-2)), NOW)).toMatch(
    /^All 2 windows, the last until -1 h, of b1 are past/,
  );
});

test('windows that are past are named, though another is left', () => {
  expect(windowsPast(batchWith(until(-2), until(1)), NOW).map(({ text }) => text)).toEqual(['until -2 h']);
});
