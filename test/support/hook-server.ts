import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HookRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A status, or what happens to the connection: cut after the request was taken, never answered, or answered 200 without an end. */
export type HookAnswer = number | 'cut' | 'hang' | 'endless';

/** A real HTTP server that keeps keys of idempotency, as a good endpoint does. */
export interface HookServer {
  readonly url: string;
  readonly requests: HookRequest[];
  /** `METHOD url body` of what was done: once a key. */
  readonly effects: string[];
  /** Decides on each request, counted from 1 since the last reset. */
  answer: (request: HookRequest, nth: number) => HookAnswer;
  text: string;
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

const neverEnd = (outgoing: ServerResponse): void => {
  const more = (): void => {
    while (!outgoing.destroyed && outgoing.write('x'.repeat(16_384)));
  };
  outgoing.writeHead(200).on('drain', more);
  more();
};

const bodyOf = async (incoming: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const piece of incoming) text += String(piece);
  return text;
};

export const hookServer = async (): Promise<HookServer> => {
  const keys = new Set<string>();
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, url, headers, body: await bodyOf(incoming) };
    hooks.requests.push(request);
    const answer = hooks.answer(request, hooks.requests.length);
    const key = String(headers['idempotency-key']);
    const isTaken = typeof answer !== 'number' || answer < 400;
    if (isTaken && !keys.has(key)) {
      keys.add(key);
      hooks.effects.push([method, url, request.body].join(' ').trim());
    }
    if (answer === 'cut') incoming.socket.destroy();
    else if (answer === 'endless') neverEnd(outgoing);
    else if (answer !== 'hang') outgoing.writeHead(answer).end(hooks.text);
  };
  const server: Server = createServer((incoming, outgoing) => void serve(incoming, outgoing));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const hooks: HookServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    requests: [],
    effects: [],
    answer: () => 204,
    text: '',
    reset: () => {
      hooks.requests.length = 0;
      hooks.effects.length = 0;
      keys.clear();
      hooks.answer = () => 204;
      hooks.text = '';
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return hooks;
};
