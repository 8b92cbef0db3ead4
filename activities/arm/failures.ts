import type { ApplicationFailure } from '@temporalio/common';
import { mishap, throttled, unreachable } from '../contracts/mishap.ts';
import { type Json, textAt } from './reading.ts';
import type { ArmRequest, ArmResponse } from './transport.ts';

/** Where Azure says nothing about how long to wait. */
const PATIENCE_MS = 30_000;

/** 404 answers that say our address is wrong, not that the resource is gone. */
const WRONG_ADDRESS = [
  'subscriptionnotfound',
  'invalidsubscriptionid',
  'resourcegroupnotfound',
  'invalidresourcetype',
  'invalidresourcenamespace',
  'noregisteredproviderfound',
];

/** `GET /subscriptions/…/protectedItems/x`: without the query, which may be signed. */
export const requestText = ({ method, url }: Pick<ArmRequest, 'method' | 'url'>): string =>
  `${method} ${new URL(url).pathname}`;

export const errorCodeOf = (body: Json | null): string | null =>
  textAt(body ?? undefined, 'error.code') ?? textAt(body ?? undefined, 'code');

const errorTextOf = (body: Json | null): string =>
  textAt(body ?? undefined, 'error.message') ?? textAt(body ?? undefined, 'message') ?? 'no reason given';

/** The resource is not there, and the address was right. */
export const isGone = (response: ArmResponse): boolean =>
  response.status === 404 && !WRONG_ADDRESS.includes((errorCodeOf(response.body) ?? '').toLowerCase());

/** Milliseconds Azure asks us to wait, from any of its three headers; null when it does not say. A §4.3 */
export const retryAfterMs = (headers: ArmResponse['headers'], now: number = Date.now()): number | null => {
  const ms = headers['retry-after-ms'] ?? headers['x-ms-retry-after-ms'];
  if (ms && Number.isFinite(Number(ms))) return Math.max(0, Number(ms));
  const text = headers['retry-after'];
  if (!text) return null;
  if (Number.isFinite(Number(text))) return Math.max(0, Number(text) * 1000);
  const until = Date.parse(text);
  const azureNow = Date.parse(headers.date ?? '');
  return Number.isNaN(until) ? null : Math.max(0, until - (Number.isNaN(azureNow) ? now : azureNow));
};

/** What Microsoft's support asks for. A §1.6 */
export const traceOf = (response: ArmResponse): Readonly<Record<string, string | number | null>> => ({
  status: response.status,
  code: errorCodeOf(response.body),
  requestId: response.headers['x-ms-request-id'] ?? null,
  correlationId: response.headers['x-ms-correlation-request-id'] ?? null,
});

/**
 * An answer that is not a success → what to throw. 429 and 409 wait as long as Azure says, 408 and 5xx say nothing about
 * what happened and are asked again after a new look, the rest ends the verb. A §4.3, §5.3
 */
export const failureOf = (request: ArmRequest, response: ArmResponse): ApplicationFailure => {
  const { status } = response;
  const code = errorCodeOf(response.body);
  const text = `${requestText(request)} was answered ${status}${code ? ` ${code}` : ''}: ${errorTextOf(response.body)}`;
  const facts = traceOf(response);
  const wait = retryAfterMs(response.headers);

  if (status === 429 || (status === 503 && wait !== null)) return throttled(text, wait ?? PATIENCE_MS);
  if (status === 409)
    return throttled(`${text}. It is looked at again before anything is sent again.`, wait ?? PATIENCE_MS);
  if (status === 408 || status >= 500) return unreachable(text);
  if (status === 401)
    return mishap.configuration(text, {
      facts,
      fix: 'Check tenant, client id and secret of this instance in the plan.',
    });
  if (status === 403)
    return mishap.configuration(text, {
      facts,
      fix: "Give the worker's identity a role that covers this action on this scope. A role given just now takes about five minutes to count.",
    });
  if (status === 404 && !isGone(response))
    return mishap.configuration(text, {
      facts,
      fix: 'Check subscription, resource group and apiVersions of this instance in the plan.',
    });
  if (status === 404) return mishap.missing(text, { facts, fix: 'Look who removed it, then retry.' });
  if (status === 412) return mishap.drift(text, { facts, fix: 'It changed while we looked. Retry.' });
  return mishap.configuration(text, {
    facts,
    fix: 'Azure refuses what was asked for. Change the plan as the text says, then retry.',
  });
};
