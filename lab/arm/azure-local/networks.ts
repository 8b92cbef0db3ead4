import { newGuid } from '../guid.ts';
import { type Answer, badRequest, list, notFound, ok } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { stored } from '../http/stored.ts';
import { at, listAt, numberAt, objectAt, textAt, textMapAt } from '../json.ts';
import { type Lab, putResource, resourceAt, resourcesOfType } from '../lab.ts';
import { lastOf, sameId } from '../names.ts';
import { hciVersions } from './versions.ts';

const type = 'Microsoft.AzureStackHCI/logicalNetworks';
const adapterType = 'Microsoft.AzureStackHCI/networkInterfaces';

export interface LogicalNetwork {
  readonly name: string;
  readonly vlan: number | null;
  readonly cidr: string | null;
  readonly fixed: boolean;
}

export const networkOf = (lab: Lab, id: string): LogicalNetwork | undefined => {
  const resource = resourceAt(lab, id);
  if (!resource) return undefined;
  const subnet = at(listAt(resource.properties, 'subnets')[0], 'properties');
  return {
    name: resource.name,
    vlan: numberAt(subnet, 'vlan'),
    cidr: textAt(subnet, 'addressPrefix'),
    fixed: textAt(subnet, 'ipAllocationMethod') === 'Static',
  };
};

/** Addresses of this network are given out, not leased. */
export const isFixed = (lab: Lab, id: string): boolean => networkOf(lab, id)?.fixed === true;

const toNumber = (ip: string): number => ip.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
const toText = (ip: number): string => [24, 16, 8, 0].map((bits) => Math.floor(ip / 2 ** bits) % 256).join('.');

interface Range {
  readonly first: number;
  readonly last: number;
}

const rangeOf = (cidr: string): Range => {
  const [base = '0.0.0.0', prefix = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(toNumber(base) / size) * size;
  return { first, last: first + size - 1 };
};

/** Addresses held by adapters of a network, with the adapter that holds each. */
const held = (lab: Lab, network: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const adapter of resourcesOfType(lab, adapterType)) {
    for (const config of listAt(adapter.properties, 'ipConfigurations')) {
      const ip = textAt(config, 'properties', 'privateIPAddress');
      if (ip && sameId(textAt(config, 'properties', 'subnet', 'id') ?? '', network)) found.set(ip, adapter.id);
    }
  }
  return found;
};

export type Placed =
  | { readonly ip: string; readonly taken: null }
  | { readonly ip: null; readonly taken: string | null };

/**
 * The address an adapter gets on a static network: the first wanted one the network contains, else a free one from the upper half of the
 * range. `taken` is a wanted address another adapter holds.
 */
export const placeAddress = (lab: Lab, network: string, wanted: readonly string[], adapter: string): Placed => {
  const cidr = networkOf(lab, network)?.cidr;
  if (!cidr) return { ip: null, taken: null };
  const { first, last } = rangeOf(cidr);
  const holders = held(lab, network);
  const own = wanted.find((ip) => toNumber(ip) >= first && toNumber(ip) <= last);
  if (own) {
    const holder = holders.get(own);
    return holder === undefined || sameId(holder, adapter) ? { ip: own, taken: null } : { ip: null, taken: own };
  }
  const kept = [...holders].find(([, holder]) => sameId(holder, adapter));
  if (kept) return { ip: kept[0], taken: null };
  for (let ip = first + Math.ceil((last - first) / 2); ip < last; ip += 1) {
    if (!holders.has(toText(ip))) return { ip: toText(ip), taken: null };
  }
  return { ip: null, taken: null };
};

export const seedNetworks = (lab: Lab): void => {
  for (const network of lab.estate.scenario.azure.logicalNetworks) {
    const id = lab.names.logicalNetwork(network.name);
    if (resourceAt(lab, id)) continue;
    const { first, last } = rangeOf(network.cidr);
    putResource(lab, {
      id,
      name: network.name,
      type,
      location: lab.estate.scenario.azure.customLocationRegion,
      tags: {},
      extendedLocation: { type: 'CustomLocation', name: lab.names.customLocation },
      properties: {
        dhcpOptions: { dnsServers: [] },
        subnets: [
          {
            name: network.name,
            properties: {
              addressPrefix: network.cidr,
              ipAllocationMethod: network.static ? 'Static' : 'Dynamic',
              ipPools: network.static ? [{ start: toText(first + 4), end: toText(last - 1), ipPoolType: 'vm' }] : [],
              routeTable: {
                type: 'Microsoft.Network/routeTables',
                properties: {
                  routes: [
                    {
                      name: 'default',
                      properties: { addressPrefix: '0.0.0.0/0', nextHopIpAddress: toText(first + 1) },
                    },
                  ],
                },
              },
              vlan: network.vlan,
            },
          },
        ],
        vmSwitchName: 'ConvergedSwitch(compute)',
        provisioningState: 'Succeeded',
        status: { provisioningStatus: { operationId: newGuid(), status: 'Succeeded' } },
      },
      createdAt: lab.estate.now(),
      hidden: {},
    });
  }
};

const view = (lab: Lab, id: string): Record<string, unknown> | null => {
  const resource = resourceAt(lab, id);
  if (!resource) return null;
  const holders = held(lab, resource.id);
  const subnets = listAt(resource.properties, 'subnets').map((subnet) => ({
    ...objectAt(subnet),
    properties: {
      ...objectAt(subnet, 'properties'),
      ipConfigurationReferences: [...holders.values()].map((holder) => ({
        ID: `${holder}/ipConfigurations/${lastOf(holder)}-ip`,
      })),
    },
  }));
  return { ...stored(resource), properties: { ...resource.properties, subnets } };
};

const put = (call: Call): Answer => {
  const { lab } = call;
  const known = resourceAt(lab, call.id);
  if (!textAt(call.body, 'location')) return badRequest("The 'location' property is required.");
  const network = putResource(lab, {
    id: known?.id ?? call.id,
    name: lastName(call),
    type,
    location: textAt(call.body, 'location') ?? '',
    tags: textMapAt(call.body, 'tags'),
    extendedLocation: objectAt(call.body, 'extendedLocation'),
    properties: {
      ...objectAt(call.body, 'properties'),
      provisioningState: 'Succeeded',
      status: { provisioningStatus: { operationId: newGuid(), status: 'Succeeded' } },
    },
    createdAt: known?.createdAt ?? call.now,
    hidden: {},
  });
  return { status: known ? 200 : 201, body: stored(network) };
};

export const networkRoute: Route = {
  versions: hciVersions,
  get: (call) => {
    const found = view(call.lab, call.id);
    return found ? ok(found) : notFound(call.id);
  },
  put,
  remove: (call) => {
    if (!resourceAt(call.lab, call.id)) return { status: 204 };
    if (held(call.lab, call.id).size > 0)
      return {
        status: 409,
        body: { error: { code: 'InUse', message: 'The logical network is used by network interfaces.' } },
      };
    call.lab.tables.resources.delete(call.id.toLowerCase());
    return { status: 200 };
  },
};

export const networksRoute: Route = {
  versions: hciVersions,
  list: (call) => list(resourcesOfType(call.lab, type, call.scope).map((each) => view(call.lab, each.id))),
};
