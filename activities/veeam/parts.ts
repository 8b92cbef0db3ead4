import type { VeeamInstance } from '../../domain/estate.ts';
import type { CmdletRunner } from '../contracts/cmdlets.ts';
import { mishap } from '../contracts/mishap.ts';
import { type Attempt, attemptNow } from '../http/attempt.ts';
import { httpClient } from '../http/client.ts';
import type { ResolveSecret } from '../http/login.ts';
import type { HearHttp, Http } from '../http/transport.ts';
import { type Backups, backupsOf } from './backups.ts';
import { type Jobs, jobsOf } from './jobs.ts';
import { type Licences, licencesOf } from './licence.ts';
import { type Mounts, mountsOf } from './mounts.ts';
import { type Points, pointsOf } from './points.ts';
import { type Repositories, repositoriesOf } from './repositories.ts';
import { restOf } from './rest.ts';
import { type Runs, runsOf } from './runs.ts';
import { inSessionOf } from './session.ts';
import { type Site, siteOf } from './site.ts';

export interface VeeamDeps {
  readonly instance: VeeamInstance;
  readonly run: CmdletRunner;
  readonly resolveSecret: ResolveSecret;
  readonly now: () => Date;
  /** The staging hosts by Hyper-V instance, as the estate lists them: an order names the instance, Veeam the host. */
  readonly hosts: Readonly<Record<string, { readonly host: string }>>;
  /** `veeam@vbr01`, for texts. */
  readonly at?: string;
  readonly agentVersion?: string;
  /** Pause between two tries of a verb that waits: for so long one look serves all who wait. */
  readonly pollMs?: number;
  /** Instead of a client of the instance's own endpoint. */
  readonly http?: Http;
  /** Hears what its REST says. */
  readonly heard?: HearHttp;
  /** Instead of the running Temporal activity. */
  readonly attempt?: () => Attempt;
}

/** What the verbs work with. */
export interface Veeam {
  readonly at: string;
  readonly instance: VeeamInstance;
  readonly agentVersion: string;
  readonly attempt: () => Attempt;
  readonly jobs: Jobs;
  readonly runs: Runs;
  readonly points: Points;
  readonly backups: Backups;
  readonly mounts: Mounts;
  readonly repositories: Repositories;
  readonly licences: Licences;
  readonly site: Site;
  /** Name of the staging host as Veeam and Hyper-V know it. */
  hostOf(instance: string): string;
}

const POLL_MS = 15_000;

/** No limit of the server is published, so we set our own; a hundred VMs that wait ask some seven times a second. V §2.3 */
const PACE = { atOnce: 8, perSecond: 20 };

export const veeamOf = (deps: VeeamDeps): Veeam => {
  const { instance, resolveSecret, now, hosts } = deps;
  const at = deps.at ?? 'veeam';
  const http =
    deps.http ??
    httpClient({
      base: instance.endpoint,
      pace: PACE,
      ...(instance.ca ? { ca: instance.ca } : {}),
      ...(deps.heard ? { heard: deps.heard } : {}),
    });
  const rest = restOf({ where: { at }, instance, resolve: resolveSecret, now, http });
  const attempt = deps.attempt ?? attemptNow;
  const inSession = inSessionOf(instance, deps.run, attempt);
  return {
    at,
    instance,
    agentVersion: deps.agentVersion ?? 'unknown',
    attempt,
    jobs: jobsOf(rest),
    runs: runsOf(rest),
    points: pointsOf(inSession, rest),
    backups: backupsOf(inSession),
    mounts: mountsOf(at, inSession, now, deps.pollMs ?? POLL_MS),
    repositories: repositoriesOf(at, inSession, rest),
    licences: licencesOf(rest),
    site: siteOf(at, inSession),
    hostOf: (name) => {
      const known = hosts[name]?.host;
      if (known) return known;
      throw mishap.configuration(`The estate has no Hyper-V instance ${name}.`, {
        at,
        fix: 'Name the staging host under `hyper-v` in the plan, also for the agent that serves Veeam.',
      });
    },
  };
};
