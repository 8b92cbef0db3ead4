import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent } from 'undici';
import { queueOf } from '../../domain/address.ts';
import type { HookInstance } from '../../domain/estate.ts';
import type { HttpHooks, RequestOrder } from '../contracts/hooks.ts';
import { mishap } from '../contracts/mishap.ts';
import { attemptNow } from './attempt.ts';
import { failureOfNoAnswer, failureOfStatus } from './failures.ts';
import { type ResolveSecret, secretOf } from './login.ts';

interface Parts {
  readonly instance: HookInstance;
  readonly resolveSecret: ResolveSecret;
  readonly now: () => number;
  readonly patienceMs: number;
}

const agentOf = async ({ ca }: HookInstance): Promise<Agent> => {
  if (!ca) return new Agent({ connect: { rejectUnauthorized: true } });
  const pem = await readFile(ca, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw mishap.configuration(`The CA file ${ca} cannot be read: ${error.code ?? 'no reason given'}`, {
      fix: 'Correct `ca` of this instance in the plan.',
    });
  });
  return new Agent({ connect: { ca: pem, rejectUnauthorized: true } });
};

/**
 * `t=<seconds>,v1=<hex>`: HMAC-SHA256 over time, method, path, key of idempotency and body, a line each, so that none of them can be
 * taken for another request.
 */
const signatureOf = (
  key: string,
  seconds: number,
  { method, path, token }: Pick<RequestOrder, 'method' | 'path' | 'token'>,
  body: string,
): string => {
  const mac = createHmac('sha256', key).update([seconds, method, path, token, body].join('\n')).digest('hex');
  return `t=${seconds},v1=${mac}`;
};

interface Headers {
  readonly all: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

const headersOf = async (parts: Parts, order: RequestOrder, path: string, body: string): Promise<Headers> => {
  const { headers = {}, secretHeaders = {}, signature } = parts.instance;
  const secret = await Promise.all(
    Object.entries(secretHeaders).map(async ([name, ref]) => [name, await secretOf(ref, parts.resolveSecret)] as const),
  );
  const key = signature ? await secretOf(signature.key, parts.resolveSecret) : null;
  const signed =
    signature && key !== null
      ? { [signature.header]: signatureOf(key, Math.floor(parts.now() / 1000), { ...order, path }, body) }
      : {};
  return {
    all: {
      accept: 'application/json, */*;q=0.5',
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
      ...headers,
      ...Object.fromEntries(secret),
      ...signed,
      'idempotency-key': order.token,
    },
    secrets: [...secret.map(([, value]) => value), ...(key === null ? [] : [key])],
  };
};

const QUOTED = 200;
/** Bytes of an answer that are read: enough to quote from, whatever an endpoint sends. */
const MOST_READ = 65_536;

const beginningOf = async (stream: AsyncIterable<Buffer>): Promise<string> => {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    pieces.push(piece);
    bytes += piece.byteLength;
    if (bytes >= MOST_READ) break;
  }
  return Buffer.concat(pieces).toString('utf8', 0, MOST_READ);
};

/** What the endpoint said, for people: short, on one line, without what we gave it. */
const quoted = (text: string, secrets: readonly string[]): string => {
  const covered = secrets.filter((secret) => secret !== '').reduce((left, each) => left.split(each).join('•••'), text);
  const line = covered.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? '' : `: ${line.length <= QUOTED ? line : `${line.slice(0, QUOTED)} …`}`;
};

const refusal = (order: RequestOrder, status: number, said: string) => {
  const message = `${order.method} ${order.path.split('?')[0]} was answered ${status}, not ${order.expect.join(' or ')}${said}`;
  const at = queueOf(order.to);
  // A success that is none of those expected did something; what a client error did is nothing.
  if (status < 400)
    return mishap.vendor(message, {
      at,
      changed: 'unknown: the endpoint took the request',
      fix: 'Look at what it did; correct `expect` in the plan.',
    });
  if (status === 401 || status === 403)
    return mishap.configuration(message, { at, fix: 'Correct the secret of this instance, then retry.' });
  return mishap.refused(message, { at, fix: 'Read what the endpoint says, mend the cause, then retry.' });
};

/** Sends the request once. The same key goes with every attempt, so that an endpoint which keeps keys does it once. */
export const request = (parts: Parts): HttpHooks['request'] => {
  let opening: Promise<Agent> | null = null;
  const agent = (): Promise<Agent> => {
    opening ??= agentOf(parts.instance).catch((error: unknown) => {
      opening = null;
      throw error;
    });
    return opening;
  };
  const { origin, pathname } = new URL(parts.instance.endpoint);
  const base = pathname.replace(/\/+$/, '');
  return async (order) => {
    const path = `${base}${order.path}`;
    const body = order.body === undefined ? '' : JSON.stringify(order.body);
    const { all, secrets } = await headersOf(parts, order, path, body);
    const dispatcher = await agent();
    const { cancelled } = attemptNow();
    const late = AbortSignal.timeout(parts.patienceMs);
    const answer = await dispatcher
      .request({
        ...{ origin, path, method: order.method, headers: all },
        ...(body === '' ? {} : { body }),
        signal: cancelled ? AbortSignal.any([cancelled, late]) : late,
      })
      .then(async ({ statusCode: status, headers, body: stream }) => ({
        status,
        headers,
        text: await beginningOf(stream),
      }))
      .catch((error: unknown) => {
        if (cancelled?.aborted) throw error;
        throw failureOfNoAnswer(origin, order, error);
      });
    const { status } = answer;
    if (order.expect.includes(status)) return { status };
    const headers = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
    const unsure = failureOfStatus(order, { status, headers, body: null });
    throw unsure ?? refusal(order, status, quoted(answer.text, secrets));
  };
};
