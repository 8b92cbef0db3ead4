import type { ApplicationFailure } from '@temporalio/common';
import { mishap, throttled, unreachable } from '../contracts/mishap.ts';
import type { HttpAnswer, HttpRequest } from './transport.ts';

/** Where the product does not say how long to wait. */
const PATIENCE_MS = 15_000;
const LONGEST_PATIENCE_MS = 10 * 60_000;

/** `POST /api/vmm/…`: without the query, which may hold names. */
export const requestText = ({ method, path }: Pick<HttpRequest, 'method' | 'path'>): string =>
  `${method} ${path.split('?')[0]}`;

/** Milliseconds of `Retry-After`, given in seconds or as a date on the product's own clock; null when it does not say. */
export const retryAfterMs = (headers: HttpAnswer['headers']): number | null => {
  const text = headers['retry-after'];
  if (!text) return null;
  const seconds = Number(text);
  const until = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(text) - Date.parse(headers.date ?? '');
  return Number.isFinite(until) ? Math.min(Math.max(0, until), LONGEST_PATIENCE_MS) : null;
};

export const patienceOf = (answer: HttpAnswer): number => retryAfterMs(answer.headers) ?? PATIENCE_MS;

/** What to throw for an answer that says the same whatever the product; null where the product must explain it. */
export const failureOfStatus = (request: HttpRequest, answer: HttpAnswer): ApplicationFailure | null => {
  const text = `${requestText(request)} was answered ${answer.status}`;
  if (answer.status === 429 || answer.status === 503) return throttled(text, patienceOf(answer));
  if (answer.status === 408 || answer.status >= 500) return unreachable(text);
  return null;
};

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|ERR_TLS|ERR_SSL/;

const codesOf = (error: unknown, depth = 0): readonly string[] => {
  if (typeof error !== 'object' || error === null || depth > 4) return [];
  const { code, name, cause, errors } = error as { code?: unknown; name?: unknown; cause?: unknown; errors?: unknown };
  const own = typeof code === 'string' ? code : typeof name === 'string' ? name : '';
  const inner = Array.isArray(errors) ? errors.flatMap((one) => codesOf(one, depth + 1)) : [];
  return [own, ...codesOf(cause, depth + 1), ...inner].filter((text) => text !== '');
};

/** Why there was no answer, in a code of the network layers: their sentences may quote what was sent. */
export const wordOf = (error: unknown): string => codesOf(error)[0] ?? 'no reason given';

/** No answer → what to throw. Codes only: messages of the network layers may quote what was sent. */
export const failureOfNoAnswer = (base: string, request: HttpRequest, error: unknown): ApplicationFailure => {
  const codes = codesOf(error);
  const host = new URL(base).host;
  const refused = codes.find((code) => CERTIFICATE.test(code));
  if (refused)
    return mishap.configuration(`The certificate of ${host} is not trusted: ${refused}`, {
      fix: 'Name the PEM file of its issuer as `ca` of this instance in the plan, or give the server a certificate for this name.',
    });
  return unreachable(`${requestText(request)} got no answer from ${host}: ${wordOf(error)}`);
};
