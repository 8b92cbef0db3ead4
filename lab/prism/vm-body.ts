import type { Estate, LabDisk, LabNic, LabVm, Table } from '../estate/types.ts';
import { clusterId, stableId } from './naming.ts';

interface Version {
  readonly state: string;
  readonly number: number;
}

const prefix = Buffer.from('application/json').toString('base64');

/** Rises with every change of the VM that Prism would store. One for the VM and its NICs: that NICs share it is inferred. O E.7 */
export const etagOf = (estate: Estate, vm: LabVm): string => {
  const versions: Table<Version> = estate.table('prism', 'versions');
  const { name, note, power, powerAt, cpus, memoryMb, disks, nics } = vm;
  const state = stableId(JSON.stringify({ name, note, power, powerAt, cpus, memoryMb, disks, nics }));
  const known = versions.get(vm.id);
  if (known?.state === state) return `${prefix}:${known.number}`;
  const number = (known?.number ?? -1) + 1;
  versions.put(vm.id, { state, number });
  return `${prefix}:${number}`;
};

export const isEtag = (text: string): boolean => text.startsWith(`${prefix}:`) && /:\d+$/.test(text);

/** The VM as the v4 API shows it; `minor` decides the NIC schema. O E.3 */
export const vmBody = (estate: Estate, vm: LabVm, minor: number): Record<string, unknown> => ({
  $objectType: 'vmm.v4.ahv.config.Vm',
  $reserved: { $fv: `v4.r${minor}`, ETag: etagOf(estate, vm) },
  extId: vm.id,
  name: vm.name,
  description: vm.note,
  powerState: vm.power.toUpperCase(),
  biosUuid: vm.id,
  generationUuid: stableId(`generation/${vm.id}/${vm.powerAt}`),
  numSockets: vm.cpus,
  numCoresPerSocket: 1,
  numThreadsPerCore: 1,
  memorySizeBytes: vm.memoryMb * 1024 * 1024,
  machineType: vm.firmware === 'uefi' ? 'Q35' : 'PC',
  hardwareClockTimezone: 'UTC',
  isAgentVm: false,
  isCpuPassthroughEnabled: false,
  isMemoryOvercommitEnabled: false,
  isCrossClusterMigrationInProgress: false,
  isLiveMigrateCapable: true,
  protectionType: 'UNPROTECTED',
  vtpmConfig: { isVtpmEnabled: false },
  gpus: [],
  pcieDevices: [],
  categories: [],
  cluster: { extId: clusterId(estate.scenario.prism) },
  host: { extId: stableId(`host/${estate.scenario.prism.cluster}/1`) },
  $bootConfigItemDiscriminator: `vmm.v4.ahv.config.${vm.firmware === 'uefi' ? 'UefiBoot' : 'LegacyBoot'}`,
  bootConfig:
    vm.firmware === 'uefi'
      ? { $objectType: 'vmm.v4.ahv.config.UefiBoot', isSecureBootEnabled: vm.secureBoot }
      : { $objectType: 'vmm.v4.ahv.config.LegacyBoot' },
  guestTools: guestToolsBody(vm),
  disks: [...vm.disks.map(diskBody), ...volumeGroupsOf(vm).map(volumeGroupBody)],
  nics: vm.nics.map((nic) => nicBody(estate, vm, nic, minor)),
});

/** Names of attached volume groups; the lab has no such disks, only the fact. */
export const volumeGroupsOf = (vm: LabVm): readonly string[] => {
  const names = vm.extra['ahv.volumeGroups'];
  return Array.isArray(names) ? names.map(String) : [];
};

const guestToolsBody = (vm: LabVm): Record<string, unknown> => {
  const installed = vm.guest.guestTools && vm.guest.agents.some((agent) => agent.startsWith('Nutanix'));
  return {
    isInstalled: installed,
    isEnabled: installed,
    isReachable: installed && vm.guestUpSince !== null,
    isVssSnapshotCapable: installed && vm.guest.os === 'windows',
    ...(installed && { version: '4.2', guestOsVersion: vm.guest.osName }),
  };
};

const diskBody = (disk: LabDisk, index: number): Record<string, unknown> => ({
  $objectType: 'vmm.v4.ahv.config.Disk',
  extId: stableId(`disk/${disk.id}`),
  diskAddress: { busType: 'SCSI', index },
  $backingInfoItemDiscriminator: 'vmm.v4.ahv.config.VmDisk',
  backingInfo: {
    $objectType: 'vmm.v4.ahv.config.VmDisk',
    diskExtId: stableId(`disk/${disk.id}`),
    diskSizeBytes: disk.bytes,
    storageContainer: { extId: stableId('container/default') },
  },
});

const volumeGroupBody = (name: string, index: number): Record<string, unknown> => ({
  $objectType: 'vmm.v4.ahv.config.Disk',
  extId: stableId(`volume group disk/${name}`),
  diskAddress: { busType: 'SCSI', index: 64 + index },
  $backingInfoItemDiscriminator: 'vmm.v4.ahv.config.ADSFVolumeGroupReference',
  backingInfo: {
    $objectType: 'vmm.v4.ahv.config.ADSFVolumeGroupReference',
    volumeGroupExtId: stableId(`volume group/${name}`),
  },
});

/** `backingInfo`/`networkInfo` up to 4.2, `nicBackingInfo`/`nicNetworkInfo` from 4.3 on. O E.3 */
export const nicBody = (estate: Estate, vm: LabVm, nic: LabNic, minor: number): Record<string, unknown> => {
  const backing = { model: 'VIRTIO', macAddress: nic.mac, isConnected: nic.connected, numQueues: 1 };
  const subnet = estate.scenario.prism.subnets.find(({ name }) => name === nic.network);
  const learned = estate.vms.addressesOf(vm.id).find(({ mac }) => mac === nic.mac)?.ips ?? [];
  const network = {
    nicType: 'NORMAL_NIC',
    vlanMode: 'ACCESS',
    ...(subnet && { subnet: { extId: subnet.extId } }),
    ...(learned.length > 0 && {
      ipv4Info: { learnedIpAddresses: learned.map((value) => ({ value, prefixLength: 32 })) },
    }),
  };
  const head = { $objectType: 'vmm.v4.ahv.config.Nic', extId: nic.id };
  if (minor < 3)
    return {
      ...head,
      backingInfo: { $objectType: 'vmm.v4.ahv.config.EmulatedNic', ...backing },
      networkInfo: { $objectType: 'vmm.v4.ahv.config.NicNetworkInfo', ...network },
    };
  return {
    ...head,
    $nicBackingInfoItemDiscriminator: 'vmm.v4.ahv.config.VirtualEthernetNic',
    nicBackingInfo: { $objectType: 'vmm.v4.ahv.config.VirtualEthernetNic', ...backing },
    $nicNetworkInfoItemDiscriminator: 'vmm.v4.ahv.config.VirtualEthernetNicNetworkInfo',
    nicNetworkInfo: { $objectType: 'vmm.v4.ahv.config.VirtualEthernetNicNetworkInfo', ...network },
  };
};
