import { newGuid } from '../guid.ts';
import { type Answer, badRequest, list, notFound, ok, refusal } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { patchTags, stored } from '../http/stored.ts';
import { flagAt, numberAt, objectAt, textAt, textMapAt } from '../json.ts';
import { type Lab, putResource, resourceAt, resourcesOfType, type StoredResource } from '../lab.ts';
import { sameId } from '../names.ts';
import { diskType, freeBytes } from './storage.ts';
import { hciVersions } from './versions.ts';

/** The instance a disk or adapter belongs to, if one does. */
export const holderOf = (lab: Lab, id: string): string | null =>
  lab.tables.instances
    .list()
    .map(({ value }) => value)
    .find((each) => [each.osDisk ?? '', ...each.dataDisks, ...each.nics].some((part) => sameId(part, id)))?.machine ??
  null;

/** A file on the container that has the disk's name but no resource: what `createFromLocal` adopts. */
const localFile = (lab: Lab, name: string): { readonly file: string; readonly origin: string } | null => {
  for (const vm of lab.estate.vms.list('azure-local')) {
    const disk = vm.disks.find((each) => each.path.replace(/^.*\\/, '').replace(/\.[^.]*$/, '') === name);
    if (disk) return { file: disk.file, origin: vm.origin };
  }
  return null;
};

const put = (call: Call): Answer => {
  const { lab } = call;
  const known = resourceAt(lab, call.id);
  if (known) return ok(stored(known));
  const properties = objectAt(call.body, 'properties');
  const container = textAt(properties, 'containerId');
  const size = numberAt(properties, 'diskSizeGB');
  if (!container || !resourceAt(lab, container))
    return badRequest('The storage container of the virtual hard disk was not found.');
  const local = flagAt(properties, 'createFromLocal') ? localFile(lab, lastName(call)) : null;
  if (flagAt(properties, 'createFromLocal') && !local)
    return refusal(404, 'DiskNotFound', `There is no local disk '${lastName(call)}'.`);
  if (!local && size === null) return badRequest("The property 'diskSizeGB' is required.");
  if (!local && freeBytes(lab, container) <= 0)
    return refusal(409, 'StorageContainerFull', 'The storage container is full.');

  const file = local?.file ?? `azl-${newGuid().slice(0, 8)}-${lastName(call)}`.replaceAll(/[^\w.~-]/g, '-');
  if (!local) lab.estate.disks.create(file, (size ?? 1) * 2 ** 30);
  const disk = putResource(lab, {
    id: call.id,
    name: lastName(call),
    type: diskType,
    location: textAt(call.body, 'location') ?? lab.estate.scenario.azure.customLocationRegion,
    tags: textMapAt(call.body, 'tags'),
    extendedLocation: objectAt(call.body, 'extendedLocation'),
    properties: {
      ...properties,
      dynamic: flagAt(properties, 'dynamic') ?? true,
      provisioningState: 'Succeeded',
      status: { provisioningStatus: { operationId: newGuid(), status: 'Succeeded' } },
    },
    createdAt: call.now,
    hidden: { file, ...(local ? { origin: local.origin } : {}) },
  });
  return { status: 201, body: stored(disk) };
};

const remove = (call: Call): Answer => {
  const { lab } = call;
  const disk = resourceAt(lab, call.id);
  if (!disk) return { status: 204 };
  const holder = holderOf(lab, disk.id);
  if (holder) return refusal(409, 'InUse', `The virtual hard disk is attached to '${holder}'.`);
  if (isSeed(lab, disk)) return refusal(409, 'InUse', 'The virtual hard disk is used by a replication.');
  if (disk.hidden.file) lab.estate.disks.remove(disk.hidden.file);
  lab.tables.resources.delete(call.id.toLowerCase());
  return { status: 200 };
};

const isSeed = (lab: Lab, { hidden }: StoredResource): boolean =>
  lab.tables.items.list().some(({ value }) => value.disks.some((disk) => disk.seedFile === hidden.file));

export const diskRoute: Route = {
  versions: hciVersions,
  get: (call) => {
    const disk = resourceAt(call.lab, call.id);
    return disk ? ok(stored(disk)) : notFound(call.id);
  },
  put,
  patch: patchTags,
  remove,
};

export const disksRoute: Route = {
  versions: hciVersions,
  list: (call) => list(resourcesOfType(call.lab, diskType, call.scope).map(stored)),
};
