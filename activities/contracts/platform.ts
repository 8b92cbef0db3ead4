import type { Address } from '../../domain/address.ts';
import type { Landing } from '../../domain/landing.ts';
import type { ListedVm, NicWiring, VmDescription, VmRef } from '../../domain/vm.ts';
import type { CheckReport, PreflightReport } from './reports.ts';

/** Every order names the instance, the VM by the platform's own id, and the operation token. */
export interface PlatformOrder {
  readonly to: Address;
  readonly vm: VmRef;
  readonly token: string;
}

export interface PlatformPreflight {
  readonly to: Address;
  readonly token: string;
  /** `source`: this VM runs here. `target`: it shall land here. */
  readonly role: 'source' | 'target';
  /** Known when the VM runs here already. */
  readonly vm: VmRef | null;
  readonly landing: Landing | null;
  /** Bytes the landing needs here: the virtual size of all disks. 0 for a source. */
  readonly bytesNeeded: number;
  /** Identity of the journey: the VM's id on its first platform, to tell our own leftovers from others. */
  readonly journey: string;
}

/** How the VM came to be off, as observed. */
export interface Stopped {
  readonly how: 'wasOff' | 'guest' | 'acpi' | 'forced';
  readonly observedAt: string;
}

export interface ShutDownOrder extends PlatformOrder {
  /** Milliseconds the guest gets for each graceful way. */
  readonly graceMs: number;
  /** `factsOf(description)` as approved; another reading is `Drift` and nothing is done. */
  readonly expectFacts: string;
}

export interface Isolated {
  /** The wiring found before anything was changed, or the one handed in when it was isolated already. */
  readonly wiring: readonly NicWiring[];
  readonly autostart: boolean | null;
  readonly description: VmDescription;
}

export interface IsolateOrder extends PlatformOrder {
  /** `full`: every NIC off and autostart off. `autostart`: autostart off only, the VM goes on serving. */
  readonly extent: 'full' | 'autostart';
}

export interface ConnectOrder extends PlatformOrder {
  readonly wiring: readonly NicWiring[];
  readonly autostart: boolean | null;
}

export interface ReshapeOrder extends PlatformOrder {
  readonly landing: Landing;
  /** What was captured on the predecessor: the order of its NICs and disks is what the landing counts. */
  readonly predecessor: VmDescription;
}

/** After reshape: the description, and the wiring `connect` shall give it. */
export interface Reshaped {
  readonly description: VmDescription;
  readonly wiring: readonly NicWiring[];
  /** Per landing NIC, in order: the MAC the successor's adapter has. */
  readonly macs: readonly string[];
}

export interface HealthOrder extends PlatformOrder {
  readonly landing: Landing;
  readonly hop: number;
}

export interface RemoveOrder extends PlatformOrder {
  /** Identity of the journey; a VM that does not carry it is refused. */
  readonly journey: string;
  /** Ids of VMs that live on; a VM among them, or one whose disks they share, is refused. */
  readonly alive: readonly VmRef[];
}

/**
 * A place where VMs run. Every verb observes, decides, acts and observes again; each is safe to repeat.
 * A verb that waits throws `NotFinished` (see mishap.ts) instead of blocking.
 */
export interface Platform {
  /** Reach, rights, versions, room, networks; and the VM itself where it runs here. Changes nothing. */
  preflight(order: PlatformPreflight): Promise<PreflightReport>;
  /** Throws `Missing` when the platform answers and does not have it. */
  describe(order: PlatformOrder): Promise<VmDescription>;
  /** Graceful only; `GuestRefused` when the grace time passed and it is still on. */
  shutDown(order: ShutDownOrder): Promise<Stopped>;
  /** Pulls the plug. Only behind its own gate. */
  forceOff(order: PlatformOrder): Promise<Stopped>;
  powerOn(order: PlatformOrder): Promise<VmDescription>;
  /** Off the network and not started by the host itself. Reads back. */
  isolate(order: IsolateOrder): Promise<Isolated>;
  connect(order: ConnectOrder): Promise<VmDescription>;
  /** Size, disks and adapters as the landing says. The VM must be off where the product wants it so. */
  reshape(order: ReshapeOrder): Promise<Reshaped>;
  /** The V- checks that the platform can answer from outside the guest. */
  health(order: HealthOrder): Promise<CheckReport>;
  /** Removes the VM and its own disks; gone already is done. */
  remove(order: RemoveOrder): Promise<{ readonly removed: boolean }>;
}

export interface InventoryOrder {
  readonly to: Address;
  readonly token: string;
  /** `next` of the page before; null for the first. */
  readonly cursor: string | null;
}

/** So many VMs that an answer stays far below what Temporal carries. A VM may come twice when the estate changes meanwhile. */
export interface InventoryPage {
  readonly vms: readonly ListedVm[];
  /** Null after the last page. */
  readonly next: string | null;
  /** How many there are in all, where the product tells: fewer in all pages means that some moved between two. */
  readonly total: number | null;
}

/** What a platform offers beside its verbs when journeys begin there: all its VMs, page by page. Changes nothing. */
export interface Inventory {
  inventory(order: InventoryOrder): Promise<InventoryPage>;
}

export interface VitalsOrder {
  readonly to: Address;
  readonly token: string;
}

/** How a host or a cluster is now. What the product does not tell is null, and no threshold of it ever stops anything. */
export interface Vitals {
  /** Of all logical processors, guests counted in. */
  readonly cpuPercent: number | null;
  readonly memoryFreePercent: number | null;
  readonly volumes: readonly { readonly path: string; readonly freePercent: number }[];
  /** Mean of all disk transfers since the reading before, ms; null at the first reading. */
  readonly latencyMs: number | null;
  /** Bytes a second written on its disks since the reading before; null at the first reading. */
  readonly writtenPerSecond?: number | null;
  /** By the clock of whoever read it, ISO 8601: for people, never compared with another clock. */
  readonly at: string;
}

/** What a platform offers beside its verbs where a programme may land too much on it. Changes nothing. */
export interface Watched {
  vitals(order: VitalsOrder): Promise<Vitals>;
}
