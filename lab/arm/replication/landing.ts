import type { LabVm } from '../../estate/types.ts';
import { newMac } from '../azure-local/interfaces.ts';
import { isFixed, networkOf, placeAddress } from '../azure-local/networks.ts';
import type { InstanceRecord } from '../azure-local/records.ts';
import { putDiskResource } from '../azure-local/storage.ts';
import { guidOf, newGuid } from '../guid.ts';
import { at, flagAt, listAt, numberAt, textAt } from '../json.ts';
import { type Lab, putResource, resourceAt } from '../lab.ts';
import { lastOf } from '../names.ts';
import { discovered } from '../off-azure/discovery.ts';
import type { ItemDisk, ItemNic, ItemRecord, TargetVm } from './records.ts';

/** Keeps the addresses discovery last saw on each adapter: a VM that is off shows none. */
export const rememberAddresses = (lab: Lab, item: ItemRecord): void => {
  for (const nic of listAt(discovered(lab, item.vmId)?.properties, 'networkAdapters')) {
    const ips = listAt(nic, 'ipAddressList').map(String);
    if (ips.length > 0) item.addresses[(textAt(nic, 'nicId') ?? '').toLowerCase()] = ips;
  }
};

const targetName = (item: ItemRecord): string => textAt(item.input, 'targetVmName') ?? item.sourceName;

const machineId = (item: ItemRecord): string =>
  `${textAt(item.input, 'targetResourceGroupId') ?? ''}/providers/Microsoft.HybridCompute/machines/${targetName(item)}`;

/** A VM of the target's name is in the way, whoever made it. */
export const standingTarget = (lab: Lab, item: ItemRecord): boolean =>
  lab.tables.instances.get(machineId(item).toLowerCase()) !== undefined;

const fileOf = (item: ItemRecord, disk: ItemDisk, attempt: number): string =>
  `azl-${item.correlationId.slice(0, 8)}-${disk.migrateName}~${attempt}`.replaceAll(/[^\w.~-]/g, '-');

const labVm = (lab: Lab, item: ItemRecord, target: TargetVm): LabVm => {
  const generation = at(item.input, 'hyperVGeneration') === '1' ? 1 : 2;
  const name = targetName(item);
  return {
    id: target.vmId,
    platform: 'azure-local',
    instance: lab.estate.scenario.azure.localInstance,
    name,
    origin: item.origin,
    power: 'off',
    powerAt: lab.estate.now(),
    firmware: generation === 1 ? 'bios' : 'uefi',
    generation,
    secureBoot: false,
    cpus: numberAt(item.input, 'targetCpuCores') ?? item.sourceCpus ?? 1,
    memoryMb: numberAt(item.input, 'targetMemoryInMegaBytes') ?? Math.max(1024, item.sourceMemoryMb ?? 0),
    disks: item.disks.map((disk, n) => ({
      id: guidOf(`${target.vmId}/${disk.migrateName}`),
      file: target.files[n] ?? '',
      bytes: disk.bytes,
      boot: disk.isOs,
      path: `${disk.localPath}\\${disk.migrateName}.${disk.format.toLowerCase()}`,
      parent: null,
    })),
    nics: [],
    note: '',
    autostart: true,
    guest: lab.estate.vms.guest(item.vmId),
    guestUpSince: null,
    extra: { 'azureLocal.machine': target.machine },
  };
};

/** Clones the seed disks and makes the VM on the cluster, off and without adapters: half made, as the service leaves it when it fails here. */
export const makeTarget = (lab: Lab, item: ItemRecord, now: number, by: string): void => {
  const attempt = (item.target?.attempt ?? 0) + 1;
  for (const file of item.target?.files ?? []) if (lab.estate.disks.exists(file)) lab.estate.disks.remove(file);
  const files = item.disks.map((disk) => fileOf(item, disk, attempt));
  const target = { vmId: newGuid(), attempt, machine: machineId(item), files };
  item.target = target;
  for (const [n, disk] of item.disks.entries()) {
    lab.estate.disks.clone(disk.seedFile, files[n] ?? '');
    putDiskResource(lab, item, disk, disk.migrateName, files[n] ?? '');
  }
  const key = target.machine.toLowerCase();
  const machine = lab.tables.hybridMachines.get(key);
  lab.tables.hybridMachines.put(key, machine ?? newMachine(lab, item, target, now));
  lab.tables.instances.put(key, newInstance(lab, item, target));
  lab.estate.vms.create(labVm(lab, item, target), by);
};

const newMachine = (lab: Lab, item: ItemRecord, target: TargetVm, now: number) => ({
  id: target.machine,
  name: targetName(item),
  location: lab.estate.scenario.azure.customLocationRegion,
  kind: 'HCI',
  tags: {},
  vmId: target.vmId,
  createdAt: now,
});

