/** How a VM shall look where a hop puts it. */

/** `keep` leaves what the guest has; `dhcp` asks for a lease; else a static IPv4 address. */
export type NicAddress =
  | 'keep'
  | 'dhcp'
  | { readonly ip: string; readonly prefix: number; readonly gateway: string | null; readonly dns: readonly string[] };

/** `source` counts the predecessor's adapters from 0 in the order the source platform lists them. */
export interface LandingNic {
  readonly source: number;
  readonly network: string;
  readonly vlan: number | null;
  readonly address: NicAddress;
}

/** `source` counts the predecessor's disks from 0. `storagePath` null means the landing's own. All disks land; only those that land elsewhere need to be told. */
export interface LandingDisk {
  readonly source: number;
  readonly storagePath: string | null;
}

export interface Landing {
  readonly name: string;
  readonly cpus: number;
  readonly memoryMb: number;
  readonly generation: 1 | 2 | null;
  readonly power: 'on' | 'off';
  readonly storagePath: string;
  readonly nics: readonly LandingNic[];
  readonly disks: readonly LandingDisk[];
}
