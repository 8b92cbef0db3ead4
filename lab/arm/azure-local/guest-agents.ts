import type { LabVm } from '../../estate/types.ts';
import { guidOf } from '../guid.ts';
import { type Answer, badRequest, list, notFound, ok } from '../http/answers.ts';
import type { Call, Handler, Route } from '../http/call.ts';
import { textAt } from '../json.ts';
import type { Lab } from '../lab.ts';
import { instanceId } from './instance-view.ts';
import { startOperation } from './instances.ts';
import { instanceOf } from './machines.ts';
import type { InstanceRecord } from './records.ts';
import { hciVersions } from './versions.ts';

const agentView = (lab: Lab, instance: InstanceRecord): Record<string, unknown> => {
  const vm = lab.estate.vms.get(instance.vmId);
  const connected = instance.guestAgent?.connected === true && vm?.guestUpSince != null;
  return {
    id: `${instanceId(instance.machine)}/guestAgents/default`,
    name: 'default',
    type: 'Microsoft.AzureStackHCI/virtualMachineInstances/guestAgents',
    properties: {
      provisioningAction: instance.guestAgent?.action ?? 'install',
      status: connected ? 'connected' : 'disconnected',
      provisioningState: instance.guestAgent?.connected ? 'Succeeded' : 'Failed',
    },
  };
};

const instanceFor = (call: Call): InstanceRecord | undefined => instanceOf(call.lab, call.scope);

const get: Handler = (call) => {
  const instance = instanceFor(call);
  return instance?.guestAgent ? ok(agentView(call.lab, instance)) : notFound(call.id);
};

const put = (call: Call): Answer => {
  const instance = instanceFor(call);
  if (!instance) return notFound(call.id);
  const action = textAt(call.body, 'properties', 'provisioningAction') ?? 'install';
  if (!['install', 'uninstall', 'repair'].includes(action))
    return badRequest(`The provisioning action '${action}' is not supported.`);
  const { status, headers = {}, body } = startOperation(call, instance.machine, 'guestAgent', { body: { action } });
  if (status !== 202) return { status, headers, body };
  const pending = {
    ...agentView(call.lab, instance),
    properties: { provisioningAction: action, status: 'connecting', provisioningState: 'InProgress' },
  };
  return { status: 201, body: pending, headers };
};

const remove = (call: Call): Answer => {
  const instance = instanceFor(call);
  if (!instance?.guestAgent) return { status: 204 };
  return startOperation(call, instance.machine, 'guestAgent', { body: { action: 'uninstall' } });
};

/**
 * The Arc agent can be installed once the VM config agent answers: enabled before, while a generation 1 VM was off, and the guest is up.
 * U §1.2
 */
export const installAgent = (
  lab: Lab,
  instance: InstanceRecord,
  vm: LabVm | undefined,
  action: string | null,
): 'done' | { code: string; message: string } => {
  const key = instance.machine.toLowerCase();
  const now = lab.estate.now();
  if (action === 'uninstall') {
    lab.tables.instances.put(key, { ...instance, guestAgent: null });
    return 'done';
  }
  const installed = (connected: boolean): void =>
    lab.tables.instances.put(key, { ...instance, guestAgent: { action: 'install', installedAt: now, connected } });
  if (instance.configAgent !== 'enabled') {
    installed(false);
    return {
      code: 'GuestManagementNotEnabled',
      message:
        'The VM config agent is not enabled or cannot be reached. Enable it first; a generation 1 virtual machine must be turned off for that.',
    };
  }
  if (!vm || vm.guestUpSince === null) {
    installed(false);
    return { code: 'GuestNotRunning', message: 'The guest operating system is not running.' };
  }
  installed(true);
  return 'done';
};

export const guestAgentRoute: Route = { versions: hciVersions, get, put, remove };

export const guestAgentsRoute: Route = {
  versions: hciVersions,
  list: (call) => {
    const instance = instanceFor(call);
    if (!instance) return notFound(call.id);
    return list(instance.guestAgent ? [agentView(call.lab, instance)] : []);
  },
};

const identityView = (lab: Lab, instance: InstanceRecord): Record<string, unknown> => ({
  id: `${instanceId(instance.machine)}/hybridIdentityMetadata/default`,
  name: 'default',
  type: 'Microsoft.AzureStackHCI/virtualMachineInstances/hybridIdentityMetadata',
  properties: {
    resourceUid: guidOf(`${instance.vmId}/resource`),
    publicKey: Buffer.from(guidOf(`${instance.vmId}/key`)).toString('base64'),
    identity: {
      type: 'SystemAssigned',
      principalId: guidOf(`${instance.machine.toLowerCase()}/principal`),
      tenantId: lab.estate.scenario.azure.tenant,
    },
    provisioningState: 'Succeeded',
  },
});

export const identityRoute: Route = {
  versions: hciVersions,
  get: (call) => {
    const instance = instanceFor(call);
    return instance ? ok(identityView(call.lab, instance)) : notFound(call.id);
  },
};

export const identitiesRoute: Route = {
  versions: hciVersions,
  list: (call) => {
    const instance = instanceFor(call);
    return instance ? list([identityView(call.lab, instance)]) : notFound(call.id);
  },
};
