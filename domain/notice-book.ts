import { fingerprintOf } from './gate.ts';
import { type Letter, letterOf } from './letter.ts';
import { addresseeOf, isEvent, isQuiet, type Matter, type Receiver, wants } from './notice.ts';

/** What waits to be sent to one receiver, or to one owner by it, and how it went. Times are ms. */
export interface Box {
  readonly waiting: readonly { readonly matter: Matter; readonly heardAt: number }[];
  /** Under way: written down before it is sent, and sent again as it is until the receiver has it. */
  readonly letter: Letter | null;
  readonly failures: number;
  readonly nextAt: number;
  readonly okAt: number | null;
  readonly failedAt: number | null;
  readonly why: string | null;
  readonly sent: number;
  /** Matters that were given up: the receiver was not reached for too long. */
  readonly lost: number;
}

/** What was told to whom: outlives the process that tells. */
export interface NoticeBook {
  readonly version: 1;
  /** Ids of matters that were handed to the boxes → when they were seen last. */
  readonly told: Readonly<Record<string, number>>;
  readonly boxes: Readonly<Record<string, Box>>;
}

export const newBook = (): NoticeBook => ({ version: 1, told: {}, boxes: {} });

const newBox = (): Box => ({
  ...{ waiting: [], letter: null, failures: 0, nextAt: 0 },
  ...{ okAt: null, failedAt: null, why: null, sent: 0, lost: 0 },
});

const DAY_MS = 86_400_000;
/** Of what happened before notices began, only this much is told. */
const STALE_MS = 10 * 60_000;
const MOST_WAITING = 500;

/** The name of a box: the receiver’s, and the owner’s where each has one. */
const boxOf = (receiver: Receiver, matter: Matter): string =>
  [receiver.name, addresseeOf(receiver, matter) ?? []].flat().join(' ');

const isOf = (box: string, { name }: Receiver): boolean => box === name || box.startsWith(`${name} `);

const isOld = (matter: Matter, now: number): boolean => isEvent(matter) && matter.since < now - STALE_MS;

const put = (box: Box, matter: Matter, heardAt: number): Box => {
  const waiting = [...box.waiting, { matter, heardAt }];
  const tooMany = Math.max(0, waiting.length - MOST_WAITING);
  return { ...box, waiting: waiting.slice(tooMany), lost: box.lost + tooMany };
};

const HOUR_MS = 3_600_000;

/** To the hour: a book that says the same is not written again. */
const seenAt = (before: number | undefined, now: number): number =>
  before !== undefined && now - before < HOUR_MS ? before : now;

/**
 * Hands what is new to the boxes of those who want it. A receiver that was not there before is told what waits now. What happened long
 * before anybody was told of anything stays untold; a receiver the plan no longer has loses its boxes.
 */
export const hear = (
  book: NoticeBook,
  receivers: readonly Receiver[],
  matters: readonly Matter[],
  now: number,
): NoticeBook => {
  const boxes: Record<string, Box> = Object.fromEntries(
    Object.entries(book.boxes).filter(([name]) => receivers.some((receiver) => isOf(name, receiver))),
  );
  const isFirst = Object.keys(book.told).length === 0;
  for (const receiver of receivers) {
    const isNew = boxes[receiver.name] === undefined;
    boxes[receiver.name] ??= newBox();
    const news = matters.filter(({ id }) => isNew || book.told[id] === undefined);
    for (const matter of news.filter((one) => wants(receiver, one) && !((isNew || isFirst) && isOld(one, now)))) {
      const name = boxOf(receiver, matter);
      boxes[name] = put(boxes[name] ?? newBox(), matter, now);
    }
  }
  const told = Object.fromEntries([
    ...Object.entries(book.told).filter(([, seen]) => seen > now - DAY_MS),
    ...matters.map(({ id }): [string, number] => [id, seenAt(book.told[id], now)]),
  ]);
  return { ...book, told, boxes };
};

