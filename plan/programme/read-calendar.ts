import { readFileSync } from 'node:fs';
import type ICal from 'ical.js';
import { type Freeze, freezeOf } from '../../domain/freeze.ts';
import { isWrong, type Wrong, wrong } from '../refusal.ts';
import { readLocalTime, wrongZone } from '../text/zones.ts';

type CalendarEvent = InstanceType<typeof ICal.Event>;
type Property = InstanceType<typeof ICal.Property>;
type Time = InstanceType<typeof ICal.Time>;

/** Occurrences of one event that are looked at: daily ones of a lifetime. */
const LONGEST = 30_000;
/** So many spans that a programme can carry them; a calendar that has more is no freeze calendar. */
const MOST = 500;

export interface CalendarReading {
  readonly path: string;
  /** Zone of times that name none. */
  readonly zone: string | null;
  readonly from: number;
  /** Events that begin later are not read: recurring ones may never end. */
  readonly horizon: number;
}

const readText = (path: string): string | Wrong => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return wrong(
      `${path} ${code === 'ENOENT' ? 'is not there' : `cannot be read (${code})`}`,
      'Correct the name: it counts from the folder of the plan.',
    );
  }
};

const two = (n: number): string => String(n).padStart(2, '0');
const wallOf = (at: Time): string =>
  `${at.year}-${two(at.month)}-${two(at.day)} ${two(at.isDate ? 0 : at.hour)}:${two(at.isDate ? 0 : at.minute)}`;

/** By the rules of the zone this machine knows; by the calendar's own where the name is nobody's but its. */
const instantOf = (at: Time, named: string | null, zone: string | null): number | Wrong => {
  if (at.zone?.tzid === 'UTC') return at.toJSDate().getTime();
  const known = [named, zone].find((name) => name !== null && wrongZone(name) === null);
  if (known && (named === null || known === named)) return readLocalTime(wallOf(at), known);
  if (at.zone && at.zone.tzid !== 'floating') return at.toJSDate().getTime();
  return wrong(
    named === null ? `${wallOf(at)} names no time zone` : `${named} is not a time zone`,
    'Write the zone beside the calendar: zone: Europe/Vienna.',
  );
};

/** The zone a calendar names for one of an event's times; none for floating times and whole days. */
const zoneNamed = (property: Property | null): string | null => {
  const tzid = property?.getParameter('tzid');
  return typeof tzid === 'string' ? tzid : null;
};

/** Each occurrence of one event, up to the horizon. */
const spansOf = (event: CalendarEvent, { zone, from, horizon }: CalendarReading): readonly Freeze[] | Wrong => {
  const why = event.summary?.trim() || 'frozen by the calendar';
  const named = zoneNamed(event.component.getFirstProperty('dtstart'));
  const found: Freeze[] = [];
  const add = (start: Time, end: Time): Wrong | number => {
    const begins = instantOf(start, named, zone);
    const ends = instantOf(end, zoneNamed(event.component.getFirstProperty('dtend')) ?? named, zone);
    if (isWrong(begins)) return begins;
    if (isWrong(ends)) return ends;
    if (ends > from && begins < horizon && ends > begins) found.push(freezeOf(begins, ends, why));
    return begins;
  };
  if (!event.isRecurring()) {
    const added = add(event.startDate, event.endDate);
    return isWrong(added) ? added : found;
  }
  const times = event.iterator();
  let steps = 0;
  for (let at = times.next(); at && found.length <= MOST; at = times.next()) {
    steps += 1;
    if (steps > LONGEST) return wrong('it recurs too often to be a freeze', 'Take it out of the calendar.');
    const { startDate, endDate } = event.getOccurrenceDetails(at);
    const added = add(startDate, endDate);
    if (isWrong(added)) return added;
    if (added >= horizon) break;
  }
  return found;
};

/** The events of an .ics file as freezes, recurring ones one by one. RFC 5545 */
export const readCalendar = async (reading: CalendarReading): Promise<readonly Freeze[] | Wrong> => {
  const said = readText(reading.path);
  if (isWrong(said)) return said;
  // Only plans that name a calendar pay for it.
  const { default: ICAL } = await import('ical.js');
  try {
    const calendar = new ICAL.Component(ICAL.parse(said));
    if (calendar.name !== 'vcalendar') return wrong(`${reading.path} is no calendar`, 'Name an .ics file.');
    const events = calendar.getAllSubcomponents('vevent').map((each) => new ICAL.Event(each));
    // An occurrence that was moved belongs to the event it was moved in.
    const alone = events.filter((event) => !event.isRecurrenceException());
    for (const moved of events.filter((event) => event.isRecurrenceException()))
      alone.find(({ uid }) => uid === moved.uid)?.relateException(moved);
    const found: Freeze[] = [];
    for (const event of alone) {
      if (String(event.component.getFirstPropertyValue('status') ?? '').toUpperCase() === 'CANCELLED') continue;
      const spans = spansOf(event, reading);
      if (isWrong(spans)) return wrong(`${reading.path}: "${event.summary}": ${spans.wrong}`, spans.fix);
      found.push(...spans);
    }
    if (found.length > MOST)
      return wrong(`${reading.path} has more than ${MOST} events ahead`, 'Name a calendar of freezes alone.');
    return [...new Map(found.map((one) => [one.id, one])).values()].sort((a, b) => a.from - b.from);
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : String(error)).split('\n');
    return wrong(`${reading.path} is no calendar that can be read: ${first}`, 'Export it anew as an .ics file.');
  }
};
