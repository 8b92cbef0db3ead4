import { newGuid } from '../guid.ts';
import { type Answer, badRequest, list, notFound, ok, refusal } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { patchTags, stored } from '../http/stored.ts';
import { listAt, objectAt, textAt, textMapAt } from '../json.ts';
import { putResource, resourceAt, resourcesOfType } from '../lab.ts';
import { holderOf } from './disks.ts';
import { isFixed, networkOf, placeAddress } from './networks.ts';
import { hciVersions } from './versions.ts';

export const interfaceType = 'Microsoft.AzureStackHCI/networkInterfaces';

/** Hyper-V gives every adapter an address from its own range. */
export const newMac = (): string =>
  ['00', '15', '5d', ...(newGuid().replaceAll('-', '').slice(0, 6).match(/../g) ?? [])].join(':');

const put = (call: Call): Answer => {
  const { lab } = call;
  const known = resourceAt(lab, call.id);
  const [config] = listAt(call.body, 'properties', 'ipConfigurations');
  const network = textAt(config, 'properties', 'subnet', 'id');
  if (!network || !networkOf(lab, network))
    return badRequest('The logical network of the network interface was not found.');
  const asked = textAt(config, 'properties', 'privateIPAddress');
  const placed = isFixed(lab, network)
    ? placeAddress(lab, network, asked ? [asked] : [], call.id)
    : { ip: asked, taken: null };
  if (placed.taken) return refusal(409, 'InUse', `${placed.taken}: address is already in use: Already Set`);

  const adapter = putResource(lab, {
    id: known?.id ?? call.id,
    name: lastName(call),
    type: interfaceType,
    location: textAt(call.body, 'location') ?? lab.estate.scenario.azure.customLocationRegion,
    tags: textMapAt(call.body, 'tags'),
    extendedLocation: objectAt(call.body, 'extendedLocation'),
    properties: {
      ...objectAt(call.body, 'properties'),
      ipConfigurations: [
        {
          name: textAt(config, 'name') ?? `${lastName(call)}-ip`,
          properties: { subnet: { id: network }, ...(placed.ip ? { privateIPAddress: placed.ip } : {}) },
        },
      ],
      macAddress: textAt(call.body, 'properties', 'macAddress') ?? textAt(known?.properties, 'macAddress') ?? newMac(),
      provisioningState: 'Succeeded',
      status: { provisioningStatus: { operationId: newGuid(), status: 'Succeeded' } },
    },
    createdAt: known?.createdAt ?? call.now,
    hidden: known?.hidden ?? {},
  });
  return { status: known ? 200 : 201, body: stored(adapter) };
};

export const interfaceRoute: Route = {
  versions: hciVersions,
  get: (call) => {
    const adapter = resourceAt(call.lab, call.id);
    return adapter ? ok(stored(adapter)) : notFound(call.id);
  },
  put,
  patch: patchTags,
  remove: (call) => {
    const adapter = resourceAt(call.lab, call.id);
    if (!adapter) return { status: 204 };
    const holder = holderOf(call.lab, adapter.id);
    if (holder) return refusal(409, 'InUse', `The network interface is attached to '${holder}'.`);
    call.lab.tables.resources.delete(call.id.toLowerCase());
    return { status: 200 };
  },
};

export const interfacesRoute: Route = {
  versions: hciVersions,
  list: (call) => list(resourcesOfType(call.lab, interfaceType, call.scope).map(stored)),
};
