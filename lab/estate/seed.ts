import { createHash } from 'node:crypto';
import { fillDisk, SMALLEST_DISK } from '../guests/journal.ts';
import { guestOf, writeGuest } from '../guests/state.ts';
import type { LabDisks } from './disks.ts';
import type { Scenario, VmScenario } from './scenario.ts';
import type { LabDisk, LabVm } from './types.ts';

/** A UUID that is the same for the same words, so that a scenario and a lab made from it agree. */
export const uuidFrom = (...words: readonly (string | number)[]): string => {
  const hex = createHash('sha256').update(words.join('\0')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
};

/** Refuses what no run could be judged by. */
export const checkScenario = (scenario: Scenario): void => {
  const macs = scenario.vms.flatMap((vm) => vm.nics.map((nic) => nic.mac));
  const uuids = scenario.vms.map((vm) => vm.uuid);
  if (new Set(uuids).size < uuids.length) throw new Error('two VMs of the scenario have the same uuid');
  if (new Set(macs).size < macs.length) throw new Error('two adapters of the scenario have the same MAC');
  if (macs.some((mac) => !/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)))
    throw new Error('MACs are lower case with colons');
  for (const vm of scenario.vms) {
    if (vm.disks.some((d) => d.bytes < SMALLEST_DISK))
      throw new Error(`${vm.name}: a disk needs ${SMALLEST_DISK} bytes`);
    if (vm.disks.length === 0) throw new Error(`${vm.name} has no disk`);
    for (const { zone, name, nic } of vm.expected.dns ?? []) {
      if (zone !== scenario.dns?.zone)
        throw new Error(`${vm.name}: no DNS server of the scenario has the zone ${zone}`);
      if (!vm.nics[nic]) throw new Error(`${vm.name}: ${name} stands for an adapter it does not have`);
    }
  }
};

/** Makes the disks of a VM as it stands on AHV at the start and says what it is; safe to repeat after a kill. */
export const seedVm = (scenario: Scenario, vm: VmScenario, disks: LabDisks, now: number): LabVm => {
  const at = new Date(now).toISOString();
  const made = vm.disks.map(({ bytes, dataBytes }, n): LabDisk => {
    const id = uuidFrom(vm.uuid, 'disk', n);
    const file = `ahv-${vm.uuid}-${n}`;
    if (!disks.exists(file)) disks.create(file, bytes);
    fillDisk(disks, file, dataBytes, { origin: vm.uuid, vm: vm.uuid, disk: n, at });
    return { id, file, bytes, boot: n === 0, path: `/${scenario.prism.cluster}/.acropolis/vmdisk/${id}`, parent: null };
  });
  const guest = guestOf(vm);
  writeGuest(disks, made[0]?.file ?? null, guest);

  return {
    id: vm.uuid,
    platform: 'ahv',
    instance: scenario.prism.instance,
    name: vm.name,
    origin: vm.uuid,
    power: vm.power,
    powerAt: now,
    firmware: vm.firmware,
    generation: null,
    secureBoot: false,
    cpus: vm.cpus,
    memoryMb: vm.memoryMb,
    disks: made,
    nics: vm.nics.map((nic, n) => {
      const subnet = scenario.prism.subnets.find((s) => s.name === nic.subnet || s.extId === nic.subnet);
      if (!subnet) throw new Error(`${vm.name}: there is no subnet ${nic.subnet}`);
      return {
        id: uuidFrom(vm.uuid, 'nic', n),
        name: `NIC ${n + 1}`,
        mac: nic.mac,
        network: subnet.name,
        vlan: subnet.vlan,
        connected: true,
      };
    }),
    note: '',
    autostart: false,
    guest,
    guestUpSince: vm.power === 'on' ? now : null,
    extra: {},
  };
};
