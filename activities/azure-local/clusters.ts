import type { AzureLocalInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import { type Json, listAt, numberAt, textAt } from '../arm/reading.ts';
import { API } from '../arm/versions.ts';

export interface Cluster {
  /** `Connected` when the cluster talks to Azure. */
  readonly connectivity: string;
  /** Solution version such as `12.2503.1002.5`; null where ARM does not tell it. */
  readonly version: string | null;
}

export interface CustomLocation {
  readonly state: string;
  readonly location: string | null;
}

/** Sizes are bytes; null where Azure does not say. */
export interface StoragePath {
  readonly state: string;
  readonly customLocation: string | null;
  readonly free: number | null;
  readonly total: number | null;
}

export interface AddressPool {
  readonly start: string;
  readonly end: string;
}

export interface LogicalNetwork {
  readonly state: string;
  readonly customLocation: string | null;
  readonly subnets: readonly Subnet[];
}

/** `pools` empty: any address of the prefix. */
export interface Subnet {
  readonly prefix: string | null;
  readonly allocation: 'static' | 'dynamic' | 'unknown';
  readonly vlan: number | null;
  readonly pools: readonly AddressPool[];
}

export interface Clusters {
  cluster(): Promise<Cluster | null>;
  customLocation(): Promise<CustomLocation | null>;
  storagePath(id: string): Promise<StoragePath | null>;
  logicalNetwork(id: string): Promise<LogicalNetwork | null>;
}

const MIB = 1024 ** 2;
const bytesOf = (mb: number | null): number | null => (mb === null ? null : mb * MIB);

const allocationOf = (text: string | null): Subnet['allocation'] => {
  const method = text?.toLowerCase();
  return method === 'static' || method === 'dynamic' ? method : 'unknown';
};

const subnetOf = (row: Json): Subnet => ({
  prefix: textAt(row, 'properties.addressPrefix'),
  allocation: allocationOf(textAt(row, 'properties.ipAllocationMethod')),
  vlan: numberAt(row, 'properties.vlan'),
  pools: listAt(row, 'properties.ipPools')
    .filter((pool) => (textAt(pool, 'ipPoolType') ?? 'vm').toLowerCase() === 'vm')
    .flatMap((pool) => {
      const start = textAt(pool, 'start');
      const end = textAt(pool, 'end');
      return start && end ? [{ start, end }] : [];
    }),
});

/** The cluster and what a landing needs of it. A §3 */
export const clusters = (arm: Arm, instance: AzureLocalInstance): Clusters => {
  const version = instance.apiVersions.azureStackHci;
  const stateOf = (body: Json) => textAt(body, 'properties.provisioningState') ?? 'Succeeded';
  const placeOf = (body: Json) => textAt(body, 'extendedLocation.name');
  return {
    cluster: async () => {
      const reading = await arm.get(instance.cluster, API.stackHci);
      if (!reading) return null;
      const summary = await arm.get(`${instance.cluster}/updateSummaries/default`, API.stackHci);
      return {
        connectivity:
          textAt(reading.body, 'properties.connectivityStatus') ??
          textAt(reading.body, 'properties.status') ??
          'Unknown',
        version: textAt(summary?.body, 'properties.currentVersion'),
      };
    },
    customLocation: async () => {
      const reading = await arm.get(instance.customLocation, API.extendedLocation);
      return reading && { state: stateOf(reading.body), location: textAt(reading.body, 'location') };
    },
    storagePath: async (id) => {
      const reading = await arm.get(id, version);
      if (!reading) return null;
      const { body } = reading;
      return {
        state: stateOf(body),
        customLocation: placeOf(body),
        free: bytesOf(numberAt(body, 'properties.status.availableSizeMB')),
        total: bytesOf(numberAt(body, 'properties.status.containerSizeMB')),
      };
    },
    logicalNetwork: async (id) => {
      const reading = await arm.get(id, version);
      if (!reading) return null;
      const { body } = reading;
      return {
        state: stateOf(body),
        customLocation: placeOf(body),
        subnets: listAt(body, 'properties.subnets').map(subnetOf),
      };
    },
  };
};
