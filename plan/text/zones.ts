import { type Wrong, wrong } from '../refusal.ts';
import { nearest } from './nearest.ts';

/** Time zone rules change and differ between runtimes: only the reading of a plan asks for them, never a workflow. */

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

const formatIn = (zone: string): Intl.DateTimeFormat => {
  const known = formats.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  formats.set(zone, made);
  return made;
};

/** What a clock on the wall of the zone shows at an instant, written down as if it were UTC. */
const wallClock = (instant: number, zone: string): number => {
  const parts = new Map(
    formatIn(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
};

const offsetAt = (instant: number, zone: string): number =>
  wallClock(instant, zone) - Math.floor(instant / 1000) * 1000;

/** Instants at which the zone's clocks show this wall time: none in a gap, two when clocks go back. Earlier first. */
const instantsOf = (wall: number, zone: string): readonly number[] => {
  const offsets = new Set([offsetAt(wall - DAY, zone), offsetAt(wall + DAY, zone)]);
  return [...offsets]
    .map((offset) => wall - offset)
    .filter((instant) => wallClock(instant, zone) === wall)
    .sort((a, b) => a - b);
};

/** `2026-11-14T19:00Z`. */
export const utcText = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16)}Z`;

const wallText = (wall: number): string => new Date(wall).toISOString().slice(0, 16).replace('T', ' ');

const offsetText = (offset: number): string => {
  const minutes = Math.abs(offset) / 60_000;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
};

/** Null when the zone is known to this runtime. */
export const wrongZone = (zone: string): Wrong | null => {
  const known = Intl.supportedValuesOf('timeZone');
  const isOffset = /^[+-]/.test(zone);
  try {
    if (!isOffset) formatIn(zone);
  } catch {
    const likely = nearest(zone, known);
    return wrong(
      `"${zone}" is not a time zone`,
      likely ? `Did you mean "${likely}"?` : 'Write an IANA name such as Europe/Vienna.',
    );
  }
  return isOffset
    ? wrong(`"${zone}" is an offset, not a time zone`, 'Write an IANA name such as Europe/Vienna.')
    : null;
};

const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(Z|[+-]\d{2}:\d{2})?$/;

const offsetOf = (text: string): number => {
  if (text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4, 6));
  return (text.startsWith('-') ? -minutes : minutes) * 60_000;
};

const chosenBy = (offset: string, wall: number, zone: string): number | Wrong => {
  const instant = wall - offsetOf(offset);
  if (wallClock(instant, zone) === wall) return instant;
  const there = offsetText(offsetAt(instant, zone));
  return wrong(`${zone} is not at ${offset} then`, `Write ${there}, or leave the offset out.`);
};

/**
 * A local time such as `2026-11-14 20:00` in a known zone → milliseconds since the epoch.
 * A time that the zone skips is refused; one that it has twice needs its offset: `2026-10-25 02:30+02:00`.
 */
export const readLocalTime = (text: string, zone: string): number | Wrong => {
  const match = LOCAL.exec(text.trim());
  if (!match) return wrong(`"${text}" is not a date and time`, 'Write local time as in 2026-11-14 20:00.');
  const [year, month, day, hour, minute] = match.slice(1, 6).map(Number);
  const wall = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute);
  const typed = `${match[1]}-${match[2]}-${match[3]} ${match[4]}:${match[5]}`;
  if (wallText(wall) !== typed) return wrong(`${typed} is not in the calendar`, 'Write a date and time that exist.');
  if (match[6]) return chosenBy(match[6], wall, zone);

  const [first, second] = instantsOf(wall, zone);
  if (first === undefined) {
    const after = wallText(wallClock(wall - offsetAt(wall - DAY, zone), zone));
    return wrong(`${typed} does not exist in ${zone}: the clocks go forward`, `Write ${after}, or another time.`);
  }
  if (second === undefined) return first;
  const offsets = [first, second].map((instant) => offsetText(offsetAt(instant, zone)));
  return wrong(
    `${typed} happens twice in ${zone}: the clocks go back`,
    `Add the offset: ${typed}${offsets[0]} is the first, ${typed}${offsets[1]} the second.`,
  );
};
