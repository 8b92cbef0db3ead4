import type { LabVm } from '../../estate/types.ts';
import { guidOf } from '../guid.ts';
import { isoOf, type Lab } from '../lab.ts';
import type { InstanceRecord } from './records.ts';

/** A VM that was just turned on shows Starting for half a minute, whatever its guest does. */
const startingFor = 30_000;

const powerState = (lab: Lab, instance: InstanceRecord, vm: LabVm | undefined): string => {
  if (!vm) return 'Unknown';
  const busy = lab.tables.instanceOperations
    .list()
    .map(({ value }) => value)
    .find((each) => each.state === 'InProgress' && each.machine === instance.machine);
  if (vm.power === 'paused') return 'Unknown';
  if (vm.power === 'off') return 'Stopped';
  if (busy?.verb === 'stop' || busy?.verb === 'delete') return 'Stopping';
  return lab.estate.now() - vm.powerAt < lab.estate.scaled(startingFor) ? 'Starting' : 'Running';
};

/** Guest management comes in two steps, the config agent and then the Arc agent; both are off after a migration. U §1.2 */
const agents = (lab: Lab, instance: InstanceRecord, vm: LabVm | undefined): Record<string, unknown> => {
  const up = vm !== undefined && vm.guestUpSince !== null;
  const level = instance.configAgent === 'failed' ? 'Error' : 'Info';
  const status = instance.configAgent === 'failed' ? 'failed' : up ? 'succeeded' : 'unresponsive';
  return {
    ...(instance.configAgent === 'off'
      ? {}
      : {
          instanceView: {
            vmAgent: {
              vmConfigAgentVersion: '1.0.0',
              statuses: [
                {
                  code: `ProvisioningState/${status}`,
                  level,
                  displayStatus: status === 'succeeded' ? 'Connected' : 'Not ready',
                  message: '',
                  time: isoOf(lab.estate.now()),
                },
              ],
            },
          },
        }),
    ...(instance.guestAgent
      ? {
          guestAgentInstallStatus: {
            vmUuid: instance.vmId,
            status: instance.guestAgent.connected ? 'Succeeded' : 'Failed',
            lastStatusChange: isoOf(instance.guestAgent.installedAt),
            ...(instance.guestAgent.connected ? { agentVersion: '1.48.02881.1941' } : {}),
            errorDetails: [],
          },
        }
      : {}),
  };
};

const memory = ({ dynamicMemory }: InstanceRecord): Record<string, unknown> =>
  dynamicMemory ? { dynamicMemoryConfig: dynamicMemory } : {};

export const instanceId = (machine: string): string =>
  `${machine}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;

/** `virtualMachineInstances/default`. A §3 */
export const instanceView = (lab: Lab, instance: InstanceRecord): Record<string, unknown> => {
  const vm = lab.estate.vms.get(instance.vmId);
  const failed = instance.provisioningState === 'Failed';
  return {
    id: instanceId(instance.machine),
    name: 'default',
    type: 'Microsoft.AzureStackHCI/virtualMachineInstances',
    extendedLocation: { type: 'CustomLocation', name: instance.extendedLocation },
    properties: {
      hardwareProfile: {
        vmSize: instance.vmSize,
        processors: vm?.cpus ?? 0,
        memoryMB: vm?.memoryMb ?? 0,
        ...memory(instance),
      },
      networkProfile: { networkInterfaces: instance.nics.map((id) => ({ id })) },
      osProfile: {
        computerName: vm?.name ?? '',
        [instance.osType === 'Windows' ? 'windowsConfiguration' : 'linuxConfiguration']: {
          provisionVMAgent: instance.guestAgent !== null,
          provisionVMConfigAgent: instance.configAgent !== 'off',
        },
      },
      securityProfile: { enableTPM: false, uefiSettings: { secureBootEnabled: vm?.secureBoot ?? false } },
      storageProfile: {
        ...(instance.osDisk ? { osDisk: { id: instance.osDisk, osType: instance.osType } } : {}),
        dataDisks: instance.dataDisks.map((id) => ({ id })),
        ...(instance.storagePath ? { vmConfigStoragePathId: instance.storagePath } : {}),
      },
      provisioningState: instance.provisioningState,
      ...agents(lab, instance, vm),
      status: {
        ...(failed ? { errorCode: instance.errorCode, errorMessage: instance.errorMessage } : {}),
        powerState: powerState(lab, instance, vm),
        provisioningStatus: {
          operationId: instance.operationId,
          status: failed ? 'Failed' : instance.provisioningState === 'Succeeded' ? 'Succeeded' : 'InProgress',
        },
      },
      vmId: instance.vmId,
      resourceUid: guidOf(`${instance.vmId}/resource`),
    },
  };
};
