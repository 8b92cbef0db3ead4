import type { GuestState, LabNic, LabVm } from '../estate/types.ts';

type Address = GuestState['addresses'][number];

/**
 * What the guest makes of the adapters it finds. An address belongs to a MAC: an adapter with a new one gets DHCP on Windows (the old
 * one stays as a ghost) and nothing on Linux. On the first boot as another incarnation a first-boot package is applied once, by index.
 * U §8.2
 */
export const settleAdapters = (guest: GuestState, vm: Pick<LabVm, 'id' | 'nics'>): void => {
  const isFirstBoot = guest.lastBootedOn !== undefined && guest.lastBootedOn !== vm.id;
  const packaged = isFirstBoot ? (guest.firstBoot ?? []) : [];

  vm.nics.forEach((nic, index) => {
    const item = packaged.find((p) => p.index === index);
    if (item) {
      const { ip, prefix, gateway, dns } = item;
      setAddress(guest, { mac: nic.mac, ip, prefix, gateway, dns, dhcp: false });
    } else if (!guest.addresses.some((a) => a.mac === nic.mac)) {
      setAddress(guest, { mac: nic.mac, ip: null, prefix: 0, gateway: null, dns: [], dhcp: guest.os === 'windows' });
    }
  });
  if (isFirstBoot && guest.firstBoot) {
    guest.firstBoot = null;
    for (const path of Object.keys(guest.files).filter(isPackageFile)) delete guest.files[path];
  }
  guest.lastBootedOn = vm.id;
};

export const setAddress = (guest: GuestState, address: Address): void => {
  guest.addresses = [...guest.addresses.filter((a) => a.mac !== address.mac), address];
};

export const packagePath = (os: GuestState['os']): string =>
  os === 'windows' ? 'C:\\ProgramData\\Tranship\\first-boot.json' : '/var/lib/tranship/first-boot.json';

const isPackageFile = (path: string): boolean => path === packagePath('windows') || path === packagePath('linux');

export interface Lease {
  readonly ip: string;
  readonly prefix: number;
  readonly gateway: string | null;
  readonly dns: readonly string[];
}

/** Hands out an address on networks that have DHCP, null elsewhere. */
export type Leases = (nic: LabNic) => Lease | null;

/** The address an adapter shows, null while it is unplugged or has none. */
export const shownOn = (guest: GuestState, nic: LabNic, leases: Leases): Lease | null => {
  const address = guest.addresses.find((a) => a.mac === nic.mac);
  if (!address || !nic.connected || nic.network === null) return null;
  if (address.dhcp) return leases(nic);
  return address.ip === null ? null : { ...address, ip: address.ip };
};
