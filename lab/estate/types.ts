/** The lab's own words. Written from vendor facts; imports nothing of the product. */

/** Truth of a run: the lab is built from it, plan.yaml and vms.csv are written from it, the oracle judges by it. */
export interface Scenario {
  readonly name: string;
  /** Divides every vendor duration; 1 is a realistic minute-scale run, 60 is a test. */
  readonly speed: number;
  readonly prism: PrismScenario;
  readonly veeam: VeeamScenario;
  readonly hyperV: HyperVScenario;
  readonly azure: AzureScenario;
  /** The SSH jump host in front of Linux guests. */
  readonly bastion: { readonly user: string; readonly password: string };
  readonly vms: readonly VmScenario[];
  /** What the plan allows on staging at once: VMs and virtual bytes; 20 and 4 TiB when absent. */
  readonly seats?: { readonly staging: number; readonly stagingBytes: number };
  readonly dns?: DnsScenario;
}

export interface PrismScenario {
  readonly instance: string;
  readonly user: string;
  readonly password: string;
  readonly cluster: string;
  /** AOS and Prism Central versions as the APIs report them. */
  readonly aos: string;
  readonly pc: string;
  readonly subnets: readonly { readonly extId: string; readonly name: string; readonly vlan: number }[];
  /** Newer negotiated minors answer with the polymorphic NIC schema. */
  readonly nicSchema: 'v4.0' | 'newer';
}

export interface VeeamScenario {
  readonly instance: string;
  readonly server: string;
  readonly user: string;
  readonly password: string;
  /** Build, such as 13.0.1.1071. */
  readonly version: string;
  readonly repository: string;
  readonly repositoryBytes: number;
  readonly licences: number;
  readonly workerTasks: number;
  /** Bytes per second of backup and of restore, at speed 1. */
  readonly backupRate: number;
  readonly restoreRate: number;
}

export interface HyperVScenario {
  readonly instance: string;
  readonly host: string;
  readonly clustered: boolean;
  readonly logicalProcessors: number;
  readonly memoryMb: number;
  readonly volumes: readonly { readonly path: string; readonly bytes: number; readonly csv: boolean }[];
  readonly switches: readonly string[];
  readonly windows: { readonly user: string; readonly password: string };
}

export interface AzureScenario {
  readonly migrateInstance: string;
  readonly localInstance: string;
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly subscription: string;
  readonly resourceGroup: string;
  readonly location: string;
  readonly project: string;
  readonly sourceAppliance: string;
  readonly targetAppliance: string;
  readonly cluster: string;
  readonly customLocationRegion: string;
  readonly logicalNetworks: readonly {
    readonly name: string;
    readonly vlan: number;
    readonly cidr: string;
    readonly static: boolean;
  }[];
  readonly storagePaths: readonly { readonly name: string; readonly path: string; readonly bytes: number }[];
  /** Machines of the cluster; two of 64 processors and 256 GiB when absent. */
  readonly nodes?: readonly { readonly name: string; readonly logicalProcessors: number; readonly memoryMb: number }[];
  /** Bytes per second at speed 1. */
  readonly replicationRate: number;
}

/** A Windows DNS server. At the start it holds an A record of every address of the VMs, and its pointer where a reverse zone has it. */
export interface DnsScenario {
  readonly instance: string;
  readonly server: string;
  /** Forward zone, such as `lab.example`. */
  readonly zone: string;
  /** Such as `110.10.10.in-addr.arpa`. */
  readonly reverseZones: readonly string[];
  /** Seconds; 3600 when absent. */
  readonly ttl?: number;
}

/** A name that stands for one adapter of a VM: its record follows the address that adapter has where the VM lands. */
export interface ExpectedName {
  readonly zone: string;
  readonly name: string;
  /** Place in the VM's list of adapters. */
  readonly nic: number;
}

/** How a guest behaves beyond the ordinary. */
export interface Behaviour {
  readonly refusesShutdown?: boolean;
  /** Linux without hv_* modules in its initramfs does not boot on Hyper-V. */
  readonly noHyperVDrivers?: boolean;
  /** The first boot after a move brings no heartbeat until someone turns it off and on again. */
  readonly firstBootHangs?: boolean;
  readonly noGuestTools?: boolean;
}

export interface VmScenario {
  readonly uuid: string;
  readonly name: string;
  readonly os: 'windows' | 'linux';
  readonly osName: string;
  readonly hostname: string;
  readonly firmware: 'bios' | 'uefi';
  readonly cpus: number;
  readonly memoryMb: number;
  readonly power: 'on' | 'off';
  readonly disks: readonly {
    readonly bytes: number;
    /** Really allocated and filled at the start. */
    readonly dataBytes: number;
  }[];
  readonly nics: readonly {
    readonly mac: string;
    readonly subnet: string;
    readonly ip: string;
    readonly prefix: number;
    readonly gateway: string;
    readonly dns: readonly string[];
  }[];
  readonly services: readonly string[];
  readonly credentials: { readonly user: string; readonly password: string };
  readonly behaviour: Behaviour;
  /** What the plan asks for; the oracle holds the landing against it. */
  readonly expected: {
    readonly batch: string;
    readonly group: string;
    readonly owner: string;
    readonly staging: {
      readonly name: string;
      readonly cpus: number;
      readonly memoryMb: number;
      readonly nics: readonly ExpectedNic[];
    };
    readonly target: {
      readonly name: string;
      readonly cpus: number;
      readonly memoryMb: number;
      readonly storagePath: string;
      readonly nics: readonly ExpectedNic[];
    };
    /** Names in DNS that are to follow; nobody asks for any when absent. */
    readonly dns?: readonly ExpectedName[];
  };
}

/** `network` is a switch name on Hyper-V, a logical network name on Azure Local. `ip` null keeps the guest's. */
export interface ExpectedNic {
  readonly network: string;
  readonly vlan: number | null;
  readonly ip: string | null;
  readonly prefix: number;
  readonly gateway: string | null;
  readonly dns: readonly string[];
}

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
