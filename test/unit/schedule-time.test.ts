import { byCron, onceAt, specOf, wordsOf } from '../../client/schedule-time.ts';
import { WrongInput } from '../../client/wrong-input.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const VIENNA = 'Europe/Vienna';

test('one hour is told in its zone and kept as an instant', () => {
  const starting = onceAt('2026-12-05 20:00', VIENNA, NOW);
  expect(starting).toMatchObject({ kind: 'once', at: Date.parse('2026-12-05T19:00Z') });
  expect(wordsOf(starting)).toBe('once, 2026-12-05 20:00 Europe/Vienna');
  expect(specOf(starting)).toEqual({
    calendars: [
      expect.objectContaining({ year: 2026, month: 'DECEMBER', dayOfMonth: 5, hour: 19, minute: 0, second: 0 }),
    ],
    timezone: 'UTC',
  });
});

test('a cron expression follows the clocks of its zone', () => {
  expect(specOf(byCron(' 0  20 * *  6 ', VIENNA))).toEqual({ cronExpressions: ['0 20 * * 6'], timezone: VIENNA });
});

test.each([
  ['2026-11-22 12:59', VIENNA, /is past: it was 2026-11-22T11:59Z\n.*tranship start/],
  ['2027-03-28 02:30', VIENNA, /does not exist in Europe\/Vienna: the clocks go forward\n.*2027-03-28 03:30/],
  ['2027-10-31 02:30', VIENNA, /happens twice in Europe\/Vienna: the clocks go back\n.*2027-10-31 02:30\+01:00/],
  ['2026-12-32 20:00', VIENNA, /not in the calendar/],
  ['tonight', VIENNA, /--at {2}"tonight" is not a date and time\n.*2026-11-14 20:00/],
  ['2026-12-05 20:00', 'Europe/Wien', /--zone {2}"Europe\/Wien" is not a time zone/],
  ['2026-12-05 20:00', '+01:00', /is an offset, not a time zone/],
])('the hour %s in %s is refused with its fix', (text, zone, why) => {
  expect(() => onceAt(text, zone, NOW)).toThrow(WrongInput);
  expect(() => onceAt(text, zone, NOW)).toThrow(why);
});

test.each(['0 20 * *', '0 20 * * 6 2027', '@daily', 'CRON_TZ=UTC 0 20 * * 6', '', '0 20 * * 6 # Saturdays'])(
  'the cron expression "%s" is refused with an example',
  (text) => {
    expect(() => byCron(text, VIENNA)).toThrow(/--cron .*no cron expression of five fields\n.*"0 20 \* \* 6"/);
  },
);
