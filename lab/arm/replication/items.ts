import { newGuid } from '../guid.ts';
import { type Answer, badRequest, list, notFound, ok } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { flagAt, type JsonObject, listAt, objectAt, textAt } from '../json.ts';
import type { Lab } from '../lab.ts';
import { lastOf } from '../names.ts';
import { replicationVersions } from './appliances.ts';
import { itemView } from './item-view.ts';
import { affectedBy, startJob } from './jobs.ts';
import type { ItemRecord, JobKind, JobRecord, JobWork } from './records.ts';
import { instanceType } from './settings.ts';
import { operationHeaders } from './signed-url.ts';
import { allowedJobs, forbidden } from './states.ts';

const common = { versions: replicationVersions, announces: '2021-02-16-preview, 2024-09-01' };

const find = (lab: Lab, name: string): ItemRecord | undefined => lab.tables.items.get(name.toLowerCase());

const required = [
  'targetHciClusterId',
  'targetArcClusterCustomLocationId',
  'fabricDiscoveryMachineId',
  'targetResourceGroupId',
  'storageContainerId',
  'hyperVGeneration',
  'runAsAccountId',
  'sourceFabricAgentName',
  'targetFabricAgentName',
  'customLocationRegion',
];

const flaw = (body: unknown, custom: JsonObject): string | null => {
  if (custom.instanceType !== instanceType)
    return `The instance type '${String(custom.instanceType)}' is not supported.`;
  for (const key of ['policyName', 'replicationExtensionName']) {
    if (!textAt(body, 'properties', key)) return `The property '${key}' is required.`;
  }
  const missing = required.find((key) => !textAt(custom, key));
  if (missing) return `The property '${missing}' is required.`;
  if (listAt(custom, 'disksToInclude').length === 0)
    return "The property 'disksToInclude' must have at least one entry.";
  if (listAt(custom, 'nicsToInclude').length === 0) return "The property 'nicsToInclude' must have at least one entry.";
  const name = textAt(custom, 'targetVmName');
  return name !== null && !/^[^_\W][a-zA-Z0-9-]{0,63}(?<![-._])$/.test(name)
    ? `The target VM name '${name}' is not valid.`
    : null;
};

const newItem = (call: Call, custom: JsonObject): ItemRecord => {
  const { lab } = call;
  const machine = lastOf(textAt(custom, 'fabricDiscoveryMachineId') ?? '');
  const vm =
    lab.estate.vms.get(machine) ??
    lab.estate.vms.list('hyper-v').find((each) => each.id.toLowerCase() === machine.toLowerCase());
  return {
    name: lastName(call),
    id: `${lab.names.vault}/protectedItems/${lastName(call)}`,
    vmId: vm?.id ?? machine,
    origin: vm?.origin ?? '',
    correlationId: newGuid(),
    policy: textAt(call.body, 'properties', 'policyName') ?? '',
    extension: textAt(call.body, 'properties', 'replicationExtensionName') ?? '',
    input: custom,
    sourceName: vm?.name ?? machine,
    sourceCpus: null,
    sourceMemoryMb: null,
    osType: null,
    osName: null,
    firmware: null,
    addresses: {},
    accepted: false,
    protectionState: 'UnprotectedStatesBegin',
    provisioningState: 'Creating',
    health: null,
    currentJob: null,
    lastFailedEnable: null,
    lastFailedFailover: null,
    failedOverAt: null,
    disks: [],
    nics: [],
    copying: null,
    halted: null,
    stuckAt: null,
    resyncRequired: false,
    resyncDone: false,
    nextDeltaAt: null,
    point: null,
    lastUpdate: null,
    target: null,
  };
};

/** Starts a job on an item; refused by the item's state it is accepted nonetheless and fails by itself. A §0.3 */
const act = (
  call: Call,
  item: ItemRecord,
  kind: JobKind,
  isAllowed: boolean,
  action: string,
  work: JobWork,
): JobRecord => {
  const { lab } = call;
  const job = startJob(lab, {
    kind,
    object: item.name,
    objectId: kind === 'failover' ? `${item.id}/plannedFailover` : item.id,
    internalName: item.sourceName,
    affected: affectedBy(lab, item),
    refusedAs: isAllowed ? null : forbidden(item, action),
    work,
  });
  if (isAllowed) item.currentJob = job.name;
  lab.tables.items.put(item.name.toLowerCase(), item);
  return job;
};

