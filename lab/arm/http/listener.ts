import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Fault } from '../../estate/types.ts';
import { tokenFlaw } from '../entra/tokens.ts';
import { newGuid } from '../guid.ts';
import { type Lab, together } from '../lab.ts';
import { type Answer, refusal } from './answers.ts';
import type { Call, Routes, Verb } from './call.ts';
import { rateLimit } from './rate-limit.ts';
import { type Routed, route } from './route.ts';
import { readText, send } from './wire.ts';

const verbs: Readonly<Record<string, Verb>> = {
  GET: 'GET',
  HEAD: 'GET',
  PUT: 'PUT',
  PATCH: 'PATCH',
  DELETE: 'DELETE',
  POST: 'POST',
};

/** Azure Resource Manager's front door: log-in, versions, throttling, faults, then the provider. */
export const listener = (lab: Lab, routes: Routes): ((req: IncomingMessage, res: ServerResponse) => void) => {
  const spend = rateLimit(lab);

  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const origin = `https://${req.headers.host ?? 'localhost'}`;
    const url = new URL(`${origin}/${(req.url ?? '').replace(/^\/+/, '')}`);
    const verb = verbs[req.method ?? ''];
    const request = newGuid();
    const common = {
      'x-ms-request-id': request,
      'x-ms-correlation-request-id': request,
      'x-ms-routing-request-id': `LAB:${new Date(lab.estate.now()).toISOString()}:${request}`,
      ...(req.headers['x-ms-client-request-id']
        ? { 'x-ms-client-request-id': String(req.headers['x-ms-client-request-id']) }
        : {}),
    };
    const reply = (answer: Answer, more: Readonly<Record<string, string>> = {}): void =>
      send(res, answer.status, req.method === 'HEAD' ? undefined : answer.body, {
        ...common,
        ...more,
        ...answer.headers,
      });

    const text = await readText(req);
    const flaw = tokenFlaw(lab, req.headers.authorization, origin);
    if (flaw) {
      const challenge = `Bearer authorization_uri="https://login.windows.net/${lab.estate.scenario.azure.tenant}", error="invalid_token", error_description="${flaw.message.replaceAll('"', "'")}"`;
      return reply(refusal(401, flaw.code, flaw.message, { 'www-authenticate': challenge }));
    }
    if (!verb) return reply(refusal(405, 'MethodNotAllowed', `The method '${req.method}' is not allowed.`));

    const body = parsed(text);
    if (body instanceof Error)
      return reply(
        refusal(
          400,
          'InvalidRequestContent',
          `The request content was invalid and could not be deserialized: '${body.message}'.`,
        ),
      );

    const found = route(lab, routes, verb, url);
    if ('status' in found) return reply(found);
    const { headers, wait } = spend(found.namespace, verb);
    const about = { ...headers, ...(found.announces ? { 'api-supported-versions': found.announces } : {}) };
    if (wait !== null) return reply(throttled(wait), about);

    const call: Call = { ...found.call, lab, verb, query: url.searchParams, body, origin, now: lab.estate.now() };
    const fault = lab.estate.faults.at(`arm.${found.point}`, found.subject);
    const early = fault && refusedBy(fault);
    const answer = early ? recorded(lab, found, early) : perform(lab, found, call);

    if (fault?.kind === 'dropAnswer') return void res.destroy();
    if (fault?.kind === 'errorAfterEffect') return reply(failedAfter(fault), about);
    if (fault?.kind === 'slow') await later(lab.estate.scaled(Number(fault.detail.ms ?? 20_000)));
    return reply(answer, about);
  };

  return (req, res) => {
    void serve(req, res).catch((error: unknown) => {
      if (res.headersSent) return void res.destroy();
      send(res, 500, {
        error: { code: 'InternalServerError', message: error instanceof Error ? error.message : String(error) },
      });
    });
  };
};

/** The effect of a call and its line in the event log are one. */
const perform = (lab: Lab, found: Routed, call: Call): Answer =>
  together(lab, () => recorded(lab, found, found.handler(call)));

const recorded = (lab: Lab, { mutates, point, subject }: Routed, answer: Answer): Answer => {
  if (mutates) lab.estate.log('call', { product: 'arm', verb: point, subject, status: answer.status });
  return answer;
};

const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms).unref());

const parsed = (text: string): unknown => {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

/** A wait of null sends no Retry-After, which clients do not retry by themselves. A §4.3 */
const throttled = (wait: number | null): Answer =>
  refusal(
    429,
    'TooManyRequests',
    'The request is being throttled as the limit has been reached for operation type. For more information, see https://aka.ms/arm-throttling',
    wait === null ? {} : { 'retry-after': String(wait) },
  );

const refusedBy = (fault: Fault): Answer | undefined => {
  if (fault.kind === 'throttled') {
    const after = fault.detail.retryAfter;
    return throttled(after === undefined ? null : Number(after));
  }
  if (fault.kind !== 'refused') return undefined;
  return refusal(
    Number(fault.detail.status ?? 403),
    String(fault.detail.code ?? 'AuthorizationFailed'),
    String(fault.detail.message ?? 'The client does not have authorization to perform action over the scope.'),
  );
};

const failedAfter = (fault: Fault): Answer =>
  refusal(
    Number(fault.detail.status ?? 500),
    String(fault.detail.code ?? 'InternalServerError'),
    String(fault.detail.message ?? 'The server encountered an internal error.'),
  );
