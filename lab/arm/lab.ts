import type { Estate, Table } from '../estate/types.ts';
import type { HybridMachine, InstanceOperation, InstanceRecord } from './azure-local/records.ts';
import type { ArmNames } from './names.ts';
import { armNames } from './names.ts';
import type { MachineRecord } from './off-azure/discovery.ts';
import type { ItemRecord, JobRecord } from './replication/records.ts';

/** A resource that is no more than its body: policies, accounts, networks, adapters, disks. `hidden` never leaves the lab. */
export interface StoredResource {
  id: string;
  name: string;
  type: string;
  location?: string;
  kind?: string;
  sku?: unknown;
  tags?: Record<string, string>;
  identity?: unknown;
  extendedLocation?: unknown;
  properties: Record<string, unknown>;
  createdAt: number;
  hidden: { readyAt?: number; file?: string; origin?: string };
}

/** A long-running operation of a resource provider whose outcome is only a matter of time. */
export interface TimedOperation {
  readonly id: string;
  readonly startedAt: number;
  readonly readyAt: number;
  readonly resource: string | null;
}

export interface ArmTables {
  readonly resources: Table<StoredResource>;
  readonly items: Table<ItemRecord>;
  readonly jobs: Table<JobRecord>;
  /** Names of the jobs that have not ended. */
  readonly running: Table<{ readonly kind: string }>;
  readonly machines: Table<MachineRecord>;
  readonly clock: Table<{ at: number }>;
  readonly operations: Table<TimedOperation>;
  readonly hybridMachines: Table<HybridMachine>;
  readonly instances: Table<InstanceRecord>;
  readonly instanceOperations: Table<InstanceOperation>;
  readonly secrets: Table<{ value: string }>;
}

/** What every handler and every behaviour of the Azure side works on. */
export interface Lab {
  readonly estate: Estate;
  readonly names: ArmNames;
  readonly tables: ArmTables;
}

export const armLab = (estate: Estate): Lab => {
  const table = <T>(name: string): Table<T> => estate.table<T>('arm', name);
  return {
    estate,
    names: armNames(estate.scenario.azure),
    tables: {
      resources: table('resources'),
      items: table('items'),
      jobs: table('jobs'),
      running: table('running'),
      machines: table('machines'),
      clock: table('clock'),
      operations: table('operations'),
      hybridMachines: table('hybridMachines'),
      instances: table('instances'),
      instanceOperations: table('instanceOperations'),
      secrets: table('secrets'),
    },
  };
};

/** One change of the lab: all of it survives a kill, or none. */
export const together = <R>(lab: Lab, work: () => R): R => (lab.estate.together ? lab.estate.together(work) : work());

export const resourceAt = (lab: Lab, id: string): StoredResource | undefined =>
  lab.tables.resources.get(id.toLowerCase());

export const putResource = (lab: Lab, resource: StoredResource): StoredResource => {
  lab.tables.resources.put(resource.id.toLowerCase(), resource);
  return resource;
};

/** Resources directly under `prefix`, such as all `…/storageContainers`; `type` is compared without case. */
export const resourcesOfType = (lab: Lab, type: string, scope = ''): readonly StoredResource[] =>
  lab.tables.resources
    .list()
    .map(({ value }) => value)
    .filter((each) => each.type.toLowerCase() === type.toLowerCase())
    .filter((each) => each.id.toLowerCase().startsWith(scope.toLowerCase()));

export const isoOf = (ms: number): string => new Date(ms).toISOString();
