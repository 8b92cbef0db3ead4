import type { AhvInstance } from '../../domain/estate.ts';
import { type Attempt, attemptNow } from '../http/attempt.ts';
import { httpClient } from '../http/client.ts';
import type { ResolveSecret } from '../http/login.ts';
import type { HearHttp, Http } from '../http/transport.ts';
import { type DoDeed, doer } from './change.ts';
import { type Prism, prismOf } from './prism.ts';
import { type Tasks, tasksOf } from './tasks.ts';
import { type Vms, vmsOf } from './vms.ts';

export interface AhvDeps {
  readonly instance: AhvInstance;
  readonly resolveSecret: ResolveSecret;
  /** Time of this worker, for people; never compared with another clock. */
  readonly now: () => Date;
  /** `ahv@ntnx-a`, for texts. */
  readonly at?: string;
  readonly agentVersion?: string;
  /** Instead of a client of the instance's own endpoint. */
  readonly http?: Http;
  /** Hears what Prism says. */
  readonly heard?: HearHttp;
  /** Instead of the running Temporal activity. */
  readonly attempt?: () => Attempt;
  /** Between two looks at one task. */
  readonly pause?: (ms: number) => Promise<void>;
}

/** What the verbs work with. */
export interface Ahv {
  readonly at: string;
  readonly instance: AhvInstance;
  readonly agentVersion: string;
  readonly now: () => Date;
  readonly attempt: () => Attempt;
  readonly prism: Prism;
  readonly tasks: Tasks;
  readonly vms: Vms;
  readonly change: DoDeed;
}

/** Prism Central allows 30 requests a second at its smallest; we stay well below. O E.8 */
const PACE = { atOnce: 10, perSecond: 10 };

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const ahvOf = (deps: AhvDeps): Ahv => {
  const { instance, resolveSecret, now } = deps;
  const at = deps.at ?? 'ahv';
  const attempt = deps.attempt ?? attemptNow;
  const http =
    deps.http ??
    httpClient({
      base: instance.endpoint,
      pace: PACE,
      ...(instance.ca ? { ca: instance.ca } : {}),
      ...(deps.heard ? { heard: deps.heard } : {}),
    });
  const prism = prismOf({ at }, instance, resolveSecret, http);
  const tasks = tasksOf(prism, deps.pause ?? sleep);
  const agentVersion = deps.agentVersion ?? 'unknown';
  return {
    at,
    instance,
    agentVersion,
    now,
    attempt,
    prism,
    tasks,
    vms: vmsOf(prism, { at }),
    change: doer(prism, tasks, attempt),
  };
};
