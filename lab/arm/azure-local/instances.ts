import { newGuid } from '../guid.ts';
import { type Answer, badRequest, list, notFound, ok, refusal } from '../http/answers.ts';
import type { Call, Handler, Route } from '../http/call.ts';
import { operationPath, statusOf } from '../http/operations.ts';
import { flagAt, listAt, textAt } from '../json.ts';
import { type Lab, resourceAt } from '../lab.ts';
import { lastOf } from '../names.ts';
import { createInstance } from './creation.ts';
import { instanceView } from './instance-view.ts';
import { instanceOf } from './machines.ts';
import type { InstanceOperation, InstanceRecord, InstanceVerb } from './records.ts';
import { hciVersions } from './versions.ts';

const namespace = 'Microsoft.AzureStackHCI';

export const busyWith = (lab: Lab, machine: string): InstanceOperation | undefined =>
  lab.tables.instanceOperations
    .list()
    .map(({ value }) => value)
    .find((each) => each.state === 'InProgress' && each.machine.toLowerCase() === machine.toLowerCase());

/** Begins an operation on an instance. One at a time: a second one is refused. */
export const startOperation = (
  call: Call,
  machine: string,
  verb: InstanceVerb,
  work: InstanceOperation['work'] = {},
): Answer => {
  const { lab } = call;
  const busy = busyWith(lab, machine);
  if (busy)
    return refusal(
      409,
      'OperationInProgress',
      `Another operation (${busy.verb}) is in progress on the virtual machine instance.`,
    );
  const operation: InstanceOperation = {
    id: newGuid(),
    machine,
    verb,
    startedAt: call.now,
    endedAt: null,
    state: 'InProgress',
    error: null,
    work,
  };
  lab.tables.instanceOperations.put(operation.id, operation);
  return { status: 202, headers: operationHeaders(call, operation.id) };
};

export const operationHeaders = (call: Call, id: string): Record<string, string> => {
  const region = call.lab.estate.scenario.azure.customLocationRegion.toUpperCase();
  const path = operationPath(call.lab, namespace, region, 'operationStatuses', id);
  const url = `${call.origin}${path}?api-version=${call.version}`;
  return { 'azure-asyncoperation': url, location: url, 'retry-after': '10' };
};

/** Reads an operation of this provider; `Location` leads to the same place. */
export const operationRoute: Route = {
  versions: hciVersions,
  get: (call) => {
    const id = lastOf(call.id);
    const operation = call.lab.tables.instanceOperations.get(id);
    if (!operation) return notFound(call.id);
    return statusOf(call.id, id, operation.state, operation.startedAt, operation.endedAt, operation.error);
  },
};

/** The machine an instance path extends. */
const machineOf = (call: Call): string => call.scope;

const withInstance =
  (act: (call: Call, instance: InstanceRecord) => Answer): Handler =>
  (call) => {
    const instance = instanceOf(call.lab, machineOf(call));
    return instance ? act(call, instance) : notFound(call.id);
  };

const put = (call: Call): Answer => {
  const { lab } = call;
  const known = instanceOf(lab, machineOf(call));
  if (known) return patch(call);
  if (!lab.tables.hybridMachines.get(machineOf(call).toLowerCase())) return notFound(machineOf(call));
  const made = createInstance(lab, machineOf(call), call.body);
  if (typeof made === 'string') return badRequest(made);
  const { headers = {} } = startOperation(call, made.machine, 'create');
  return { status: 201, body: instanceView(lab, made), headers };
};

const patch: Handler = withInstance((call, instance) => {
  const adapters = listAt(call.body, 'properties', 'networkProfile', 'networkInterfaces').map(
    (each) => textAt(each, 'id') ?? '',
  );
  const disks = listAt(call.body, 'properties', 'storageProfile', 'dataDisks').map((each) => textAt(each, 'id') ?? '');
  const lost = [...adapters, ...disks].find((id) => !resourceAt(call.lab, id));
  if (lost !== undefined) return badRequest(`The resource '${lost}' was not found.`);
  return startOperation(call, instance.machine, 'update', { body: call.body });
});

const remove = (call: Call): Answer => {
  const instance = instanceOf(call.lab, machineOf(call));
  if (!instance) return { status: 204 };
  const answer = startOperation(call, instance.machine, 'delete');
  if (answer.status === 202)
    call.lab.tables.instances.put(instance.machine.toLowerCase(), { ...instance, provisioningState: 'Deleting' });
  return answer;
};

export const instanceRoute: Route = {
  versions: hciVersions,
  get: withInstance((call, instance) => ok(instanceView(call.lab, instance))),
  put,
  patch,
  remove,
  actions: {
    start: withInstance((call, { machine }) => startOperation(call, machine, 'start')),
    stop: withInstance((call, { machine }) =>
      startOperation(call, machine, 'stop', { force: flagAt(call.body, 'skipShutdown') === true }),
    ),
    restart: withInstance((call, { machine }) => startOperation(call, machine, 'restart')),
  },
};

export const instancesRoute: Route = {
  versions: hciVersions,
  list: (call) => {
    const instance = instanceOf(call.lab, machineOf(call));
    return list(instance ? [instanceView(call.lab, instance)] : []);
  },
};
