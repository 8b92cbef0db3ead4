import { Context } from '@temporalio/activity';
import type { HyperVInstance } from '../../domain/estate.ts';
import type { CmdletRunner } from '../contracts/cmdlets.ts';
import type { Platform, Watched } from '../contracts/platform.ts';
import type { Stands } from '../contracts/stands.ts';
import { connect } from './connect.ts';
import { describe } from './describe.ts';
import { forceOff } from './force-off.ts';
import { health } from './health.ts';
import { hostOf } from './host.ts';
import type { HyperV } from './hyper-v.ts';
import { isolate } from './isolate.ts';
import { powerOn } from './power-on.ts';
import { preflight } from './preflight.ts';
import { remove } from './remove.ts';
import { reshape } from './reshape.ts';
import { shutDown } from './shut-down.ts';
import { standing } from './standing.ts';
import { vitals } from './vitals.ts';
import { vmsOf } from './vms.ts';
import { glimpsesOf } from './waiting.ts';

export interface HyperVDeps {
  readonly instance: HyperVInstance;
  readonly run: CmdletRunner;
  /** Milliseconds since 1970; the system's clock where not given. */
  readonly now?: () => number;
  /** Milliseconds a VM must have been up before health judges it; five minutes where not given. U §3.2 */
  readonly steadyMs?: number;
  /** Pause between two attempts of a verb that waits, in milliseconds: for so long one sweep serves all who wait. */
  readonly pollMs?: number;
  /** Which attempt of the running activity this is, from 1; Temporal says so where not given. */
  readonly attempt?: () => number;
  readonly agentVersion?: string;
}

const FIVE_MINUTES_MS = 300_000;
const POLL_MS = 15_000;

/** Outside of an activity every attempt is a first one. */
const attemptNow = (): number => {
  try {
    return Context.current().info.attempt;
  } catch {
    return 1;
  }
};

/** A Hyper-V host as a place where VMs run. */
export const hyperVPlatform = (deps: HyperVDeps): Platform & Stands & Watched => {
  const now = deps.now ?? Date.now;
  const glimpses = glimpsesOf(deps.run, deps.pollMs ?? POLL_MS, now);
  const hyperV: HyperV = {
    instance: deps.instance,
    run: deps.run,
    vms: vmsOf(deps.run, glimpses.touched),
    host: hostOf(deps.run),
    glimpses,
    attempt: deps.attempt ?? attemptNow,
    now,
    steadyMs: deps.steadyMs ?? FIVE_MINUTES_MS,
    agentVersion: deps.agentVersion ?? 'unknown',
  };
  return {
    preflight: preflight(hyperV),
    describe: describe(hyperV),
    shutDown: shutDown(hyperV),
    forceOff: forceOff(hyperV),
    powerOn: powerOn(hyperV),
    isolate: isolate(hyperV),
    connect: connect(hyperV),
    reshape: reshape(hyperV),
    health: health(hyperV),
    remove: remove(hyperV),
    standing: standing(hyperV),
    vitals: vitals(hyperV),
  };
};
