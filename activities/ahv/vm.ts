import type { Disk, Firmware, Nic, NicWiring, OsFamily, Power, VmDescription } from '../../domain/vm.ts';
import { at, isTrueAt, type JsonObject, listAt, numberAt, textAt } from '../http/reading.ts';
import { isTrunk, readNic, type Subnet } from './nics.ts';

/** `UNDETERMINED` and the two sentinels of the SDK are not states of a machine. O E.3 */
export type PrismPower = 'ON' | 'OFF' | 'PAUSED' | 'UNDETERMINED' | 'hidden';

export const powerOf = (vm: JsonObject): PrismPower => {
  const state = textAt(vm, 'powerState');
  if (state === 'ON' || state === 'OFF' || state === 'PAUSED' || state === 'UNDETERMINED') return state;
  return 'hidden';
};

const POWER: Readonly<Record<PrismPower, Power>> = {
  ON: 'on',
  OFF: 'off',
  PAUSED: 'other',
  UNDETERMINED: 'other',
  hidden: 'other',
};

const typeOf = (value: unknown, discriminator: string): string =>
  textAt(value, discriminator) ??
  textAt(at(value, discriminator.replace(/^\$|ItemDiscriminator$/g, '')), '$objectType') ??
  '';

export const firmwareOf = (vm: JsonObject): Firmware => {
  const type = typeOf(vm, '$bootConfigItemDiscriminator');
  if (/Uefi/i.test(type)) return 'uefi';
  return /Legacy/i.test(type) ? 'bios' : 'unknown';
};

/** `windows:64:Windows Server 2022` and `linux:64:Ubuntu 22.04` are what guest tools report; newer ones spell the name out. */
export const osOf = (vm: JsonObject): OsFamily => {
  const text = textAt(vm, 'guestTools.guestOsVersion') ?? textAt(vm, 'guestTools.guestInfo.guestOsFullName') ?? '';
  if (/windows/i.test(text)) return 'windows';
  return /linux|ubuntu|debian|rhel|red hat|centos|suse|rocky|alma|oracle|fedora/i.test(text) ? 'linux' : 'unknown';
};

const addressKey = (disk: unknown): string => `${textAt(disk, 'busType') ?? ''}.${numberAt(disk, 'index') ?? -1}`;

const isGroup = (disk: JsonObject): boolean => textAt(disk, 'backingInfo.volumeGroupExtId') !== null;

/** Without a boot device in the machine's config the first disk boots. Volume groups are not disks of the VM. */
export const disksOf = (vm: JsonObject): readonly Disk[] => {
  const own = listAt(vm, 'disks').filter((disk) => !isGroup(disk));
  const boot = at(vm, 'bootConfig.bootDevice.diskAddress');
  const named = own.findIndex((disk) => boot !== null && addressKey(at(disk, 'diskAddress')) === addressKey(boot));
  return own.map((disk, n) => ({
    id: textAt(disk, 'extId') ?? textAt(disk, 'backingInfo.diskExtId') ?? '',
    bytes: numberAt(disk, 'backingInfo.diskSizeBytes') ?? 0,
    boot: n === Math.max(0, named),
  }));
};

export const volumeGroupsOf = (vm: JsonObject): readonly string[] =>
  listAt(vm, 'disks')
    .map((disk) => textAt(disk, 'backingInfo.volumeGroupExtId'))
    .filter((id): id is string => id !== null);

export const hasGuestTools = (vm: JsonObject): boolean =>
  isTrueAt(vm, 'guestTools.isReachable') && at(vm, 'guestTools.isEnabled') !== false;

/** What stands in the way of moving it, in Prism's words. */
export const obstaclesOf = (vm: JsonObject): readonly string[] => [
  ...volumeGroupsOf(vm).map((id) => `volume group ${id}`),
  ...listAt(vm, 'gpus').map((gpu) => `GPU ${textAt(gpu, 'name') ?? ''}`.trim()),
  ...listAt(vm, 'pcieDevices').map(() => 'PCIe device'),
  ...(isTrueAt(vm, 'vtpmConfig.isVtpmEnabled') ? ['vTPM'] : []),
  ...(isTrueAt(vm, 'isAgentVm') ? ['agent VM'] : []),
  ...(isTrueAt(vm, 'isCrossClusterMigrationInProgress') ? ['cross-cluster migration in progress'] : []),
  ...listAt(vm, 'nics')
    .filter(isTrunk)
    .map(() => 'trunked adapter'),
];

const nicOf = (nic: JsonObject, subnets: ReadonlyMap<string, Subnet>): Nic => {
  const { id, mac, connected, subnet, addresses } = readNic(nic);
  const known = subnet === null ? undefined : subnets.get(subnet);
  return { id, mac, network: known?.name ?? subnet, vlan: known?.vlan ?? null, connected, addresses };
};

/** AHV restarts VMs by its own HA and has no per-VM start with the host, so `autostart` is null. O E.3 */
export const describeVm = (vm: JsonObject, subnets: ReadonlyMap<string, Subnet>): VmDescription => ({
  ref: { id: textAt(vm, 'extId') ?? '', name: textAt(vm, 'name') ?? '' },
  power: POWER[powerOf(vm)],
  os: osOf(vm),
  firmware: firmwareOf(vm),
  generation: null,
  secureBoot: isTrueAt(vm, 'bootConfig.isSecureBootEnabled'),
  cpus:
    (numberAt(vm, 'numSockets') ?? 1) *
    (numberAt(vm, 'numCoresPerSocket') ?? 1) *
    (numberAt(vm, 'numThreadsPerCore') ?? 1),
  memoryMb: Math.round((numberAt(vm, 'memorySizeBytes') ?? 0) / 1024 ** 2),
  disks: disksOf(vm),
  nics: listAt(vm, 'nics').map((nic) => nicOf(nic, subnets)),
  autostart: null,
  guestReachable: hasGuestTools(vm),
  note: textAt(vm, 'description'),
  obstacles: obstaclesOf(vm),
});

export const wiringOf = (nics: readonly Nic[]): readonly NicWiring[] =>
  nics.map(({ id, mac, network, vlan, connected }) => ({ id, mac, network, vlan, connected }));
