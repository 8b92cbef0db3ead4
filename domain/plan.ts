/** What a programme shall do, as read from plan.yaml and vms.csv: every reference resolved, every time an instant, every size a number. */

import type { Address, MoverProduct, PlatformProduct } from './address.ts';
import { PURPOSES, type Purpose } from './capacity.ts';
import type { Estate } from './estate.ts';
import type { Gates } from './gate-policy.ts';
import type { Hook } from './hook.ts';
import type { Landing } from './landing.ts';
import type { Receiver } from './notice.ts';
import type { ProgrammeRules } from './programme.ts';
import type { OsFamily, VmRef } from './vm.ts';
import type { Window } from './window.ts';

/** Settings of one mover, from the path and from the VM's row; each driver gives them meaning at preflight. */
export type Settings = Readonly<Record<string, string | number | boolean | null>>;

/** How much of what is scarce may be in use at once. */
export interface Seats {
  /** VMs on staging. */
  readonly staging: number;
  /** Virtual bytes of disks on staging. */
  readonly stagingBytes: number;
  /** Copies and restores in flight at one mover instance. */
  readonly moverOperations: number;
  /** Cut-overs in flight in one window. */
  readonly cutovers: number;
}

/** Times are milliseconds. */
export interface Policies {
  /** Pause between two polls of a verb that waits. */
  readonly pollMs: number;
  /** An attempt whose worker was not heard of for this long is given to another attempt. */
  readonly heartbeatMs: number;
  /** A verb that waits this long without any progress is a stall. */
  readonly noProgressMs: number;
  /** What a guest gets for each graceful way of shutting down. */
  readonly graceMs: number;
  /** From power-on to an answering guest. */
  readonly bootMs: number;
  /** How long a landed VM must have been up before it is judged. */
  readonly steadyMs: number;
  /** An older last recovery point flags the VM as lagging. */
  readonly lagMs: number;
  /** Time a rollback is assumed to take until one was measured; sets a window's latest abort. */
  readonly rollbackMs: number;
  /** How long the source is kept, off and fenced, after sign-off. */
  readonly holdMs: number;
  /** Longest outage of a VM whose row names none. */
  readonly outageBudgetMs: number;
  /** Pause between two looks for leases whose holder has ended. */
  readonly reconcileMs: number;
  readonly seats: Seats;
}

/** Instances of `guest@…` that reach the VM before and after the hop. */
export interface HopGuests {
  readonly source: string;
  readonly target: string;
}

export interface PathHop {
  readonly from: Address<PlatformProduct>;
  readonly mover: Address<MoverProduct>;
  readonly to: Address<PlatformProduct>;
  readonly settings: Settings;
  readonly guests: HopGuests;
  /** What nobody has proven on a real estate and this path takes all the same, by the mover's own name for it. */
  readonly unproven?: readonly string[];
}

export interface BatchPlan {
  readonly name: string;
  /** None: any time. One: it holds for every hop. Else one a hop, in order, null where that hop may cut over at any time. */
  readonly windows: readonly (Window | null)[];
  /** Order in which groups cut over. */
  readonly groups: readonly string[];
  /** Batches that must have landed before this one begins. */
  readonly after?: readonly string[];
}

/** The owner's own test of the VM. `target` is `host:port` for tcp, a URL for http; `expect` is a status code or a text in the answer. */
export interface Smoke {
  readonly kind: 'tcp' | 'http' | 'none';
  readonly target: string;
  readonly expect: string;
}

/** One row of vms.csv. */
export interface VmPlan {
  /** The source platform's id; null until the inventory has resolved the name. */
  readonly id: string | null;
  /** Display name on the source. */
  readonly name: string;
  readonly batch: string;
  readonly group: string;
  readonly owner: string;
  readonly path: string;
  /** One a hop, in order. */
  readonly landings: readonly Landing[];
  /** One a hop, in order: laid over the path's own settings. */
  readonly settings: readonly Settings[];
  readonly os: OsFamily;
  readonly outageBudgetMs: number;
  readonly smoke: Smoke;
  /** A mounted successor may serve production; ending the mount destroys its writes. */
  readonly serveWhileMounted: boolean;
}

/** `batches`: all of the plan, in order. */
export interface ProgrammePlan extends ProgrammeRules {
  readonly batches: readonly string[];
}

export interface Plan {
  readonly programme: string;
  /** Whoever can reach the namespace may open irreversible gates; the record then says "identity unverified". */
  readonly trustNamespace: boolean;
  readonly estate: Estate;
  readonly policies: Policies;
  readonly paths: Readonly<Record<string, readonly PathHop[]>>;
  readonly gates: Gates;
  readonly batches: Readonly<Record<string, BatchPlan>>;
  /** In the order of the plan; none when absent. */
  readonly hooks?: readonly PlannedHook[];
  /** Batches in the order in which they begin, and what holds them back; absent where a plan is made without a file. */
  readonly order?: ProgrammePlan;
  /** Who is told what waits for people; nobody when absent. */
  readonly notices?: readonly Receiver[];
  readonly vms: readonly VmPlan[];
}

