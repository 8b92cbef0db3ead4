import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import type { Bridges } from './bridge.ts';
import type { Discovery } from './discovery.ts';
import type { Infrastructure } from './infrastructure.ts';
import type { Items } from './items.ts';
import type { Jobs } from './jobs.ts';
import type { Landscapes } from './landscape.ts';
import type { Leftovers } from './leftovers.ts';
import type { Targets } from './targets.ts';

/** What the verbs work with. */
export interface AzureMigrate {
  readonly instance: AzureMigrateInstance;
  readonly agentVersion: string;
  readonly arm: Arm;
  readonly landscape: Landscapes;
  readonly infrastructure: Infrastructure;
  readonly discovery: Discovery;
  readonly items: Items;
  readonly jobs: Jobs;
  readonly bridges: Bridges;
  readonly targets: Targets;
  readonly leftovers: Leftovers;
  /** Which attempt of the running activity this is, from 1. */
  attempt(): number;
}
