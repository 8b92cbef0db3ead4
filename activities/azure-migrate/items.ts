import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Accepted, Arm } from '../arm/arm.ts';
import { keyOf, nameOf } from '../arm/ids.ts';
import { flagAt, type Json, listAt, numberAt, textAt, textsAt } from '../arm/reading.ts';
import { type Sweep, sweepOf } from '../contracts/sweep.ts';
import { INSTANCE_TYPE } from './infrastructure.ts';
import { vaultOf } from './item-id.ts';

export interface HealthError {
  readonly code: string;
  readonly message: string;
  readonly causes: string | null;
  readonly recommendation: string | null;
}

/** What is running on an item right now. */
export interface CurrentJob {
  readonly name: string;
  readonly title: string;
  readonly running: boolean;
}

/** Where the item will land, as it was given at enabling: it cannot be changed later. */
export interface ItemTarget {
  readonly vmName: string | null;
  readonly group: string | null;
  readonly cluster: string | null;
  readonly storage: string | null;
  readonly generation: string | null;
  readonly cpus: number | null;
  readonly memoryMb: number | null;
  /** Arc reuse: a failed one is a case for Microsoft's support, never retried. A §5.4 */
  readonly reusesArc: boolean;
}

/** A protected item: one VM under replication. Sizes are bytes, percents 0–100 or null. A §1.3e, §1.4 */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly machine: string | null;
  readonly state: string;
  readonly stateText: string;
  readonly allowed: readonly string[];
  readonly current: CurrentJob | null;
  readonly health: string | null;
  readonly errors: readonly HealthError[];
  readonly resyncRequired: boolean;
  readonly copied: number | null;
  readonly resynced: number | null;
  readonly point: string | null;
  readonly pointAt: string | null;
  readonly bytes: number;
  readonly target: ItemTarget;
  /** Azure's clock when it was read. */
  readonly readAt: number | null;
}

const RUNNING = ['pending', 'started', 'cancelling'];

const currentOf = (body: Json): CurrentJob | null => {
  const name = textAt(body, 'properties.currentJob.name') ?? nameOf(textAt(body, 'properties.currentJob.id') ?? '');
  if (!name) return null;
  const title =
    textAt(body, 'properties.currentJob.displayName') ?? textAt(body, 'properties.currentJob.scenarioName') ?? 'a job';
  return { name, title, running: RUNNING.includes((textAt(body, 'properties.currentJob.state') ?? '').toLowerCase()) };
};

const errorOf = (row: Json): HealthError => ({
  code: textAt(row, 'code') ?? textAt(row, 'errorCode') ?? 'unknown',
  message: textAt(row, 'message') ?? textAt(row, 'summary') ?? 'no reason given',
  causes: textAt(row, 'causes'),
  recommendation: textAt(row, 'recommendation'),
});

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

const itemOf = (body: Json, readAt: number | null): Item => {
  const own = (path: string) => textAt(body, `properties.${path}`);
  const custom = (path: string) => textAt(body, `properties.customProperties.${path}`);
  const percent = (path: string) => numberAt(body, `properties.customProperties.${path}`);
  const state = own('protectionState') ?? 'Unknown';
  const id = textAt(body, 'id') ?? '';
  return {
    id,
    name: textAt(body, 'name') ?? nameOf(id),
    machine: custom('fabricDiscoveryMachineId'),
    state,
    stateText: own('protectionStateDescription') ?? state,
    allowed: textsAt(body, 'properties.allowedJobs'),
    current: currentOf(body),
    health: own('replicationHealth'),
    errors: listAt(body, 'properties.healthErrors').map(errorOf),
    resyncRequired: flagAt(body, 'properties.resyncRequired'),
    copied: percent('initialReplicationProgressPercentage'),
    resynced: percent('resyncProgressPercentage'),
    point: custom('lastRecoveryPointId'),
    pointAt: custom('lastRecoveryPointReceived'),
    bytes: sum(
      listAt(body, 'properties.customProperties.protectedDisks').map((disk) => numberAt(disk, 'capacityInBytes') ?? 0),
    ),
    target: {
      vmName: custom('targetVmName'),
      group: custom('targetResourceGroupId'),
      cluster: custom('targetHciClusterId'),
      storage: custom('storageContainerId'),
      generation: custom('hyperVGeneration'),
      cpus: percent('targetCpuCores'),
      memoryMb: percent('targetMemoryInMegaBytes'),
      reusesArc: flagAt(body, 'properties.customProperties.migrateAsArcVM'),
    },
    readAt,
  };
};

export interface Items {
  /** Fresh; null when it is not there. */
  get(id: string): Promise<Item | null>;
  /** Fresh, in one list for all who ask at once. */
  all(vault: string): Promise<readonly Item[]>;
  /** From one list that all who wait share; null where it does not name the item. What it is good for: contracts/sweep.ts. */
  glance(id: string): Promise<Item | null>;
  enable(id: string, body: Json): Promise<Accepted>;
  /** Starts the planned failover: it stops the source, copies the rest and starts the target. Never called twice for one decision. */
  failOver(id: string): Promise<Accepted>;
  /** Ends replication; after a failover this is what the portal calls complete. Leaves the migrated VM alone. A §1.3i */
  remove(id: string): Promise<Accepted>;
}

/** `shareMs`: for how long one list serves all who wait. */
export const items = (arm: Arm, { apiVersions }: AzureMigrateInstance, now: () => number, shareMs: number): Items => {
  const version = apiVersions.dataReplication;

  const load = async (vault: string) => {
    const { rows, at } = await arm.list(`${vault}/protectedItems`, version);
    return new Map(rows.map((row) => itemOf(row, at)).map((item) => [keyOf(item.id), item]));
  };
  const sweeps = new Map<string, Sweep<ReadonlyMap<string, Item>>>();
  const over = (vault: string): Sweep<ReadonlyMap<string, Item>> => {
    const key = keyOf(vault);
    const sweep = sweeps.get(key) ?? sweepOf(shareMs, now, () => load(vault));
    sweeps.set(key, sweep);
    return sweep;
  };

  const get = async (id: string) => {
    const reading = await arm.get(id, version);
    return reading && itemOf(reading.body, reading.at);
  };
  const changed = async (id: string, writing: Promise<Accepted>) => {
    const accepted = await writing;
    over(vaultOf(id)).spoil();
    return accepted;
  };

  return {
    get,
    all: async (vault) => [...(await over(vault).fresh()).values()],
    glance: async (id) => (await over(vaultOf(id)).glance()).value.get(keyOf(id)) ?? null,
    enable: (id, body) => changed(id, arm.put(id, version, body)),
    failOver: (id) =>
      changed(
        id,
        arm.post(`${id}/plannedFailover`, version, {
          properties: { customProperties: { instanceType: INSTANCE_TYPE, shutdownSourceVM: true } },
        }),
      ),
    remove: (id) => changed(id, arm.remove(id, version, 'forceDelete=False')),
  };
};
