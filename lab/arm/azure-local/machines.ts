import { guidOf } from '../guid.ts';
import { type Answer, list, notFound, ok, refusal } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { at, textAt, textMapAt } from '../json.ts';
import { isoOf, type Lab } from '../lab.ts';
import type { HybridMachine, InstanceRecord } from './records.ts';
import { hybridVersions } from './versions.ts';

export const instanceOf = (lab: Lab, machine: string): InstanceRecord | undefined =>
  lab.tables.instances.get(machine.toLowerCase());

/** Arc knows a machine only while its agent runs in a guest that is up: never right after a migration. A §3 */
export const isConnected = (lab: Lab, machine: HybridMachine): boolean => {
  const instance = instanceOf(lab, machine.id);
  const vm = instance && lab.estate.vms.get(instance.vmId);
  return instance?.guestAgent?.connected === true && vm?.guestUpSince != null;
};

const view = (lab: Lab, machine: HybridMachine): Record<string, unknown> => {
  const connected = isConnected(lab, machine);
  const guest = connected ? lab.estate.vms.get(instanceOf(lab, machine.id)?.vmId ?? '')?.guest : undefined;
  return {
    id: machine.id,
    name: machine.name,
    type: 'Microsoft.HybridCompute/machines',
    location: machine.location,
    kind: machine.kind,
    tags: machine.tags,
    identity: {
      type: 'SystemAssigned',
      principalId: guidOf(`${machine.id.toLowerCase()}/principal`),
      tenantId: lab.estate.scenario.azure.tenant,
    },
    properties: {
      provisioningState: 'Succeeded',
      status: connected ? 'Connected' : 'Disconnected',
      vmId: machine.vmId,
      lastStatusChange: isoOf(machine.createdAt),
      errorDetails: [],
      extensions: [],
      ...(guest
        ? {
            agentVersion: '1.48.02881.1941',
            displayName: guest.hostname,
            osType: guest.os,
            osName: guest.os,
            osSku: guest.osName,
            machineFqdn: guest.hostname,
          }
        : {}),
    },
  };
};

const put = (call: Call): Answer => {
  const { lab } = call;
  const known = lab.tables.hybridMachines.get(call.id.toLowerCase());
  const location = textAt(call.body, 'location') ?? known?.location;
  if (!location) return refusal(400, 'LocationRequired', 'The location property is required for this definition.');
  const machine: HybridMachine = {
    id: known?.id ?? call.id,
    name: lastName(call),
    location,
    kind: textAt(call.body, 'kind') ?? known?.kind ?? '',
    tags: textMapAt(call.body, 'tags'),
    vmId: known?.vmId ?? guidOf(`${call.id}/${call.now}`),
    createdAt: known?.createdAt ?? call.now,
  };
  lab.tables.hybridMachines.put(call.id.toLowerCase(), machine);
  return { status: known ? 200 : 201, body: view(lab, machine) };
};

const change = (call: Call): Answer => {
  const machine = call.lab.tables.hybridMachines.get(call.id.toLowerCase());
  if (!machine) return notFound(call.id);
  if (at(call.body, 'tags') !== undefined) machine.tags = textMapAt(call.body, 'tags');
  call.lab.tables.hybridMachines.put(call.id.toLowerCase(), machine);
  return ok(view(call.lab, machine));
};

const remove = (call: Call): Answer => {
  const { lab } = call;
  if (!lab.tables.hybridMachines.get(call.id.toLowerCase())) return { status: 204 };
  if (instanceOf(lab, call.id))
    return refusal(409, 'Conflict', 'The machine still has a virtual machine instance. Delete the instance first.');
  lab.tables.hybridMachines.delete(call.id.toLowerCase());
  return { status: 200 };
};

export const machineRoute: Route = {
  versions: hybridVersions,
  get: (call) => {
    const machine = call.lab.tables.hybridMachines.get(call.id.toLowerCase());
    return machine ? ok(view(call.lab, machine)) : notFound(call.id);
  },
  put,
  patch: change,
  remove,
};

export const machinesRoute: Route = {
  versions: hybridVersions,
  list: (call) =>
    list(
      call.lab.tables.hybridMachines
        .list()
        .filter(({ key }) => key.startsWith(call.scope.toLowerCase()))
        .map(({ value }) => view(call.lab, value)),
    ),
};
