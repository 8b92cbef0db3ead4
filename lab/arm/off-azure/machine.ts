import type { LabDisk, LabNic, LabVm } from '../../estate/types.ts';
import { guidOf } from '../guid.ts';
import { flagAt, objectAt, textAt } from '../json.ts';
import type { Lab } from '../lab.ts';

/** IDE controller of a generation 1 VM, from which alone it boots. */
const ideController = '83F8638B-8DCA-4152-9EDA-2CA8B33039B4';

/** The disk id Azure Migrate wants: `Microsoft:{VM}\{controller}\0\{place}\L`. A §1.3a */
export const diskInstanceId = (vm: LabVm, disk: LabDisk): string => {
  const vmId = vm.id.toUpperCase();
  const scsi = guidOf(`${vm.id}/scsi`).toUpperCase();
  const place = vm.disks.indexOf(disk);
  const controller = vm.generation === 1 && disk.boot ? ideController : scsi;
  return `Microsoft:${vmId}\\${controller}\\0\\${place}\\L`;
};

/** `Microsoft:{VM}\{adapter}`, as Hyper-V names its adapters. */
export const nicInstanceId = (vm: LabVm, nic: LabNic): string => {
  if (/^microsoft:/i.test(nic.id)) return nic.id;
  const own = /^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(nic.id) ? nic.id : guidOf(`${vm.id}/${nic.id}`);
  return `Microsoft:${vm.id.toUpperCase()}\\${own.toUpperCase()}`;
};

/** Tails of the ids of the integration services discovery and failover speak through; an admin may have switched them off. */
const services = {
  keyValues: '2A34B1C2-FD73-4043-8A5B-DD2159BC743F',
  shutdown: '9F8233AC-BE49-4C79-8EE3-E7E1985B2077',
};

/** The guest is up, has the drivers, and this integration service of it is on. */
export const answersHost = (vm: LabVm, service: keyof typeof services = 'keyValues'): boolean =>
  vm.power === 'on' &&
  vm.guestUpSince !== null &&
  vm.guest.hyperVDrivers &&
  flagAt(vm.extra, 'hyperV.services', services[service]) !== false;

const baseName = (path: string): string => path.replace(/^.*[\\/]/, '').replace(/\.a?vhdx?$/i, '');

const diskView = (vm: LabVm, disk: LabDisk): Record<string, unknown> => ({
  instanceId: diskInstanceId(vm, disk),
  vhdId: guidOf(`${vm.id}/${disk.id}/vhd`),
  maxSizeInBytes: disk.bytes,
  usedSpaceInBytes: 0,
  name: baseName(disk.path),
  diskType: disk.parent === null ? 'Dynamic' : 'Differencing',
  lun: 0,
  path: disk.path,
  logicalSectorSizeInBytes: 0,
});

const nicView = (lab: Lab, vm: LabVm, nic: LabNic): Record<string, unknown> => {
  const shown = lab.estate.vms.addressesOf(vm.id).find((each) => each.mac === nic.mac);
  const guest = vm.guest.addresses.find((each) => each.mac === nic.mac);
  return {
    networkId: nic.network === null ? null : Buffer.from(nic.network).toString('base64'),
    subnetName: nic.network,
    staticIpAdress: null,
    nicType: 'NicType',
    nicId: nicInstanceId(vm, nic),
    macAddress: nic.mac,
    ipAddressList: shown?.ips ?? [],
    networkName: null,
    ipAddressType: guest?.dhcp ? 'Dynamic' : 'Static',
  };
};

const system = (vm: LabVm, before: Record<string, unknown> | undefined): Record<string, unknown> => {
  if (answersHost(vm)) {
    return { osType: `${vm.guest.os}guest`, osName: vm.guest.osName, osVersion: null, osArchitecture: 'Unknown' };
  }
  const known = objectAt(before, 'operatingSystemDetails');
  return known.osName ? known : { osType: 'otherguestfamily', osName: null, osVersion: null, osArchitecture: null };
};

/** A role of the cluster: made by the product that restored the VM, or by hand later. */
const isClusterRole = (lab: Lab, vm: LabVm): boolean =>
  vm.extra['hyperV.clustered'] === true || lab.estate.table('hyper-v', 'roles').get(vm.id) !== undefined;

/** Azure Migrate reads a cluster's disks from shared volumes only. A §5.1 */
export const onSharedVolume = (lab: Lab, disk: LabDisk): boolean =>
  lab.estate.scenario.hyperV.volumes.some(
    (volume) => volume.csv && disk.path.toLowerCase().startsWith(volume.path.toLowerCase()),
  );

/** Where the VM runs. A clustered host shows its cluster and no host, a single host the other way round. A §1.3a */
const place = (lab: Lab, vm: LabVm): Record<string, unknown> => {
  const { hyperV } = lab.estate.scenario;
  const clusterFqdn = `${hyperV.host}-cl`;
  if (!hyperV.clustered) {
    return {
      hostFqdn: hyperV.host,
      hostId: lab.names.host(hyperV.host),
      highAvailability: 'No',
      clusterFqdn: null,
      clusterId: null,
      managementServerType: 'Standalone',
    };
  }
  return {
    hostFqdn: hyperV.host,
    hostId: null,
    highAvailability: isClusterRole(lab, vm) ? 'Yes' : 'No',
    clusterFqdn,
    clusterId: lab.names.sourceCluster(clusterFqdn),
    managementServerType: 'Cluster',
  };
};

export const machineProperties = (
  lab: Lab,
  vm: LabVm,
  before: Record<string, unknown> | undefined,
): Record<string, unknown> => {
  const generation = vm.generation ?? (vm.firmware === 'uefi' ? 2 : 1);
  return {
    totalDiskSizeInGB: vm.disks.reduce((sum, disk) => sum + disk.bytes, 0) / 2 ** 30,
    instanceUuid: vm.id.toLowerCase(),
    ...place(lab, vm),
    generation,
    version: '10.0',
    maxMemoryMB: 1_048_576,
    isDynamicMemoryEnabled: false,
    disks: vm.disks.map((disk) => diskView(vm, disk)),
    networkAdapters: vm.nics.map((nic) => nicView(lab, vm, nic)),
    secureBootTemplateId: null,
    secureBootEnabled: vm.secureBoot,
    secureBootTemplate: null,
    tpmEnabled: false,
    powerStatus: vm.power === 'on' ? 'Running' : vm.power === 'paused' ? 'Paused' : 'PowerOff',
    vmFqdn: vm.guest.hostname,
    firmware: vm.firmware.toUpperCase(),
    guestOSDetails: { osType: null, osName: null, osVersion: null, osArchitecture: null },
    runAsAccountId: null,
    errors: [],
    numberOfProcessorCore: vm.cpus,
    allocatedMemoryInMB: vm.memoryMb,
    operatingSystemDetails: system(vm, before),
    biosSerialNumber: guidOf(`${vm.id}/serial`).replaceAll(/\D/g, '').slice(0, 26),
    biosGuid: (textAt(vm.extra, 'hyperV.biosGuid') ?? vm.id).toUpperCase(),
    displayName: vm.name,
  };
};
