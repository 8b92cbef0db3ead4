/** What the estate says of one VM, in words that hold for every platform. */

/** The platform's own id decides identity; the display name is for people only. */
export interface VmRef {
  readonly id: string;
  readonly name: string;
}

export type Power = 'on' | 'off' | 'other';
export type OsFamily = 'windows' | 'linux' | 'unknown';
export type Firmware = 'bios' | 'uefi' | 'unknown';

/** A disk as the platform reports it. `bytes` is the virtual size. */
export interface Disk {
  readonly id: string;
  readonly bytes: number;
  readonly boot: boolean;
  readonly path?: string;
}

/** A network adapter. `mac` is lower case with colons; `network` is the platform's name or id of the network, null when unplugged. */
export interface Nic {
  readonly id: string;
  readonly mac: string;
  readonly network: string | null;
  readonly vlan: number | null;
  readonly connected: boolean;
  readonly addresses: readonly string[];
}

/** How an adapter was plugged in: enough to put it back. */
export interface NicWiring {
  readonly id: string;
  readonly mac: string;
  readonly network: string | null;
  readonly vlan: number | null;
  readonly connected: boolean;
}

/** One reading of a VM. `autostart` is null where the platform has no such setting. */
export interface VmDescription {
  readonly ref: VmRef;
  readonly power: Power;
  readonly os: OsFamily;
  readonly firmware: Firmware;
  readonly generation: 1 | 2 | null;
  readonly secureBoot: boolean;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly disks: readonly Disk[];
  readonly nics: readonly Nic[];
  readonly autostart: boolean | null;
  /** Guest tools or integration services answer. */
  readonly guestReachable: boolean;
  /** The text the platform keeps for us (description, notes); our token is looked for here. */
  readonly note: string | null;
  /** What stands in the way of moving it: snapshots, pass-through devices, volume groups … in the platform's words. */
  readonly obstacles: readonly string[];
}

/** One VM of a platform's inventory. `cluster` is the name of the one it runs on, null where the platform does not tell. */
export interface ListedVm extends VmDescription {
  readonly cluster: string | null;
}

/** Virtual size of all disks. */
export const totalBytes = (vm: VmDescription): number => vm.disks.reduce((sum, disk) => sum + disk.bytes, 0);
