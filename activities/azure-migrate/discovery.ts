import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import { flagAt, type Json, listAt, numberAt, textAt } from '../arm/reading.ts';

/** `dynamic`: the VHDX grows. `bytes` is the virtual size. */
export interface DiscoveredDisk {
  readonly instanceId: string;
  readonly bytes: number;
  readonly path: string | null;
  readonly dynamic: boolean;
}

export interface DiscoveredAdapter {
  readonly nicId: string;
  /** Lower case with colons. */
  readonly mac: string;
}

/** A Hyper-V VM as the source appliance sees it: up to an hour old. A §1.3a */
export interface Discovered {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly running: boolean;
  readonly generation: 1 | 2 | null;
  /** `windowsguest`, `linuxguest`, `otherguestfamily`, or null: the integration services say nothing. */
  readonly osType: string | null;
  readonly osName: string | null;
  readonly cluster: string | null;
  readonly host: string | null;
  readonly runAsAccount: string | null;
  readonly highlyAvailable: string | null;
  readonly secureBoot: boolean;
  readonly tpm: boolean;
  readonly disks: readonly DiscoveredDisk[];
  readonly adapters: readonly DiscoveredAdapter[];
}

export interface Discovery {
  /** By the VM's Hyper-V id; null while the appliance has not found it. */
  machine(siteId: string, vmId: string): Promise<Discovered | null>;
  /** The account the appliance reads the VM's host with: of the machine, else its host, else its cluster. */
  runAsAccount(machine: Discovered): Promise<string | null>;
}

export const macOf = (text: string): string =>
  (
    text
      .toLowerCase()
      .replace(/[^0-9a-f]/g, '')
      .match(/../g) ?? []
  ).join(':');

const diskOf = (row: Json): DiscoveredDisk => ({
  instanceId: textAt(row, 'instanceId') ?? '',
  bytes: numberAt(row, 'maxSizeInBytes') ?? 0,
  path: textAt(row, 'path'),
  dynamic: (textAt(row, 'diskType') ?? 'Dynamic').toLowerCase() !== 'fixed',
});

const generationOf = (value: number | null): 1 | 2 | null => (value === 1 || value === 2 ? value : null);

const machineOf = (body: Json): Discovered | null => {
  const own = (path: string) => textAt(body, `properties.${path}`);
  const id = textAt(body, 'id');
  if (!id || flagAt(body, 'properties.isDeleted')) return null;
  return {
    id,
    name: textAt(body, 'name') ?? '',
    displayName: own('displayName') ?? '',
    running: (own('powerStatus') ?? '').toLowerCase() === 'running',
    generation: generationOf(numberAt(body, 'properties.generation')),
    osType: own('operatingSystemDetails.osType') ?? own('guestOSDetails.osType'),
    osName: own('operatingSystemDetails.osName') ?? own('guestOSDetails.osName'),
    cluster: own('clusterId'),
    host: own('hostId'),
    runAsAccount: own('runAsAccountId'),
    highlyAvailable: own('highAvailability'),
    secureBoot: flagAt(body, 'properties.secureBootEnabled'),
    tpm: flagAt(body, 'properties.tpmEnabled'),
    disks: listAt(body, 'properties.disks').map(diskOf),
    adapters: listAt(body, 'properties.networkAdapters').map((row) => ({
      nicId: textAt(row, 'nicId') ?? '',
      mac: macOf(textAt(row, 'macAddress') ?? ''),
    })),
  };
};

/** What keeps a discovered VM from being replicated, as the vendor's own tools check it. A §1.3a */
export const unfitness = (machine: Discovered): readonly string[] => {
  const silent =
    machine.osType === null || (machine.osType.toLowerCase() === 'otherguestfamily' && machine.osName === null);
  return [
    ...(machine.running ? [] : ['it is off as the appliance sees it']),
    ...(silent ? ['its integration services do not answer the appliance'] : []),
    // A staged VM becomes a role of its cluster late; the appliance sees that in a later pass.
    ...(machine.cluster && machine.highlyAvailable?.toLowerCase() === 'no'
      ? ['it is on a cluster but not highly available']
      : []),
  ];
};

export const discovery = (arm: Arm, instance: AzureMigrateInstance): Discovery => {
  const { offAzure } = instance.apiVersions;
  const accountOf = async (id: string | null) =>
    id ? textAt((await arm.get(id, offAzure))?.body, 'properties.runAsAccountId') : null;
  return {
    machine: async (siteId, vmId) => {
      const reading = await arm.get(`${siteId}/machines/${vmId.toLowerCase()}`, offAzure);
      return reading && machineOf(reading.body);
    },
    runAsAccount: async ({ runAsAccount, host, cluster }) =>
      runAsAccount ?? (await accountOf(host)) ?? (await accountOf(cluster)),
  };
};
