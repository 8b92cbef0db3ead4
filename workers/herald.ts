import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import { notFinished } from '../activities/contracts/mishap.ts';
import type { Herald, NoticesOrder, SendNotice } from '../activities/contracts/notices.ts';
import { noticeSender } from '../activities/notices/index.ts';
import { mattersOfCheck } from '../domain/daily-check.ts';
import { fingerprintOf } from '../domain/gate.ts';
import { testLetter } from '../domain/letter.ts';
import { dueNow, hear, type NoticeBook, noteSent, pack, standingsOf } from '../domain/notice-book.ts';
import { readCheck } from './check-file.ts';
import { readBook, writeBook } from './notice-file.ts';
import { looker } from './notice-look.ts';
import { resolveSecret } from './secrets.ts';

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const minuteFormats = new Map<string, Intl.DateTimeFormat>();

/** Minute of the local day. */
const minuteAt =
  (now: number) =>
  (zone: string): number => {
    const format =
      minuteFormats.get(zone) ??
      new Intl.DateTimeFormat('en-GB', { timeZone: zone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit' });
    minuteFormats.set(zone, format);
    const [hour, minute] = format.format(now).split(':').map(Number);
    return (hour ?? 0) * 60 + (minute ?? 0);
  };

/**
 * Tells people what waits for them. A letter is written down before it is sent and stays so until its receiver has it: a process that
 * ends in between sends it again, under the same key.
 */
export const herald = (options: {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly records: string;
  readonly log: Logger;
}): Herald => {
  const { records } = options;
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const look = looker(client);
  const send: SendNotice = noticeSender({ resolveSecret });

  const sendDue = async (book: NoticeBook, { receivers, everyMs }: NoticesOrder): Promise<NoticeBook> => {
    const sent = await Promise.all(
      dueNow(book, receivers, Date.now()).map(async ({ box, receiver, letter }) => ({
        box,
        why: await send(receiver, letter).then(() => null, wordsOf),
      })),
    );
    for (const { box, why } of sent)
      if (why !== null) options.log.warn({ receiver: box }, `a notice was not taken: ${why}`);
    return sent.reduce((now, { box, why }) => noteSent(now, box, { why, pauseMs: everyMs }, Date.now()), book);
  };

  const tell = async (order: NoticesOrder): Promise<NoticeBook> => {
    const { programme, receivers } = order;
    const before = await readBook(records, programme);
    const now = Date.now();
    const [{ matters: seen, summary }, check] = await Promise.all([
      look(programme, now),
      readCheck(records, programme),
    ]);
    const matters = [
      ...seen,
      ...(check ? mattersOfCheck(check.report, ({ id, subject }) => check.news.includes(`${id} ${subject}`)) : []),
    ];
    const heard = hear(before, receivers, matters, now);
    const current = new Set(matters.map(({ id }) => id));
    const packed = pack(heard, { programme, receivers, current, summary, minuteIn: minuteAt(now) }, now);
    await writeBook(records, programme, before, packed);
    return writeBook(records, programme, packed, await sendDue(packed, order));
  };

  return {
    herald: async (order) => {
      const at = Date.now();
      const { said, standings } = await tell(order).then(
        (book) => ({ said: `looked at what waits, ${order.receivers.length} receivers`, standings: standingsOf(book) }),
        (error: unknown) => {
          options.log.warn({ programme: order.programme }, `notices: ${wordsOf(error)}`);
          return { said: `could not look at what waits: ${wordsOf(error)}`, standings: null };
        },
      );
      return notFinished(said, JSON.stringify({ at, said, standings }));
    },
    testNotices: async ({ programme, receivers }) => {
      const now = Date.now();
      const { summary } = await look(programme, now);
      return Promise.all(
        receivers.map(async (receiver) => {
          const key = `tranship-notice-${fingerprintOf({ programme, receiver: receiver.name, now })}`;
          const why = await send(receiver, testLetter(programme, key, summary, now)).then(() => null, wordsOf);
          return { receiver: receiver.name, why };
        }),
      );
    },
  };
};