/** What a letter is made of and how it is sent. */
export interface Packing {
  readonly programme: string;
  readonly receivers: readonly Receiver[];
  /** Ids of what still waits. */
  readonly current: ReadonlySet<string>;
  readonly summary: string;
  /** Minute of the day in the zone of a receiver that is quiet at times. */
  readonly minuteIn: (zone: string) => number;
}

const packed = (name: string, box: Box, receiver: Receiver, by: Packing, now: number): Box => {
  const [first] = box.waiting;
  if (box.letter || !first || first.heardAt + receiver.batchMs > now) return box;
  if (receiver.quiet && isQuiet(receiver.quiet, by.minuteIn(receiver.quiet.zone))) return box;
  // What was answered during the pause asks nobody any more.
  const matters = box.waiting.map(({ matter }) => matter).filter((one) => isEvent(one) || by.current.has(one.id));
  if (matters.length === 0) return { ...box, waiting: [] };
  const { programme, summary } = by;
  const ids = matters.map(({ id }) => id);
  const key = `tranship-notice-${fingerprintOf({ programme, name, ids, now })}`;
  const to = name === receiver.name ? null : name.slice(receiver.name.length + 1);
  const letter = letterOf(matters, { key, programme, summary, now, to });
  return { ...box, waiting: [], letter, failures: 0, nextAt: now };
};

/** Makes a letter of what waited long enough, a box one at a time. */
export const pack = (book: NoticeBook, by: Packing, now: number): NoticeBook => ({
  ...book,
  boxes: Object.fromEntries(
    Object.entries(book.boxes).map(([name, box]) => {
      const receiver = by.receivers.find((one) => isOf(name, one));
      return [name, receiver ? packed(name, box, receiver, by, now) : box];
    }),
  ),
});

export interface Due {
  readonly box: string;
  readonly receiver: Receiver;
  readonly letter: Letter;
}

export const dueNow = (book: NoticeBook, receivers: readonly Receiver[], now: number): readonly Due[] =>
  Object.entries(book.boxes).flatMap(([box, { letter, nextAt }]) => {
    const receiver = receivers.find((one) => isOf(box, one));
    return receiver && letter && nextAt <= now ? [{ box, receiver, letter }] : [];
  });

const LONGEST_PAUSE_MS = 15 * 60_000;

const after = (box: Box, why: string | null, pauseMs: number, now: number): Box => {
  if (why === null) return { ...box, letter: null, failures: 0, nextAt: now, okAt: now, why: null, sent: box.sent + 1 };
  const failed = { ...box, failures: box.failures + 1, failedAt: now, why };
  const { letter } = box;
  if (letter && now - letter.at > DAY_MS)
    return { ...failed, letter: null, lost: box.lost + letter.entries.length + letter.more };
  return { ...failed, nextAt: now + Math.min(LONGEST_PAUSE_MS, pauseMs * 2 ** Math.min(box.failures, 20)) };
};

/** How a letter went; `why` null: the receiver has it. One that failed is sent again after a pause that doubles, for a day. */
export const noteSent = (
  book: NoticeBook,
  box: string,
  { why, pauseMs }: { readonly why: string | null; readonly pauseMs: number },
  now: number,
): NoticeBook => {
  const known = book.boxes[box];
  return known ? { ...book, boxes: { ...book.boxes, [box]: after(known, why, pauseMs, now) } } : book;
};

/** How the boxes stand, for the doctor. */
export interface ReceiverStanding extends Pick<Box, 'okAt' | 'failedAt' | 'why' | 'sent' | 'lost'> {
  readonly box: string;
  readonly waiting: number;
}

export const standingsOf = (book: NoticeBook): readonly ReceiverStanding[] =>
  Object.entries(book.boxes).map(([box, { okAt, failedAt, why, sent, lost, waiting, letter }]) => ({
    ...{ box, okAt, failedAt, why, sent, lost },
    waiting: waiting.length + (letter ? letter.entries.length + letter.more : 0),
  }));