/** A hook, and whom it is for; `null` is for all. */
export interface PlannedHook extends Hook {
  readonly only: {
    readonly batches: readonly string[] | null;
    readonly groups: readonly string[] | null;
    readonly vms: readonly string[] | null;
  };
}

/** A VM whose identity on the source is known: only such a VM can be migrated. */
export type IdentifiedVm = VmPlan & { readonly id: string };

export const isIdentified = (vm: VmPlan): vm is IdentifiedVm => vm.id !== null;

/** One hop of one VM. `n` counts from 1. */
export interface HopOrder {
  readonly n: number;
  readonly from: Address<PlatformProduct>;
  readonly mover: Address<MoverProduct>;
  readonly to: Address<PlatformProduct>;
  readonly guests: HopGuests;
  readonly settings: Settings;
  readonly landing: Landing;
  readonly window: Window | null;
  readonly unproven?: readonly string[];
}

/** What one migration is started with. Holds no endpoint and no secret reference: it is written into histories. */
export interface JourneyOrder {
  /** Workflow id of the batch it reports to; a VM that is moved on its own has none. */
  readonly batchId?: string;
  readonly programme: string;
  readonly batch: string;
  readonly group: string;
  readonly owner: string;
  readonly name: string;
  /** `source.id` is the identity of the journey through all hops. */
  readonly source: VmRef;
  readonly os: OsFamily;
  readonly path: string;
  readonly hops: readonly HopOrder[];
  readonly policies: Policies;
  readonly gates: Gates;
  readonly trustNamespace: boolean;
  /** Who asked for it, where it was said; may not approve where a gate says so. */
  readonly requestedBy?: string;
  readonly outageBudgetMs: number;
  readonly smoke: Smoke;
  readonly serveWhileMounted: boolean;
  /** What happens before and after its points; none when absent. */
  readonly hooks?: readonly Hook[];
  /** It keeps a checkpoint outside Temporal, from which it can be rebuilt; absent: none. */
  readonly checkpoints?: true;
  /** The round each hop begins with, in order: an earlier life of the journey used those before. Absent: 0. */
  readonly rounds?: readonly number[];
  /** What it takes leases for; absent: room on staging only. */
  readonly leases?: readonly Purpose[];
}

export const vmsOfBatch = (plan: Plan, batch: string): readonly VmPlan[] => plan.vms.filter((vm) => vm.batch === batch);

/** The window of one hop, `index` counting from 0; null where it may cut over at any time. */
export const windowOf = (batch: BatchPlan, index: number): Window | null =>
  (batch.windows.length === 1 ? batch.windows[0] : batch.windows[index]) ?? null;

const hopOrder = (hop: PathHop, index: number, vm: VmPlan, batch: BatchPlan): HopOrder => {
  const landing = vm.landings[index];
  if (!landing) throw new RangeError(`${vm.name}: hop ${index + 1} of path ${vm.path} has no landing`);
  const settings = { ...hop.settings, ...vm.settings[index] };
  return { ...hop, n: index + 1, settings, landing, window: windowOf(batch, index) };
};

/** The hooks of one VM, without whom they are for. */
const hooksFor = (plan: Plan, vm: VmPlan): readonly Hook[] =>
  (plan.hooks ?? [])
    .filter(({ only: { batches, groups, vms } }) =>
      [
        [batches, vm.batch],
        [groups, vm.group],
        [vms, vm.name],
      ].every(([names, name]) => names === null || names?.includes(name as string)),
    )
    .map(({ only: _whom, ...hook }) => hook);

/** The order of one VM of the plan. Throws `RangeError` when the plan lacks the VM's path, batch or a landing: `readPlan` lets none such through. */
export const journeyOrder = (plan: Plan, vm: IdentifiedVm): JourneyOrder => {
  const path = plan.paths[vm.path];
  const batch = plan.batches[vm.batch];
  if (!path || !batch) throw new RangeError(`${vm.name}: path ${vm.path} or batch ${vm.batch} is not in the plan`);
  const hops = path.map((hop, index) => hopOrder(hop, index, vm, batch));
  const hooks = hooksFor(plan, vm);
  return {
    programme: plan.programme,
    batch: vm.batch,
    group: vm.group,
    owner: vm.owner,
    name: vm.name,
    source: { id: vm.id, name: vm.name },
    os: vm.os,
    path: vm.path,
    hops,
    policies: plan.policies,
    gates: plan.gates,
    trustNamespace: plan.trustNamespace,
    outageBudgetMs: vm.outageBudgetMs,
    smoke: vm.smoke,
    serveWhileMounted: vm.serveWhileMounted,
    ...(hooks.length > 0 ? { hooks } : {}),
    checkpoints: true,
    // A path of one hop goes past the staging host.
    leases: PURPOSES.filter((purpose) => purpose !== 'staging' || hops.length > 1),
  };
};
