import { createHash } from 'node:crypto';
import type { AzureLocalInstance } from '../../domain/estate.ts';
import type { Accepted, Arm } from '../arm/arm.ts';
import { groupOf, keyOf, sameId } from '../arm/ids.ts';
import { type Json, listAt, numberAt, textAt, textMapAt } from '../arm/reading.ts';
import { addTags } from '../arm/tags.ts';
import { generationOf } from './instances.ts';

/** A network interface is a resource of its own: taken off a VM it keeps its MAC, network and address. A §3 */
export interface NicResource {
  readonly id: string;
  readonly body: Json;
  /** Lower case with colons; null until Azure knows it. */
  readonly mac: string | null;
  /** The plan's name of its logical network, else the ARM id. */
  readonly network: string | null;
  readonly addresses: readonly string[];
}

/** A virtual disk. `bytes` may be wrong for a data disk: Azure shows some as 1 GB. A §3 */
export interface DiskResource {
  readonly id: string;
  readonly body: Json;
  readonly bytes: number;
  readonly generation: 1 | 2 | null;
}

/** Which VM a network interface or disk was taken off, and in which place: written before it is taken off, since nothing else remembers. */
const OWNER_TAG = 'tranship-of';

const ownerMark = (machine: string): string => createHash('sha256').update(keyOf(machine)).digest('hex').slice(0, 24);

const markOf = (body: Json): { readonly owner: string; readonly place: number } | null => {
  const [owner, place] = (textMapAt(body, 'tags')[OWNER_TAG] ?? '').split('/');
  return owner && place !== undefined ? { owner, place: Number(place) } : null;
};

const macOf = (text: string | null): string | null =>
  text
    ? (
        text
          .toLowerCase()
          .replace(/[^0-9a-f]/g, '')
          .match(/../g) ?? []
      ).join(':')
    : null;

export type Kind = 'networkInterfaces' | 'virtualHardDisks';

export interface Belongings {
  nic(id: string): Promise<NicResource | null>;
  disk(id: string): Promise<DiskResource | null>;
  /** Every interface of the subscription: who holds an address. */
  allNics(): Promise<readonly NicResource[]>;
  /** Writes on each, in order, whose it is. */
  mark(machine: string, resources: readonly { readonly id: string; readonly body: Json }[]): Promise<void>;
  /** Interfaces or disks of the machine's resource group that are marked as this machine's, in order. */
  marked(kind: Kind, machine: string): Promise<readonly string[]>;
  remove(id: string): Promise<Accepted>;
}

const GIB = 1024 ** 3;

export const belongings = (
  arm: Arm,
  { apiVersions, logicalNetworks, subscription }: AzureLocalInstance,
): Belongings => {
  const version = apiVersions.azureStackHci;
  const networkName = (id: string | null): string | null => {
    if (!id) return null;
    const bare = id.replace(/\/subnets\/[^/]+\/?$/i, '');
    return Object.entries(logicalNetworks).find(([, known]) => sameId(known, bare))?.[0] ?? bare;
  };
  const nicOf = (id: string, body: Json): NicResource => {
    const configurations = listAt(body, 'properties.ipConfigurations');
    return {
      id,
      body,
      mac: macOf(textAt(body, 'properties.macAddress')),
      network: networkName(configurations.map((row) => textAt(row, 'properties.subnet.id')).find(Boolean) ?? null),
      addresses: configurations.flatMap((row) => textAt(row, 'properties.privateIPAddress') ?? []),
    };
  };
  return {
    nic: async (id) => {
      const reading = await arm.get(id, version);
      return reading && nicOf(id, reading.body);
    },
    disk: async (id) => {
      const reading = await arm.get(id, version);
      if (!reading) return null;
      const { body } = reading;
      return {
        id,
        body,
        bytes: (numberAt(body, 'properties.diskSizeGB') ?? 0) * GIB,
        generation: generationOf(textAt(body, 'properties.hyperVGeneration')),
      };
    },
    allNics: async () => {
      const { rows } = await arm.list(
        `/subscriptions/${subscription}/providers/Microsoft.AzureStackHCI/networkInterfaces`,
        version,
      );
      return rows.map((row) => nicOf(textAt(row, 'id') ?? '', row));
    },
    mark: async (machine, resources) => {
      for (const [place, { id, body }] of resources.entries())
        await addTags(arm, id, version, body, { [OWNER_TAG]: `${ownerMark(machine)}/${place}` });
    },
    marked: async (kind, machine) => {
      const { rows } = await arm.list(`${groupOf(machine) ?? ''}/providers/Microsoft.AzureStackHCI/${kind}`, version);
      const owner = ownerMark(machine);
      return rows
        .map((row) => ({ id: textAt(row, 'id') ?? '', mark: markOf(row) }))
        .filter(({ mark }) => mark?.owner === owner)
        .sort((a, b) => (a.mark?.place ?? 0) - (b.mark?.place ?? 0))
        .map(({ id }) => id);
    },
    remove: (id) => arm.remove(id, version),
  };
};
