import { windowOf } from '../../domain/plan.ts';
import { mayBegin, untilOpen, type Window } from '../../domain/window.ts';
import { readLocalTime } from '../../plan/text/zones.ts';

const HOUR = 3_600_000;
const NIGHT: Window = {
  opensAt: 10 * HOUR,
  closesAt: 18 * HOUR,
  abortAt: 17 * HOUR,
  zone: 'UTC',
  text: '',
  utcText: '',
};

test.each([
  ['a winter evening in Vienna', '2026-11-14 20:00', 'Europe/Vienna', '2026-11-14T19:00Z'],
  ['a summer evening in Vienna', '2026-07-14 20:00', 'Europe/Vienna', '2026-07-14T18:00Z'],
  ['a T between day and hour', '2026-07-14T20:00', 'Europe/Vienna', '2026-07-14T18:00Z'],
  ['a zone west of Greenwich', '2026-03-08 03:00', 'America/New_York', '2026-03-08T07:00Z'],
  ['a zone with a half hour', '2026-01-01 00:00', 'Asia/Kolkata', '2025-12-31T18:30Z'],
  ['a zone whose clocks move by half an hour', '2026-01-15 12:00', 'Australia/Lord_Howe', '2026-01-15T01:00Z'],
  ['the last minute before a gap', '2027-03-28 01:59', 'Europe/Vienna', '2027-03-28T00:59Z'],
  ['the first minute after a gap', '2027-03-28 03:00', 'Europe/Vienna', '2027-03-28T01:00Z'],
  ['the first of two equal times', '2026-10-25 02:30+02:00', 'Europe/Vienna', '2026-10-25T00:30Z'],
  ['the second of two equal times', '2026-10-25 02:30+01:00', 'Europe/Vienna', '2026-10-25T01:30Z'],
  ['a leap day', '2028-02-29 12:00', 'UTC', '2028-02-29T12:00Z'],
])('%s becomes the right instant', (_, text, zone, utc) => {
  expect(readLocalTime(text, zone)).toBe(Date.parse(utc));
});

test.each([
  ['a time in a gap', '2027-03-28 02:30', 'Europe/Vienna', 'Write 2027-03-28 03:30'],
  ['a time in a gap of half an hour', '2026-10-04 02:15', 'Australia/Lord_Howe', 'Write 2026-10-04 02:45'],
  ['a time that comes twice', '2026-10-25 02:30', 'Europe/Vienna', '2026-10-25 02:30+01:00'],
  ['an offset that the zone never has', '2026-10-25 02:30+05:00', 'Europe/Vienna', 'offset out'],
  ['an hour that is none', '2026-10-25 25:00', 'Europe/Vienna', 'exist'],
  ['a leap day in another year', '2026-02-29 12:00', 'UTC', 'exist'],
])('%s is refused with what to write', (_, text, zone, fix) => {
  expect(readLocalTime(text, zone)).toEqual({ wrong: expect.any(String), fix: expect.stringContaining(fix) });
});

test.each([
  [9, 'before the window', false],
  [10, 'when it opens', true],
  [16, 'before the latest abort', true],
  [17, 'past the latest abort', false],
  [18, 'after the window', false],
] as const)('at hour %i, %s, a cut-over may begin: %s', (hour, _, may) => {
  expect(mayBegin(NIGHT, hour * HOUR)).toBe(may);
});

test('without a window a cut-over may begin at any time', () => {
  expect(mayBegin(null, 0)).toBe(true);
  expect(untilOpen(null, 0)).toBe(0);
});

test('a window tells how long until it opens', () => {
  expect(untilOpen(NIGHT, 8 * HOUR)).toBe(2 * HOUR);
  expect(untilOpen(NIGHT, 12 * HOUR)).toBe(0);
});

test('one window holds for every hop; of several each holds for its own', () => {
  const batch = { name: 'wave-01', groups: [] };
  expect(windowOf({ ...batch, windows: [] }, 0)).toBeNull();
  expect(windowOf({ ...batch, windows: [NIGHT] }, 1)).toBe(NIGHT);
  expect(windowOf({ ...batch, windows: [null, NIGHT] }, 0)).toBeNull();
  expect(windowOf({ ...batch, windows: [null, NIGHT] }, 1)).toBe(NIGHT);
});
