import type { Mover } from '../contracts/mover.ts';
import type { Stands } from '../contracts/stands.ts';
import { abandon } from './abandon.ts';
import { commit } from './commit.ts';
import { cutOver } from './cut-over.ts';
import { lag } from './lag.ts';
import { markFinal } from './mark-final.ts';
import { type VeeamDeps, veeamOf } from './parts.ts';
import { preflight } from './preflight.ts';
import { protect } from './protect.ts';
import { repair } from './repair.ts';
import { retire } from './retire.ts';
import { settle } from './settle.ts';
import { synchronise } from './synchronise.ts';
import { underWay } from './under-way.ts';

export type { VeeamDeps } from './parts.ts';
export { CAPABILITIES } from './preflight.ts';

/**
 * Veeam Backup & Replication, AHV to Hyper-V: a backup chain, and Instant Recovery onto the staging host. There is no
 * replication between the two, whatever the documents call it. V §0.3, §1.2
 */
export const veeamMover = (deps: VeeamDeps): Mover & Stands => {
  const veeam = veeamOf(deps);
  return {
    preflight: preflight(veeam),
    protect: protect(veeam),
    synchronise: synchronise(veeam),
    lag: lag(veeam),
    markFinal: markFinal(veeam),
    cutOver: cutOver(veeam),
    settle: settle(veeam),
    repair: repair(veeam),
    commit: commit(veeam),
    abandon: abandon(veeam),
    retire: retire(veeam),
    standing: underWay(veeam),
  };
};
