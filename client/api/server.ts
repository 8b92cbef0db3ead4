import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import { board } from './board.ts';
import { allows, type Caller, type Need } from './caller.ts';
import { COMMAND_ROUTES } from './command-routes.ts';
import { DECISION_ROUTES } from './decision-routes.ts';
import { document } from './document.ts';
import { eventRoute } from './events.ts';
import { namesThisMachine, SAFE_HEADERS, TLS_HEADERS } from './headers.ts';
import { PEOPLE_ROUTES } from './people-routes.ts';
import { Problem, problemBody, problemOf } from './problem.ts';
import { PROGRAMME_ROUTES } from './programme-routes.ts';
import { READ_ROUTES } from './read-routes.ts';
import type { Refusals } from './refusals.ts';
import { type Api, KEY, KeyHeader, type Route } from './route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    needs?: Need;
  }
}

export interface ServerOptions extends Api {
  readonly identify: (token: string) => Promise<Caller>;
  /** Only this machine reaches it: the Host header must name it. */
  readonly onlyHere: boolean;
  readonly tls: { readonly key: string; readonly cert: string } | null;
  readonly refusals: Refusals;
  readonly log: Logger;
  /** Pause between two looks for those who listen, and between two signs of life, ms. */
  readonly lookEveryMs: number;
  readonly heartbeatMs: number;
}

const LIMITS = {
  bodyLimit: 2 ** 20,
  requestTimeout: 30_000,
  connectionTimeout: 120_000,
  keepAliveTimeout: 10_000,
  routerOptions: { maxParamLength: 250 },
} as const;

/** Recorded, for whoever asks later who was turned away. */
const REFUSALS: readonly number[] = [401, 403, 409, 422];

/** The path without its query, which may hold anything. */
const pathOf = ({ url }: FastifyRequest): string => (url.split('?', 1)[0] ?? '').slice(0, 300);

const tokenOf = ({ headers }: FastifyRequest): string => {
  const [, token] = /^Bearer ([\w.~+/=-]+)$/i.exec(headers.authorization ?? '') ?? [];
  if (token === undefined)
    throw new Problem(401, 'The request carries no bearer token.', 'Send `authorization: Bearer …`.');
  return token;
};

/** Who asks, and whether he may. Before the body is read. */
const guard =
  ({ identify, onlyHere }: ServerOptions) =>
  async (request: FastifyRequest): Promise<void> => {
    if (onlyHere && !namesThisMachine(request.headers.host))
      throw new Problem(403, 'The Host header names another machine.', 'Ask 127.0.0.1 or localhost.');
    const caller = await identify(tokenOf(request));
    request.caller = caller;
    const { needs = 'viewer' } = request.routeOptions.config;
    if (!allows(caller, needs))
      throw new Problem(
        403,
        `${caller.subject} may not do this: it needs the role ${needs}, and has ${caller.roles.join(', ') || 'none'}.`,
        'Ask whoever gives roles at the issuer.',
      );
  };

/** What is wrong with a part of the request, in its own words. */
const validator =
  ({ schema, httpPart }: { schema: unknown; httpPart?: string | undefined }) =>
  (data: unknown): { value: unknown } | { error: Problem } => {
    const { success, data: value, error } = (schema as z.ZodType).safeParse(data);
    if (success) return { value };
    const issues = error.issues.slice(0, 5).map(({ path, message }) => `${[httpPart, ...path].join('.')}: ${message}`);
    return { error: new Problem(422, issues.join('; '), 'Correct it, as /openapi.json describes it.') };
  };

const refusalsOf =
  ({ refusals }: ServerOptions) =>
  (request: FastifyRequest, { status, message }: Problem, what = ''): void => {
    if (!REFUSALS.includes(status)) return;
    refusals.note({
      at: new Date().toISOString(),
      who: request.caller?.subject ?? 'nobody',
      from: request.ip,
      what: `${request.method} ${pathOf(request)}${what === '' ? '' : ` ${what}`}`,
      status,
      why: message,
      request: request.id,
    });
  };

const answerProblem = (request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply => {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.status(problem.status).type('application/problem+json').send(problemBody(problem, request.id));
};

const register = (app: FastifyInstance, options: ServerOptions, one: Route): void => {
  const { method, url, id, does, needs, params, query, body, answer, run } = one;
  const note = refusalsOf(options);
  app.route({
    method,
    url,
    config: { needs },
    schema: {
      ...{ operationId: id, summary: does, description: `Needs the role ${needs}.` },
      ...(params ? { params } : {}),
      ...(query ? { querystring: query } : {}),
      ...(body ? { body, headers: KeyHeader } : {}),
      response: { 200: answer },
    },
    handler: async (request) => {
      const key = request.headers[KEY];
      const caller = request.caller as Caller;
      const asked = {
        ...{ params: request.params, query: request.query, body: request.body, caller },
        key: typeof key === 'string' ? key : null,
        refused: (problem: Problem, what: string) => note(request, problem, what),
      };
      const answered = await run(asked, options);
      if (method === 'POST') options.log.info({ who: caller.subject, what: `${method} ${pathOf(request)}` }, 'done');
      return answered;
    },
  });
};

/** The API as a server that does not listen yet. */
export const apiServer = async (options: ServerOptions): Promise<FastifyInstance> => {
  const { tls, log } = options;
  const common = { ...LIMITS, logger: false, forceCloseConnections: true, genReqId: () => randomUUID() } as const;
  const app = (tls ? fastify({ ...common, https: tls }) : fastify(common)) as unknown as FastifyInstance;
  const note = refusalsOf(options);
  app.setValidatorCompiler(validator);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.decorateRequest('caller', null);
  app.addHook('onRequest', guard(options));
  app.addHook('onSend', async (_, reply) => {
    reply.headers({ ...SAFE_HEADERS, ...(tls ? TLS_HEADERS : {}) });
  });
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error);
    note(request, problem);
    if (problem.status >= 500)
      log.error({ request: request.id, what: `${request.method} ${pathOf(request)}`, err: error }, problem.message);
    return answerProblem(request, reply, problem);
  });
  app.setNotFoundHandler((request, reply) =>
    answerProblem(
      request,
      reply,
      new Problem(404, `There is no ${request.method} ${pathOf(request)}.`, '/openapi.json lists what there is.'),
    ),
  );
  await document(app);
  for (const one of [...READ_ROUTES, ...PROGRAMME_ROUTES, ...DECISION_ROUTES, ...COMMAND_ROUTES, ...PEOPLE_ROUTES])
    register(app, options, one);
  eventRoute(app, { board: board(options.reached, options.lookEveryMs), heartbeatMs: options.heartbeatMs });
  app.get(
    '/openapi.json',
    {
      config: { needs: 'viewer' },
      schema: {
        operationId: 'document',
        summary: 'This document.',
        response: { 200: z.looseObject({ openapi: z.string() }) },
      },
    },
    async () => app.swagger(),
  );
  return app;
};
