import { z } from 'zod';
import type { Reached } from '../temporal.ts';
import type { Caller, Need } from './caller.ts';
import type { Problem } from './problem.ts';
import type { Signer } from './signing-key.ts';

/** Files of the plan; read when something asks for it. */
export interface PlanAt {
  readonly plan: string;
  readonly vms: string;
}

/** What every route works with. */
export interface Api {
  readonly reached: Reached;
  /** Folder with the records of what has ended. */
  readonly records: string;
  readonly plan: PlanAt;
  /** Null where decisions are sent unsigned. */
  readonly signer: Signer | null;
}

/** Tells of a part that was refused, where the whole is answered. */
export type Refused = (problem: Problem, what: string) => void;

interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly caller: Caller;
  /** What the caller called this request, so that sending it again does nothing twice. */
  readonly key: string | null;
  readonly refused: Refused;
}

/** One route: its document, its right and its work in one place. */
export interface Route<P = unknown, Q = unknown, B = unknown> {
  readonly method: 'GET' | 'POST';
  /** As fastify writes it: `/batches/:programme/:batch`. */
  readonly url: string;
  readonly id: string;
  readonly does: string;
  readonly needs: Need;
  readonly params: z.ZodType<P> | null;
  readonly query: z.ZodType<Q> | null;
  readonly body: z.ZodType<B> | null;
  readonly answer: z.ZodType;
  readonly run: (asked: Asked<P, Q, B>, api: Api) => Promise<unknown>;
}

/** Keeps what params, query and body are inside `run`, and forgets it for the table of all routes. */
export const route = <P, Q, B>(made: Route<P, Q, B>): Route => made as unknown as Route;

export const Problems = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().describe('What failed.'),
  fix: z.string().describe('What to do.'),
  instance: z.string(),
});

export const KEY = 'idempotency-key';

export const KeyHeader = z.looseObject({
  [KEY]: z
    .string()
    .regex(/^[\x21-\x7e]{1,200}$/, 'up to 200 visible characters')
    .optional()
    .describe('Sent again with the same key, a request does nothing twice and is answered as the first time.'),
});
