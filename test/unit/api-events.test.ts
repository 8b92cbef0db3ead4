import { type AddressInfo, connect, type Socket } from 'node:net';
import fastify from 'fastify';
import type { Board } from '../../client/api/board.ts';
import type { Caller } from '../../client/api/caller.ts';
import { eventRoute } from '../../client/api/events.ts';

/** The route alone, for a caller whose log-in ends after so many ms, and who is told much at once. */
const house = async (endsAfterMs: number, much: number) => {
  const app = fastify({ forceCloseConnections: true });
  const caller = (): Caller => ({
    subject: 'vera',
    groups: [],
    roles: ['viewer'],
    method: 'oidc',
    until: Date.now() + endsAfterMs,
  });
  app.decorateRequest('caller', null);
  app.addHook('onRequest', async (request) => {
    Object.assign(request, { caller: caller() });
  });
  app.setErrorHandler((error, _, reply) => reply.status((error as { status?: number }).status ?? 500).send());
  let left = 0;
  const board: Board = {
    listen: (listener) => {
      listener({ event: 'silence', data: { detail: 'x'.repeat(much) } });
      return () => {
        left += 1;
      };
    },
    close: () => undefined,
  };
  eventRoute(app, { board, heartbeatMs: 20 });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return { app, port, left: () => left };
};

/** Asks, and then reads nothing. */
const deaf = (port: number): Promise<Socket> =>
  new Promise((asked) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.on('error', () => undefined);
      socket.pause();
      socket.write('GET /events HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n', () => asked(socket));
    });
  });

const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((again) => setTimeout(again, 10));
};

test('who reads nothing and whose log-in ends is let go, and the API lives on', async () => {
  const { app, port, left } = await house(300, 40_000_000);
  const socket = await deaf(port);
  await until(() => left() === 1);
  expect((await fetch(`http://127.0.0.1:${port}/nowhere`)).status).toBe(404);
  socket.destroy();
  await app.close();
});

test('nobody takes all the places there are to listen', async () => {
  const { app, port } = await house(60_000, 10);
  const sockets = await Promise.all(Array.from({ length: 40 }, () => deaf(port)));
  let status = 200;
  while (status !== 429) {
    const over = new AbortController();
    const answer = await fetch(`http://127.0.0.1:${port}/events`, { signal: over.signal });
    status = answer.status;
    over.abort();
  }
  for (const socket of sockets) socket.destroy();
  await app.close();
});
