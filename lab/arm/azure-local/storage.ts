import { guidOf, newGuid } from '../guid.ts';
import { list, notFound, ok } from '../http/answers.ts';
import type { Route } from '../http/call.ts';
import { stored } from '../http/stored.ts';
import { textAt } from '../json.ts';
import { type Lab, putResource, resourceAt, resourcesOfType, type StoredResource } from '../lab.ts';
import { lastOf, sameId } from '../names.ts';
import type { ItemDisk, ItemRecord } from '../replication/records.ts';
import { hciVersions } from './versions.ts';

const type = 'Microsoft.AzureStackHCI/storageContainers';
export const diskType = 'Microsoft.AzureStackHCI/virtualHardDisks';

export const seedContainers = (lab: Lab): void => {
  for (const { name, path } of lab.estate.scenario.azure.storagePaths) {
    const id = lab.names.storageContainer(name);
    if (resourceAt(lab, id)) continue;
    putResource(lab, {
      id,
      name,
      type,
      location: lab.estate.scenario.azure.customLocationRegion,
      tags: {},
      extendedLocation: { type: 'CustomLocation', name: lab.names.customLocation },
      properties: { path, provisioningState: 'Succeeded' },
      createdAt: lab.estate.now(),
      hidden: {},
    });
  }
};

export const containerPath = (lab: Lab, id: string): string | null => textAt(resourceAt(lab, id)?.properties, 'path');

const capacity = (lab: Lab, path: string): number =>
  lab.estate.scenario.azure.storagePaths.find((each) => each.path.toLowerCase() === path.toLowerCase())?.bytes ?? 0;

/** Files on a container: seed and migrated disks, disk resources, and disks of VMs whose paths lie there. */
const filesOn = (lab: Lab, id: string, path: string): ReadonlySet<string> => {
  const files = new Set<string>();
  for (const { value: item } of lab.tables.items.list()) {
    for (const disk of item.disks) if (sameId(disk.container, id)) files.add(disk.seedFile);
  }
  for (const disk of resourcesOfType(lab, diskType)) {
    if (disk.hidden.file && sameId(textAt(disk.properties, 'containerId') ?? '', id)) files.add(disk.hidden.file);
  }
  for (const vm of lab.estate.vms.list('azure-local')) {
    for (const disk of vm.disks)
      if (disk.path.toLowerCase().startsWith(`${path.toLowerCase()}\\`)) files.add(disk.file);
  }
  return files;
};

/** Bytes left on a container: its size less what is allocated on it, since all disks are dynamic. Never below zero. */
export const freeBytes = (lab: Lab, id: string): number => {
  const path = containerPath(lab, id);
  if (path === null) return 0;
  const used = [...filesOn(lab, id, path)]
    .filter((file) => lab.estate.disks.exists(file))
    .reduce((sum, file) => sum + lab.estate.disks.allocatedBytes(file), 0);
  return Math.max(0, capacity(lab, path) - used);
};

const view = (lab: Lab, container: StoredResource): Record<string, unknown> => ({
  ...stored(container),
  properties: {
    ...container.properties,
    status: {
      availableSizeMB: Math.floor(freeBytes(lab, container.id) / 2 ** 20),
      containerSizeMB: Math.floor(capacity(lab, containerPath(lab, container.id) ?? '') / 2 ** 20),
      provisioningStatus: { operationId: guidOf(`${container.id}/operation`), status: 'Succeeded' },
    },
  },
});

export const containerRoute: Route = {
  versions: hciVersions,
  get: (call) => {
    const container = resourceAt(call.lab, call.id);
    return container ? ok(view(call.lab, container)) : notFound(call.id);
  },
};

export const containersRoute: Route = {
  versions: hciVersions,
  list: (call) => list(resourcesOfType(call.lab, type, call.scope).map((each) => view(call.lab, each))),
};

/** The resource of a disk that replication made, in the target's resource group. */
export const putDiskResource = (lab: Lab, item: ItemRecord, disk: ItemDisk, name: string, file: string): void => {
  const group = textAt(item.input, 'targetResourceGroupId') ?? lab.names.group;
  const id = `${group}/providers/Microsoft.AzureStackHCI/virtualHardDisks/${name}`;
  putResource(lab, {
    id,
    name: lastOf(id),
    type: diskType,
    location: lab.estate.scenario.azure.customLocationRegion,
    tags: {},
    extendedLocation: { type: 'CustomLocation', name: lab.names.customLocation },
    properties: {
      diskSizeGB: Math.ceil(disk.bytes / 2 ** 30),
      dynamic: disk.dynamic,
      diskFileFormat: disk.format.toLowerCase(),
      hyperVGeneration: textAt(item.input, 'hyperVGeneration') === '1' ? 'V1' : 'V2',
      containerId: disk.container,
      provisioningState: 'Succeeded',
      status: { provisioningStatus: { operationId: newGuid(), status: 'Succeeded' } },
    },
    createdAt: lab.estate.now(),
    hidden: { file, origin: item.origin },
  });
};
