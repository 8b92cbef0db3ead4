import { BLOCK, type LabDisks } from '../estate/disks.ts';
import type { VmScenario } from '../estate/scenario.ts';
import type { GuestState, LabVm } from '../estate/types.ts';

/** Block 0 of the boot disk holds the guest as JSON, so that it travels with the disk and a restored disk restores it. */
export const bootDiskOf = (vm: Pick<LabVm, 'disks'>): string | null =>
  (vm.disks.find((d) => d.boot) ?? vm.disks[0])?.file ?? null;

/** The guest on a disk, or null when nothing bootable is there. */
export const readGuest = (disks: LabDisks, file: string | null): GuestState | null => {
  if (file === null || !disks.exists(file)) return null;
  const text = disks.head(file, 0, BLOCK).toString('utf8').replace(/\0+$/, '');
  if (!text.startsWith('{')) return null;
  try {
    return JSON.parse(text) as GuestState;
  } catch {
    return null;
  }
};

export const writeGuest = (disks: LabDisks, file: string | null, guest: GuestState): void => {
  if (file !== null && disks.exists(file)) disks.write(file, 0, Buffer.from(JSON.stringify(guest)));
};

/** The guest of a VM at the start of a run. */
export const guestOf = (vm: VmScenario): GuestState => ({
  hostname: vm.hostname,
  os: vm.os,
  osName: vm.osName,
  addresses: vm.nics.map((nic) => ({
    mac: nic.mac,
    ip: nic.ip,
    prefix: nic.prefix,
    gateway: nic.gateway,
    dns: [...nic.dns],
    dhcp: false,
  })),
  services: vm.services.map((name) => ({ name, running: true })),
  hyperVDrivers: !vm.behaviour.noHyperVDrivers,
  guestTools: !vm.behaviour.noGuestTools,
  agents: vm.behaviour.noGuestTools ? [] : ['Nutanix Guest Tools'],
  files: {},
  firstBoot: null,
  behaviour: { ...vm.behaviour },
  hangsUntilPowerCycle: false,
  lastBootedOn: vm.uuid,
});
