import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Board } from './board.ts';
import type { Caller } from './caller.ts';
import { SAFE_HEADERS } from './headers.ts';
import { Problem } from './problem.ts';

const MOST_LISTENERS = 200;
/** Of one caller: nobody keeps the others out. */
const MOST_OF_ONE = 40;
/** A listener that does not read is let go: it comes back and is told the whole again. */
const MOST_UNREAD_BYTES = 4 * 2 ** 20;
const LONGEST_MS = 12 * 3_600_000;

export interface EventOptions {
  readonly board: Board;
  /** Pause between two signs of life, ms. */
  readonly heartbeatMs: number;
}

/** `GET /events`: server-sent events, until the caller goes or what proves him ends. */
export const eventRoute = (app: FastifyInstance, { board, heartbeatMs }: EventOptions): void => {
  const open = new Map<ServerResponse, string>();
  /** What was ended takes no more, and what is not read is let go. */
  const say = (raw: ServerResponse, words: string): void => {
    if (raw.writableEnded || raw.destroyed) return;
    if (raw.writableLength > MOST_UNREAD_BYTES) raw.destroy();
    else raw.write(words);
  };
  const alive = setInterval(() => {
    for (const raw of open.keys()) say(raw, ': alive\n\n');
  }, heartbeatMs);
  app.addHook('preClose', async () => {
    clearInterval(alive);
    board.close();
    for (const raw of open.keys()) raw.destroy();
  });

  app.get(
    '/events',
    {
      config: { needs: 'viewer' },
      schema: {
        operationId: 'events',
        summary:
          'Server-sent events: `summary`, and `migrations` with those that changed and are gone; first the whole, then what changes.',
      },
    },
    (request, reply) => {
      if (open.size >= MOST_LISTENERS)
        throw new Problem(429, `${MOST_LISTENERS} listen already.`, 'Close what is not looked at, then ask again.');
      const { until, subject } = request.caller as Caller;
      if ([...open.values()].filter((one) => one === subject).length >= MOST_OF_ONE)
        throw new Problem(
          429,
          `${subject} listens ${MOST_OF_ONE} times already.`,
          'Close what is not looked at, then ask again.',
        );
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, { ...SAFE_HEADERS, 'content-type': 'text/event-stream; charset=utf-8' });
      raw.write('retry: 3000\n\n');
      open.set(raw, subject);
      raw.on('error', () => raw.destroy());
      const stop = board.listen(({ event, data }) => say(raw, `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
      const left = until === null ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(0, until - Date.now()));
      // What proves the caller has ended: what is not read by then is not for him any more.
      const over = setTimeout(() => (raw.writableLength > 0 ? raw.destroy() : raw.end()), left);
      raw.once('close', () => {
        clearTimeout(over);
        open.delete(raw);
        stop();
      });
    },
  );
};
