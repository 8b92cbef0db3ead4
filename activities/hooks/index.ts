import type { HookInstance } from '../../domain/estate.ts';
import type { HttpHooks } from '../contracts/hooks.ts';
import type { ResolveSecret } from '../http/login.ts';
import { request } from '../http/signed-request.ts';

export { runCmdlets } from './cmdlets.ts';

export interface HookDeps {
  readonly instance: HookInstance;
  readonly resolveSecret: ResolveSecret;
  /** Milliseconds since 1970; the system's clock where not given. */
  readonly now?: () => number;
  /** Milliseconds until one request counts as unanswered; thirty seconds where not given. */
  readonly patienceMs?: number;
}

const PATIENT_MS = 30_000;

/** An HTTP endpoint as a place that hooks reach. */
export const httpHooks = ({ instance, resolveSecret, now, patienceMs }: HookDeps): HttpHooks => ({
  request: request({ instance, resolveSecret, now: now ?? Date.now, patienceMs: patienceMs ?? PATIENT_MS }),
});
