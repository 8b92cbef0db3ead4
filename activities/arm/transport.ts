import type { Json } from './reading.ts';

export type Method = 'GET' | 'PUT' | 'PATCH' | 'POST' | 'DELETE';

/** `url` is absolute. */
export interface ArmRequest {
  readonly method: Method;
  readonly url: string;
  readonly body?: Json;
}

/** Header names are lower case; `body` is null where the answer had none. */
export interface ArmResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json | null;
}

/** One request and what came of it, as it was. `answered` null: there was no answer; `failed` says why. */
export interface ArmExchange {
  readonly asked: ArmRequest;
  readonly answered: ArmResponse | null;
  readonly failed: string | null;
  readonly tookMs: number;
}

/** Hears what goes over the wire, signed addresses and all: who listens covers what must not be kept. The log-in is not heard. */
export type HearArm = (exchange: ArmExchange) => void;

/**
 * Sends one request once, and never again by itself. Answers of every status are returned;
 * it throws a mishap of ours only when there is no answer at all.
 */
export type Send = (request: ArmRequest) => Promise<ArmResponse>;
