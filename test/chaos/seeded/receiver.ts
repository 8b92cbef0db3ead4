import { appendFileSync, mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { serverIdentity } from '../../../lab/tls/authority.ts';
import type { Trip } from './mix-plan.ts';
import type { MixBook, MixKind } from './mixed.ts';

/** One request as it came. `effect`: nothing with its key had happened before, and it happened. */
export interface Received {
  readonly key: string;
  readonly path: string;
  readonly state: string;
  readonly tripped: Trip['how'] | null;
  readonly effect: boolean;
}

/** A real endpoint that hooks of a run are sent to; it keeps keys, as a good one does, and trips where the plan says. */
export interface Receiver {
  readonly endpoint: string;
  readonly ca: string;
  readonly received: readonly Received[];
  readonly close: () => Promise<void>;
}

const TRIPPED: Readonly<Record<Trip['how'], MixKind>> = {
  error: 'hook answered with an error',
  refuse: 'hook refused',
  dropBefore: 'hook dropped before its effect',
  dropAfter: 'hook dropped after its effect',
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const answer = (response: ServerResponse, how: Trip['how'] | null): void => {
  if (how === 'dropBefore' || how === 'dropAfter') response.destroy();
  else {
    const status = how === 'error' ? 500 : how === 'refuse' ? 409 : 200;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ status }));
  }
};

/** Listens on a free port of the loopback, under a certificate of its own authority; its log is `received.jsonl` in the folder. */
export const startReceiver = async (folder: string, trips: readonly Trip[], book: MixBook): Promise<Receiver> => {
  const dir = join(folder, 'receiver');
  mkdirSync(dir, { recursive: true });
  const { key, cert, ca } = await serverIdentity(dir);
  const received: Received[] = [];
  const keys = new Set<string>();
  let count = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await bodyOf(request);
    count += 1;
    const how = trips.find(({ nth }) => nth === count)?.how ?? null;
    const { state } = JSON.parse(text === '' ? '{}' : text) as { readonly state?: unknown };
    const its = String(request.headers['idempotency-key'] ?? '');
    const effect = (how === null || how === 'dropAfter') && !keys.has(its);
    if (effect) keys.add(its);
    const one = { key: its, path: request.url ?? '', state: String(state), tripped: how, effect };
    received.push(one);
    appendFileSync(join(dir, 'received.jsonl'), `${JSON.stringify({ at: new Date().toISOString(), ...one })}\n`);
    if (how) book.note(TRIPPED[how]);
    answer(response, how);
  };
  const server = createServer({ key, cert }, (request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `https://127.0.0.1:${port}`,
    ca,
    received,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
