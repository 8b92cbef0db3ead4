import type { LabNic, LabVm } from '../../estate/types.ts';
import { guidOf, newGuid } from '../guid.ts';
import { at, flagAt, listAt, numberAt, textAt } from '../json.ts';
import { type Lab, resourceAt } from '../lab.ts';
import { lastOf } from '../names.ts';
import { networkOf } from './networks.ts';
import type { InstanceRecord } from './records.ts';
import { containerPath } from './storage.ts';

const by = 'arm:virtualMachineInstances';

/** The adapters of a VM from their resources; those it has already keep their ids. */
export const adaptersOf = (lab: Lab, ids: readonly string[], before: readonly LabNic[] = []): LabNic[] =>
  ids.map((id) => {
    const resource = resourceAt(lab, id);
    const subnet = textAt(listAt(resource?.properties, 'ipConfigurations')[0], 'properties', 'subnet', 'id') ?? '';
    const known = before.find((nic) => nic.name === lastOf(id));
    const network = networkOf(lab, subnet);
    return {
      id: known?.id ?? newGuid(),
      name: lastOf(id),
      mac: textAt(resource?.properties, 'macAddress') ?? known?.mac ?? '',
      network: network?.name ?? null,
      vlan: network?.vlan ?? null,
      connected: true,
    };
  });

/** One disk of a VM from its resource. */
export const diskOf = (lab: Lab, id: string, boot: boolean): LabVm['disks'][number] | null => {
  const resource = resourceAt(lab, id);
  const file = resource?.hidden.file;
  if (!resource || !file) return null;
  const path = containerPath(lab, textAt(resource.properties, 'containerId') ?? '') ?? '';
  const format = textAt(resource.properties, 'diskFileFormat') ?? 'vhdx';
  return {
    id: guidOf(resource.id.toLowerCase()),
    file,
    bytes: (numberAt(resource.properties, 'diskSizeGB') ?? 0) * 2 ** 30,
    boot,
    path: `${path}\\${guidOf(resource.id).replaceAll('-', '').slice(0, 15)}\\${resource.name}.${format}`,
    parent: null,
  };
};

/** Deploy first: a VM from disks that are on the cluster already. Images are not simulated. A §3 */
export const createInstance = (lab: Lab, machine: string, body: unknown): InstanceRecord | string => {
  const properties = at(body, 'properties');
  const osDisk = textAt(properties, 'storageProfile', 'osDisk', 'id');
  if (!osDisk) return 'The lab makes virtual machines from an OS disk only: storageProfile.osDisk.id is required.';
  const dataDisks = listAt(properties, 'storageProfile', 'dataDisks').map((each) => textAt(each, 'id') ?? '');
  const nics = listAt(properties, 'networkProfile', 'networkInterfaces').map((each) => textAt(each, 'id') ?? '');
  const disks = [osDisk, ...dataDisks].map((id, n) => diskOf(lab, id, n === 0));
  if (disks.some((disk) => disk === null)) return 'A virtual hard disk of the virtual machine was not found.';
  if (nics.some((id) => !resourceAt(lab, id))) return 'A network interface of the virtual machine was not found.';

  const origin = resourceAt(lab, osDisk)?.hidden.origin ?? '';
  const source = lab.estate.scenario.vms.find((vm) => vm.uuid === origin);
  const known = source ? lab.estate.vms.list('hyper-v').find((vm) => vm.origin === origin) : undefined;
  if (!known) return 'The OS disk holds no system the lab knows.';

  const generation = textAt(resourceAt(lab, osDisk)?.properties, 'hyperVGeneration') === 'V1' ? 1 : 2;
  const instance: InstanceRecord = {
    machine: lab.tables.hybridMachines.get(machine.toLowerCase())?.id ?? machine,
    vmId: newGuid(),
    origin,
    extendedLocation: textAt(body, 'extendedLocation', 'name') ?? lab.names.customLocation,
    provisioningState: 'InProgress',
    errorCode: null,
    errorMessage: null,
    operationId: newGuid(),
    vmSize: textAt(properties, 'hardwareProfile', 'vmSize') ?? 'Default',
    dynamicMemory: null,
    nics,
    osDisk,
    dataDisks,
    storagePath: textAt(properties, 'storageProfile', 'vmConfigStoragePathId'),
    osType: known.guest.os === 'windows' ? 'Windows' : 'Linux',
    configAgent: 'enabled',
    guestAgent: null,
  };
  lab.tables.instances.put(machine.toLowerCase(), instance);
  lab.estate.vms.create(
    {
      id: instance.vmId,
      platform: 'azure-local',
      instance: lab.estate.scenario.azure.localInstance,
      name: lastOf(machine),
      origin,
      power: 'off',
      powerAt: lab.estate.now(),
      firmware: generation === 1 ? 'bios' : 'uefi',
      generation,
      secureBoot: flagAt(properties, 'securityProfile', 'uefiSettings', 'secureBootEnabled') ?? false,
      cpus: numberAt(properties, 'hardwareProfile', 'processors') ?? 2,
      memoryMb: numberAt(properties, 'hardwareProfile', 'memoryMB') ?? 4096,
      disks: disks.filter((disk) => disk !== null),
      nics: adaptersOf(lab, nics),
      note: '',
      autostart: true,
      guest: known.guest,
      guestUpSince: null,
      extra: { 'azureLocal.machine': machine },
    },
    by,
  );
  return instance;
};
