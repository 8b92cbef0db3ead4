/** The lab's own words. Written from vendor facts; imports nothing of the product. */

import type { Behaviour, Scenario } from './scenario.ts';

export type LabPlatform = 'ahv' | 'hyper-v' | 'azure-local';

/** What lives on the boot disk and therefore travels with it. */
export interface GuestState {
  hostname: string;
  os: 'windows' | 'linux';
  osName: string;
  /** Identity on the network: what the guest configures on an adapter with this MAC, or on the nth adapter when the MAC is new. */
  addresses: { mac: string; ip: string | null; prefix: number; gateway: string | null; dns: string[]; dhcp: boolean }[];
  services: { name: string; running: boolean }[];
  hyperVDrivers: boolean;
  guestTools: boolean;
  agents: string[];
  /** Files our scripts placed, by path. */
  files: Record<string, string>;
  /** Applied once at the next boot, then removed: MAC or index → address. */
  firstBoot: { index: number; ip: string; prefix: number; gateway: string | null; dns: string[] }[] | null;
  behaviour: Behaviour;
  hangsUntilPowerCycle: boolean;
  /** The incarnation this disk last booted as: another one makes the next boot a first boot. */
  lastBootedOn?: string;
}

/** `file` names a disk of the disk store. `parent` is set while a mount serves it (AVHDX over a restore point). */
export interface LabDisk {
  id: string;
  file: string;
  bytes: number;
  boot: boolean;
  path: string;
  parent: string | null;
}

/** `mac` is lower case with colons. `network` is a name everywhere: of the subnet on AHV, of the switch on Hyper-V, of the logical network on Azure Local. */
export interface LabNic {
  id: string;
  name: string;
  mac: string;
  network: string | null;
  vlan: number | null;
  connected: boolean;
}

export interface LabVm {
  id: string;
  platform: LabPlatform;
  instance: string;
  name: string;
  /** The scenario VM it is an incarnation of. */
  origin: string;
  power: 'on' | 'off' | 'paused';
  /** Lab time of the last power change, ms. */
  powerAt: number;
  firmware: 'bios' | 'uefi';
  generation: 1 | 2 | null;
  secureBoot: boolean;
  cpus: number;
  memoryMb: number;
  disks: LabDisk[];
  nics: LabNic[];
  note: string;
  autostart: boolean;
  guest: GuestState;
  /** The guest is up since, lab ms; null while booting, off or hung. */
  guestUpSince: number | null;
  /** Product-specific fields, namespaced by product: `hyperV.path`, `ahv.etag` … */
  extra: Record<string, unknown>;
}

/** Kinds of the event log; docs in lab/README.md. One JSON line each: `{seq, at, kind, …}`; `at` is ISO time of the one lab clock. */
export type EventKind =
  | 'lab.started'
  | 'vm.created'
  | 'vm.removed'
  | 'vm.power'
  | 'vm.nic'
  | 'vm.autostart'
  | 'vm.reshaped'
  | 'guest.up'
  | 'guest.addresses'
  | 'job.created'
  | 'job.changed'
  | 'job.removed'
  | 'run.started'
  | 'run.ended'
  | 'point.created'
  | 'point.removed'
  | 'mount.started'
  | 'mount.ready'
  | 'mount.migrating'
  | 'mount.migrated'
  | 'mount.stopped'
  | 'item.created'
  | 'item.protected'
  | 'item.removed'
  | 'failover.accepted'
  | 'failover.ended'
  | 'licence.taken'
  | 'licence.released'
  | 'dns.changed'
  | 'fault.armed'
  | 'fault.fired'
  | 'call';