const put = (call: Call): Answer => {
  const custom = objectAt(call.body, 'properties', 'customProperties');
  const reason = flaw(call.body, custom);
  if (reason) return badRequest(reason);

  const known = find(call.lab, lastName(call));
  if (known) {
    const job = act(call, known, 'enable', false, 'create or update', {});
    return { ...ok(itemView(call.lab, known)), headers: operationHeaders(call, job.name) };
  }
  const item = newItem(call, custom);
  const job = act(call, item, 'enable', true, 'enable', {});
  call.lab.estate.log('item.created', { item: item.name, origin: item.origin, vm: item.vmId });
  return { status: 201, body: itemView(call.lab, item), headers: operationHeaders(call, job.name) };
};

const patch = (call: Call): Answer => {
  const item = find(call.lab, lastName(call));
  if (!item) return notFound(call.id);
  const changes = objectAt(call.body, 'properties', 'customProperties');
  if (changes.instanceType !== instanceType)
    return badRequest(`The instance type '${String(changes.instanceType)}' is not supported.`);
  const jobs = allowedJobs(item) ?? [];
  const isAllowed =
    jobs.includes('DisableProtection') && !jobs.includes('CommitFailover') && item.protectionState !== 'EnablingFailed';
  const job = act(call, item, 'update', isAllowed, 'update', { patch: changes });
  return { status: 202, headers: operationHeaders(call, job.name) };
};

const remove = (call: Call): Answer => {
  const item = find(call.lab, lastName(call));
  if (!item) return { status: 204 };
  const force = call.query.get('forceDelete')?.toLowerCase() === 'true';
  const current = item.currentJob === null ? undefined : call.lab.tables.jobs.get(item.currentJob);
  const isFree = force
    ? !['failover', 'delete'].includes(current?.kind ?? '')
    : (allowedJobs(item) ?? []).includes('DisableProtection');
  const job = act(call, item, 'delete', isFree, 'disable protection', { force });
  return { status: 202, headers: operationHeaders(call, job.name) };
};

/** Accepted whatever state the item is in; whether it was legal, only the job tells. A §0.3 */
const plannedFailover = (call: Call): Answer => {
  const { lab } = call;
  const item = find(lab, lastName(call));
  if (!item) return notFound(call.id);
  const custom = objectAt(call.body, 'properties', 'customProperties');
  const shutDownSource = flagAt(custom, 'shutdownSourceVM');
  if (custom.instanceType !== instanceType)
    return badRequest(`The instance type '${String(custom.instanceType)}' is not supported.`);
  if (shutDownSource === null) return badRequest("The property 'shutdownSourceVM' is required.");

  const isAllowed = (allowedJobs(item) ?? []).some((job) => job === 'PlannedFailover' || job === 'Restart');
  const job = act(call, item, 'failover', isAllowed, 'failover', { shutDownSource });
  lab.estate.log('failover.accepted', { item: item.name, job: job.name, origin: item.origin, legal: isAllowed });
  return { status: 202, headers: operationHeaders(call, job.name) };
};

export const itemRoute: Route = {
  ...common,
  get: (call) => {
    const item = find(call.lab, lastName(call));
    return item ? ok(itemView(call.lab, item)) : notFound(call.id);
  },
  put,
  patch,
  remove,
  actions: { plannedfailover: plannedFailover },
};

const pageSize = 50;

export const itemsRoute: Route = {
  ...common,
  list: (call) => {
    const all = call.lab.tables.items.list().map(({ value }) => value);
    const size = Number(call.query.get('pageSize') ?? '') || pageSize;
    const from = Number(call.query.get('continuationToken') ?? 0);
    const value = all.slice(from, from + size).map((item) => itemView(call.lab, item));
    if (from + size >= all.length) return list(value);
    return ok({
      value,
      nextLink: `${call.origin}${call.id}?api-version=${call.version}&continuationToken=${from + size}`,
    });
  },
};
