import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { z } from 'zod';
import { type ApiOptions, type RunningApi, startApi } from '../../client/api/start.ts';
import { askThrough } from '../../client/asking.ts';
import type { Reached } from '../../client/temporal.ts';
import type { TestServer } from './server.ts';

export interface Answered {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

export interface ApiTrial extends RunningApi {
  /** Asks, and checks what is answered against the document. */
  readonly ask: (
    method: 'GET' | 'POST',
    path: string,
    options?: { readonly body?: unknown; readonly token?: string | null; readonly key?: string },
  ) => Promise<Answered>;
  /** Every line of the log. */
  readonly log: readonly string[];
  readonly refused: () => readonly Record<string, unknown>[];
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: Record<string, unknown> }>> }>
  >;
}

export interface OpenApi {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

export const reachedThrough = ({ client, server }: TestServer): Reached => ({
  client,
  connection: client.connection as Reached['connection'],
  namespace: 'test',
  address: server.address,
  ask: askThrough(client.connection as Reached['connection'], 'test'),
  close: async () => undefined,
});

const patternOf = (path: string): RegExp => new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`);

/** The document's schema of one answer. */
const schemaOf = ({ paths }: OpenApi, method: string, path: string, status: number): z.ZodType => {
  const [, operations] = Object.entries(paths).find(([each]) => patternOf(each).test(path)) ?? [];
  const answers = operations?.[method.toLowerCase()]?.responses;
  const content = (answers?.[String(status)] ?? answers?.default)?.content ?? {};
  const schema = Object.values(content)[0]?.schema;
  if (!schema) throw new Error(`the document says nothing of ${method} ${path} answering ${status}`);
  return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
};

/** The API over real HTTP on a free port. */
export const apiTrial = async (reached: Reached, change: Partial<ApiOptions> = {}): Promise<ApiTrial> => {
  const home = mkdtempSync(join(tmpdir(), 'tranship-api-'));
  const log: string[] = [];
  const running = await startApi(reached, {
    ...{ host: '127.0.0.1', port: 0, home, records: join(home, 'records'), oidc: null, tls: null, signWith: null },
    plan: { plan: join(home, 'plan.yaml'), vms: join(home, 'vms.csv') },
    log: pino({ base: null }, { write: (line: string) => void log.push(line) }),
    lookEveryMs: 50,
    heartbeatMs: 100,
    ...change,
  });
  const own = running.token === null ? null : readFileSync(running.token, 'utf8').trim();
  const document = running.app.swagger() as unknown as OpenApi;
  return {
    ...running,
    log,
    refused: () =>
      readFileSync(running.refusals, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    ask: async (method, path, { body, token = own, key } = {}) => {
      const answer = await fetch(`${running.url}${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const told = (await answer.json()) as Record<string, unknown>;
      const [plain = ''] = path.split('?');
      if (answer.status !== 404) schemaOf(document, method, plain, answer.status).parse(told);
      return { status: answer.status, body: told, headers: answer.headers };
    },
  };
};