/** Everything a vendor simulation needs of the lab. Methods that change anything are durable before they return. */
export interface Estate {
  readonly scenario: Scenario;
  readonly dir: string;
  /** Lab clock in ms since the epoch; goes on over a restart. */
  now(): number;
  /** A vendor duration of `ms` at speed 1, in lab ms. */
  scaled(ms: number): number;
  readonly vms: VmStore;
  readonly disks: DiskStore;
  readonly faults: Faults;
  /** A product's own durable tables: plain JSON values under `product/table/key`. */
  table<T>(product: string, table: string): Table<T>;
  log(kind: EventKind, fields: Readonly<Record<string, unknown>>): void;
  /** Called about every 100 ms of real time, also right after a restart; used to move operations on. */
  onTick(move: (now: number) => void): void;
  /** Makes all table and VM changes and log entries inside `work` durable as one, or none of them when it throws. May be nested. */
  together?<R>(work: () => R): R;
  /** The same estate by the clock of a product's own server, which may be off. */
  at?(clock: Clock): Estate;
  /** Stops the clock and closes files; what is on disk is complete at any time anyway. */
  close?(): void;
}

/** Products whose servers have a clock of their own. */
export type Clock = 'prism' | 'veeam';

export interface Table<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): void;
  list(): readonly { readonly key: string; readonly value: T }[];
}

export interface VmStore {
  get(id: string): LabVm | undefined;
  list(platform: LabPlatform, instance?: string): readonly LabVm[];
  /** Logs vm.created. `by` names the product and operation that made it. */
  create(vm: LabVm, by: string): void;
  /** Changes fields and logs the matching events (vm.nic, vm.autostart, vm.reshaped); never power. */
  change(id: string, by: string, edit: (vm: LabVm) => void): LabVm;
  /** Starts a boot; the guest comes up (or not) by its behaviour after a scaled boot time. Logs vm.power. */
  powerOn(id: string, by: string): void;
  /** Asks the guest; it goes off after a scaled time unless it refuses. */
  requestShutdown(id: string, by: string, how: 'guest' | 'acpi'): void;
  /** Pulls the plug. Logs vm.power. */
  powerOff(id: string, by: string): void;
  /** Removes it and moves its disks to the attic, where only the oracle looks. */
  remove(id: string, by: string, options: { readonly keepDisks: boolean }): void;
  /** Addresses the guest shows now, by MAC; empty while it is not up or the adapter is unplugged. */
  addressesOf(id: string): readonly { readonly mac: string; readonly ips: readonly string[] }[];
  /** Runs one of the guest verbs inside a guest that is up: see lab/guests. */
  guest(id: string): GuestState;
}

/** Disks are sparse files of 64 KiB blocks with an epoch per block: real changed-block tracking. */
export interface DiskStore {
  create(file: string, bytes: number): void;
  exists(file: string): boolean;
  /** Starts a new epoch; blocks written later carry it. Returns the epoch just closed. */
  checkpoint(file: string): number;
  /** Blocks written after `epoch`; with 0 all that were ever written. */
  changedSince(file: string, epoch: number): readonly number[];
  read(file: string, block: number): Uint8Array;
  write(file: string, block: number, data: Uint8Array): void;
  /** A frozen copy of the allocated blocks: a restore point's or a replica's disk. */
  clone(from: string, to: string): void;
  /** Copies just these blocks. */
  copyBlocks(from: string, to: string, blocks: readonly number[]): void;
  allocatedBytes(file: string): number;
  /** Moves the file to the attic. */
  remove(file: string): void;
}

/** A fault that is armed fires when a simulation asks at its point. */
export interface Faults {
  /** Asks at a point such as `prism.power-off`, `veeam.Start-VBRHvInstantRecovery`, `arm.PUT protectedItems`. Logs fault.fired when one fires. */
  at(point: string, subject?: string): Fault | undefined;
}

export interface Fault {
  readonly id: string;
  readonly kind:
    | 'refused'
    | 'slow'
    | 'throttled'
    | 'errorAfterEffect'
    | 'dropAnswer'
    | 'shellDies'
    | 'shellDiesAfterEffect'
    | 'reboot'
    | 'diskFull'
    | 'noLicence'
    | 'noBoot'
    | 'wrongAddress'
    | 'lostCbt'
    | 'stuckProgress'
    | 'guestRefuses'
    | 'failoverFails'
    | 'clockOff'
    | 'sourcePoweredOn'
    | 'pressure';
  readonly point: string;
  readonly subject?: string;
  readonly times: number;
  readonly detail: Readonly<Record<string, string | number | boolean>>;
}
