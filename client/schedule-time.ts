import type { ScheduleSpec } from '@temporalio/client';
import { isWrong } from '../plan/refusal.ts';
import { readLocalTime, utcText, wrongZone } from '../plan/text/zones.ts';
import { wrongInput } from './wrong-input.ts';

/** When a batch is kicked off: once, at an instant (ms since the epoch), or whenever a cron expression fits. `text` is as it was written. */
export type Starting =
  | { readonly kind: 'once'; readonly at: number; readonly text: string; readonly zone: string }
  | { readonly kind: 'cron'; readonly text: string; readonly zone: string };

const refuseZone = (zone: string): void => {
  const unknown = wrongZone(zone);
  if (unknown) throw wrongInput(`--zone  ${unknown.wrong}`, unknown.fix);
};

/** Throws `WrongInput` for a time that is past, that the zone skips, or that it has twice and is not told apart. */
export const onceAt = (text: string, zone: string, now: number): Starting => {
  refuseZone(zone);
  const at = readLocalTime(text, zone);
  if (isWrong(at)) throw wrongInput(`--at  ${at.wrong}`, at.fix);
  if (at <= now)
    throw wrongInput(
      `--at  ${text} ${zone} is past: it was ${utcText(at)}`,
      'Write a time that lies ahead, or start the batch now with `tranship start`.',
    );
  return { kind: 'once', at, text: text.trim(), zone };
};

const FIELD = '[\\dA-Za-z*,/-]+';
const CRON = new RegExp(`^${FIELD}( ${FIELD}){4}$`);

export const CRON_FIX = 'Write minute, hour, day, month and weekday, as in "0 20 * * 6" for Saturdays at 20:00.';

/** Throws `WrongInput` for what has not the five fields; whether they mean something the server says. */
export const byCron = (text: string, zone: string): Starting => {
  refuseZone(zone);
  const written = text.trim().replace(/\s+/g, ' ');
  if (!CRON.test(written)) throw wrongInput(`--cron  "${text}" is no cron expression of five fields`, CRON_FIX);
  return { kind: 'cron', text: written, zone };
};

const MONTHS = [
  ...(['JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY'] as const),
  ...(['AUGUST', 'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'] as const),
];

/**
 * The schedule's own words for it. One hour is written in UTC, for of an hour that a zone has twice the server takes the first, and beside
 * it as it was told; a cron expression follows the clocks of its zone.
 */
export const specOf = (starting: Starting): ScheduleSpec => {
  if (starting.kind === 'cron') return { cronExpressions: [starting.text], timezone: starting.zone };
  const at = new Date(starting.at);
  return {
    calendars: [
      {
        year: at.getUTCFullYear(),
        month: MONTHS[at.getUTCMonth()] ?? '*',
        dayOfMonth: at.getUTCDate(),
        hour: at.getUTCHours(),
        minute: at.getUTCMinutes(),
        second: at.getUTCSeconds(),
        comment: wordsOf(starting),
      },
    ],
    timezone: 'UTC',
  };
};

export const wordsOf = ({ kind, text, zone }: Starting): string =>
  `${kind === 'cron' ? 'cron' : 'once,'} ${text} ${zone}`;
