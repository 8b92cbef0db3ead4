import { Context } from '@temporalio/activity';
import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import type { Mover } from '../contracts/mover.ts';
import type { Stands } from '../contracts/stands.ts';
import { abandon } from './abandon.ts';
import { bridges } from './bridge.ts';
import { commit } from './commit.ts';
import type { AzureMigrate } from './context.ts';
import { cutOver } from './cut-over.ts';
import { discovery } from './discovery.ts';
import { endReplication } from './end-replication.ts';
import { infrastructure } from './infrastructure.ts';
import { type Initialised, type InitialiseOrder, initialise } from './initialise.ts';
import { items } from './items.ts';
import { jobs } from './jobs.ts';
import { lag } from './lag.ts';
import { landscapes } from './landscape.ts';
import { leftovers } from './leftovers.ts';
import { markFinal } from './mark-final.ts';
import { preflight } from './preflight.ts';
import { protect } from './protect.ts';
import { repair } from './repair.ts';
import { retire } from './retire.ts';
import { settle } from './settle.ts';
import { synchronise } from './synchronise.ts';
import { targets } from './targets.ts';
import { underWay } from './under-way.ts';

export interface AzureMigrateDeps {
  readonly instance: AzureMigrateInstance;
  readonly arm: Arm;
  readonly agentVersion: string;
  /** Which attempt of the running activity this is, from 1; Temporal says so when absent. */
  readonly attempt?: () => number;
  /** Pause between two polls of one verb, ms; a list of items serves all who wait for no longer. */
  readonly pollMs?: number;
  readonly now?: () => number;
}

/** A mover whose project must be prepared once before it can protect anything. */
export interface AzureMigrateMover extends Mover, Stands {
  initialise(order?: InitialiseOrder): Promise<Initialised>;
}

/** However long the pause between two polls is. */
const LIST_SERVES_MS = 10_000;

/** Hyper-V to Azure Local by Azure Migrate, over Azure Resource Manager alone. */
export const azureMigrateMover = ({
  instance,
  arm,
  agentVersion,
  attempt,
  pollMs = LIST_SERVES_MS,
  now = Date.now,
}: AzureMigrateDeps): AzureMigrateMover => {
  const landscape = landscapes(arm, instance, now);
  const room: AzureMigrate = {
    instance,
    arm,
    agentVersion,
    landscape,
    infrastructure: infrastructure(arm, instance, landscape),
    discovery: discovery(arm, instance),
    items: items(arm, instance, now, Math.min(pollMs, LIST_SERVES_MS)),
    jobs: jobs(arm, instance),
    bridges: bridges(arm, instance),
    targets: targets(arm, instance),
    leftovers: leftovers(arm, instance),
    attempt: attempt ?? (() => Context.current().info.attempt),
  };
  const end = endReplication(room);
  return {
    preflight: preflight(room),
    initialise: initialise(room),
    protect: protect(room, end),
    synchronise: synchronise(room),
    lag: lag(room),
    markFinal: markFinal(),
    cutOver: cutOver(room),
    settle: settle(room),
    repair: repair(room),
    commit: commit(room, end),
    abandon: abandon(room, end),
    retire: retire(room, end),
    standing: underWay(room),
  };
};
