import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

export interface Ask {
  readonly method: string;
  /** Percent-decoded parts of the path, without the empty first one. */
  readonly path: readonly string[];
  readonly rawPath: string;
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  readonly text: string;
}

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The connection is cut instead of an answer. */
export const dropped = 'dropped';

export type Outcome = Answer | typeof dropped;

/** An answer that ends the handling where it is thrown. */
export class Refusal extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(`refused with ${answer.status}`);
    this.name = 'Refusal';
    this.answer = answer;
  }
}

export type Serve = (ask: Ask) => Outcome | Promise<Outcome>;

/** A node:http listener of JSON answers. What is thrown and is no Refusal becomes `broken`'s answer: a bug of the lab, shown loudly. */
export const listener =
  (serve: Serve, broken: (error: unknown) => Answer): RequestListener =>
  (request, response) => {
    void answerOf(request, serve, broken).then((outcome) => send(request, response, outcome));
  };

const answerOf = async (
  request: IncomingMessage,
  serve: Serve,
  broken: (error: unknown) => Answer,
): Promise<Outcome> => {
  try {
    return await serve(await read(request));
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return broken(error);
  }
};

const read = async (request: IncomingMessage): Promise<Ask> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'https://lab');
  return {
    method: request.method ?? 'GET',
    path: url.pathname.split('/').slice(1).map(decodeURIComponent),
    rawPath: url.pathname,
    query: url.searchParams,
    header: (name) => {
      const value = request.headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
    text: Buffer.concat(chunks).toString('utf8'),
  };
};

const send = (request: IncomingMessage, response: ServerResponse, outcome: Outcome): void => {
  if (outcome === dropped) {
    request.socket.destroy();
    return;
  }
  const text = outcome.body === undefined ? '' : JSON.stringify(outcome.body);
  response.writeHead(outcome.status, { ...(text && { 'content-type': 'application/json' }), ...outcome.headers });
  response.end(text);
};

export interface Route {
  readonly method: string;
  /** Such as `/api/v1/jobs/:id/start`. */
  readonly path: string;
  readonly serve: (ask: Ask, parameters: Readonly<Record<string, string>>) => Outcome | Promise<Outcome>;
}

/** The route of a request with its parameters; null when nothing is at that path, `wrong method` when something else is. */
export const routeOf = (
  routes: readonly Route[],
  ask: Ask,
): { readonly route: Route; readonly parameters: Readonly<Record<string, string>> } | 'wrong method' | null => {
  const here = routes.flatMap((route) => {
    const parameters = parametersIn(route.path, ask.path);
    return parameters ? [{ route, parameters }] : [];
  });
  if (here.length === 0) return null;
  return here.find(({ route }) => route.method === ask.method) ?? 'wrong method';
};

const parametersIn = (pattern: string, path: readonly string[]): Record<string, string> | null => {
  const parts = pattern.split('/').slice(1);
  if (parts.length !== path.length) return null;
  const found: Record<string, string> = {};
  for (const [n, part] of parts.entries()) {
    const given = path[n] ?? '';
    if (part.startsWith(':')) found[part.slice(1)] = given;
    else if (part !== given) return null;
  }
  return found;
};

/** The body as an object; null when it is not one. */
export const objectIn = (ask: Ask): Record<string, unknown> | null => {
  try {
    const value: unknown = JSON.parse(ask.text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
};
