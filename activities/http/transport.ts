import type { Json } from './reading.ts';

export type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** `path` is relative to the base of the client and carries its own query. `json` and `form` exclude each other. */
export interface HttpRequest {
  readonly method: Method;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: Json;
  readonly form?: Readonly<Record<string, string>>;
  /** Milliseconds until the request counts as unanswered. */
  readonly timeoutMs?: number;
}

/** Header names are lower case. `body` is null where the answer had none. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
}

/** One request and what came of it, as it was. `answered` null: there was no answer, or none that says anything; `failed` says why. */
export interface HttpExchange {
  readonly asked: HttpRequest;
  readonly answered: HttpAnswer | null;
  readonly failed: string | null;
  readonly tookMs: number;
}

/** Hears what goes over the wire, secrets and all: who listens covers what must not be kept. */
export type HearHttp = (exchange: HttpExchange) => void;

/**
 * Sends one request once, and never again by itself. Throws `Throttled` for 429 and 503, `Unreachable` where there was no
 * answer or one that says nothing about what happened (408, other 5xx), `Configuration` where the certificate is not
 * trusted; every other answer is the product's to explain and is returned.
 */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;
