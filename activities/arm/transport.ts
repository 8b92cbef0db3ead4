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

/**
 * Sends one request once, and never again by itself. Answers of every status are returned;
 * it throws a mishap of ours only when there is no answer at all.
 */
export type Send = (request: ArmRequest) => Promise<ArmResponse>;
