import type { Lab } from '../lab.ts';
import type { Answer } from './answers.ts';

export type Verb = 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'POST';

/** One ARM request, authenticated and routed. `id` keeps the caller's spelling; compare without case. */
export interface Call {
  readonly lab: Lab;
  readonly verb: Verb;
  readonly id: string;
  /** What precedes the last `/providers/`. */
  readonly scope: string;
  readonly names: readonly string[];
  readonly version: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** `https://host:port` as the caller reached us: the base of every link we hand out. */
  readonly origin: string;
  readonly now: number;
}

export type Handler = (call: Call) => Answer;

/** One resource type: what it answers to, in which versions. */
export interface Route {
  readonly versions: readonly string[];
  /** Value of `api-supported-versions`; some providers send none. */
  readonly announces?: string;
  readonly get?: Handler;
  readonly put?: Handler;
  readonly patch?: Handler;
  readonly remove?: Handler;
  readonly list?: Handler;
  readonly actions?: Readonly<Record<string, Handler>>;
}

/** Keyed `namespace/type/type` in lower case. */
export type Routes = Readonly<Record<string, Route>>;

/** The name at the end of the id, or of the item an action is for. */
export const lastName = (call: Call): string => call.names.at(-1) ?? '';
