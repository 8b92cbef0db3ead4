import { readFile } from 'node:fs/promises';
import { Agent, type Dispatcher } from 'undici';
import { mishap, unreachable } from '../contracts/mishap.ts';
import { attemptNow } from './attempt.ts';
import { failureOfNoAnswer, failureOfStatus, requestText, wordOf } from './failures.ts';
import { type Pace, paced } from './pace.ts';
import type { Json } from './reading.ts';
import type { HearHttp, Http, HttpAnswer, HttpRequest } from './transport.ts';

export interface Site {
  /** Such as `https://prism.example.org:9440`; a path in it comes before every request's own. */
  readonly base: string;
  /** PEM file that is trusted instead of the system's own store. */
  readonly ca?: string;
  readonly pace?: Pace;
  readonly heard?: HearHttp;
}

const PATIENT_MS = 60_000;
const MODEST: Pace = { atOnce: 8, perSecond: 10 };

const agentOf = async (site: Site): Promise<Agent> => {
  if (!site.ca) return new Agent({ connect: { rejectUnauthorized: true } });
  const ca = await readFile(site.ca, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw mishap.configuration(`The CA file ${site.ca} cannot be read: ${error.code ?? 'no reason given'}`, {
      fix: 'Correct `ca` of this instance in the plan.',
    });
  });
  return new Agent({ connect: { ca, rejectUnauthorized: true } });
};

const bodyOf = ({ json, form }: HttpRequest): { readonly type?: string; readonly text?: string } => {
  if (json !== undefined) return { type: 'application/json', text: JSON.stringify(json) };
  if (form) return { type: 'application/x-www-form-urlencoded', text: new URLSearchParams(form).toString() };
  return {};
};

const headersOf = (raw: Dispatcher.ResponseData['headers']): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(raw).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );

/** An answer that promises success and is not JSON comes from something in between: it says nothing of what happened. */
const parsed = (request: HttpRequest, status: number, text: string): Json => {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as Json;
  } catch {
    if (status < 300)
      throw unreachable(`${requestText(request)} was answered ${status} with something that is not JSON`);
    return null;
  }
};

/** A client of one site. Opens nothing before its first request, and reads the CA file then. */
export const httpClient = (site: Site): Http => {
  const turn = paced(site.pace ?? MODEST);
  const base = site.base.replace(/\/+$/, '');
  const { origin, pathname } = new URL(base);
  let opening: Promise<Agent> | null = null;
  const agent = (): Promise<Agent> => {
    opening ??= agentOf(site).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };

  const send = async (request: HttpRequest): Promise<HttpAnswer> => {
    const dispatcher = await agent();
    const { type, text } = bodyOf(request);
    const cancelled = attemptNow().cancelled;
    const late = AbortSignal.timeout(request.timeoutMs ?? PATIENT_MS);
    const answer = await dispatcher.request({
      origin,
      path: `${pathname === '/' ? '' : pathname}${request.path}`,
      method: request.method,
      headers: { accept: 'application/json', ...(type ? { 'content-type': type } : {}), ...request.headers },
      ...(text === undefined ? {} : { body: text }),
      signal: cancelled ? AbortSignal.any([cancelled, late]) : late,
    });
    const body = await answer.body.text();
    return {
      status: answer.statusCode,
      headers: headersOf(answer.headers),
      body: parsed(request, answer.statusCode, body),
    };
  };

  const listened = async (request: HttpRequest): Promise<HttpAnswer> => {
    if (!site.heard) return send(request);
    const began = performance.now();
    const say = (answered: HttpAnswer | null, failed: string | null): void =>
      site.heard?.({ asked: request, answered, failed, tookMs: performance.now() - began });
    try {
      const answer = await send(request);
      say(answer, null);
      return answer;
    } catch (error) {
      say(null, wordOf(error));
      throw error;
    }
  };

  return async (request) => {
    const answer = await turn(() => listened(request)).catch((error: unknown) => {
      if (attemptNow().cancelled?.aborted) throw error;
      const known = error instanceof Error && error.name === 'ApplicationFailure';
      throw known ? error : failureOfNoAnswer(base, request, error);
    });
    const failure = failureOfStatus(request, answer);
    if (failure) throw failure;
    return answer;
  };
};