const newInstance = (lab: Lab, item: ItemRecord, target: TargetVm): InstanceRecord => {
  const disk = (each: ItemDisk | undefined): string | null => (each ? diskId(lab, item, each.migrateName) : null);
  const dynamic = at(item.input, 'dynamicMemoryConfig');
  return {
    machine: target.machine,
    vmId: target.vmId,
    origin: item.origin,
    extendedLocation: textAt(item.input, 'targetArcClusterCustomLocationId') ?? lab.names.customLocation,
    provisioningState: 'InProgress',
    errorCode: null,
    errorMessage: null,
    operationId: newGuid(),
    vmSize: 'Custom',
    dynamicMemory: flagAt(item.input, 'isDynamicRam')
      ? {
          maximumMemoryMB: numberAt(dynamic, 'maximumMemoryInMegaBytes') ?? 1_048_576,
          minimumMemoryMB: numberAt(dynamic, 'minimumMemoryInMegaBytes') ?? 512,
          targetMemoryBuffer: numberAt(dynamic, 'targetMemoryBufferPercentage') ?? 20,
        }
      : null,
    nics: [],
    osDisk: disk(item.disks.find((each) => each.isOs)),
    dataDisks: item.disks.filter((each) => !each.isOs).map((each) => diskId(lab, item, each.migrateName)),
    storagePath: textAt(item.input, 'storageContainerId'),
    osType: (textAt(item.input, 'osType') ?? item.osType ?? '').toLowerCase() === 'windowsguest' ? 'Windows' : 'Linux',
    configAgent: 'off',
    guestAgent: null,
  };
};

const diskId = (lab: Lab, item: ItemRecord, name: string): string =>
  `${textAt(item.input, 'targetResourceGroupId') ?? lab.names.group}/providers/Microsoft.AzureStackHCI/virtualHardDisks/${name}`;

/**
 * Makes or reuses an adapter resource per selected adapter and plugs them in; MAC addresses are not kept (A §5.1). On a static network an adapter takes the guest's own address
 * when the network contains it, else one from the pool. Answers the address that is taken already, if one is.
 */
export const attachNics = (lab: Lab, item: ItemRecord, by: string): string | null => {
  const { target } = item;
  const instance = target ? lab.tables.instances.get(target.machine.toLowerCase()) : undefined;
  if (!target || !instance) return null;
  const nics = item.nics.filter((nic) => nic.selection !== 'NotSelected' && nic.network !== null);
  const plugged: LabVm['nics'] = [];
  for (const [n, nic] of nics.entries()) {
    const made = adapter(lab, item, nic, n);
    if (typeof made === 'string') return made;
    instance.nics.push(made.id);
    const network = networkOf(lab, nic.network ?? '');
    plugged.push({
      id: guidOf(`${target.vmId}/nic/${n}`),
      name: lastOf(made.id),
      mac: made.mac,
      network: network?.name ?? lastOf(nic.network ?? ''),
      vlan: network?.vlan ?? null,
      connected: true,
    });
  }
  lab.tables.instances.put(target.machine.toLowerCase(), instance);
  lab.estate.vms.change(target.vmId, by, (vm) => {
    vm.nics.push(...plugged);
  });
  return null;
};

const adapter = (
  lab: Lab,
  item: ItemRecord,
  nic: ItemNic,
  n: number,
): { readonly id: string; readonly mac: string } | string => {
  const id = `${textAt(item.input, 'targetResourceGroupId') ?? ''}/providers/Microsoft.AzureStackHCI/networkInterfaces/${targetName(item)}-nic-${n + 1}`;
  const network = nic.network ?? '';
  const known = resourceAt(lab, id);
  const own = nic.staticIp === false ? [] : (item.addresses[nic.nicId.toLowerCase()] ?? []);
  const address = isFixed(lab, network) ? placeAddress(lab, network, own, id) : { ip: null, taken: null };
  if (address.taken) return address.taken;
  const mac = textAt(known?.properties, 'macAddress') ?? newMac();
  putResource(lab, {
    id: known?.id ?? id,
    name: lastOf(id),
    type: 'Microsoft.AzureStackHCI/networkInterfaces',
    location: lab.estate.scenario.azure.customLocationRegion,
    tags: {},
    extendedLocation: { type: 'CustomLocation', name: lab.names.customLocation },
    properties: {
      ipConfigurations: [
        {
          name: `${lastOf(id)}-ip`,
          properties: { subnet: { id: network }, ...(address.ip === null ? {} : { privateIPAddress: address.ip }) },
        },
      ],
      macAddress: mac,
      dnsSettings: { dnsServers: [] },
      provisioningState: 'Succeeded',
      status: { provisioningStatus: { operationId: newGuid(), status: 'Succeeded' } },
    },
    createdAt: known?.createdAt ?? lab.estate.now(),
    hidden: {},
  });
  return { id: known?.id ?? id, mac };
};

const settle = (lab: Lab, item: ItemRecord, edit: (instance: InstanceRecord) => void): void => {
  const key = item.target?.machine.toLowerCase() ?? '';
  const instance = lab.tables.instances.get(key);
  if (!instance) return;
  edit(instance);
  lab.tables.instances.put(key, instance);
};

export const finishTarget = (lab: Lab, item: ItemRecord): void =>
  settle(lab, item, (instance) => {
    instance.provisioningState = 'Succeeded';
  });

export const spoilTarget = (lab: Lab, item: ItemRecord, message: string): void =>
  settle(lab, item, (instance) => {
    Object.assign(instance, { provisioningState: 'Failed', errorCode: 'MigrationFailed', errorMessage: message });
  });
