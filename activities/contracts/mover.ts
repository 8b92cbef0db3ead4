import type { Address, PlatformProduct } from '../../domain/address.ts';
import type { Landing } from '../../domain/landing.ts';
import type { VmDescription, VmRef } from '../../domain/vm.ts';
import type { PreflightReport } from './reports.ts';

/** Settings of this mover from the plan's path; each driver validates its own at preflight. */
export type MoverSettings = Readonly<Record<string, string | number | boolean | null>>;

export interface MoverOrder {
  readonly to: Address;
  readonly token: string;
  /** The VM's id on its first platform: the journey's identity. */
  readonly journey: string;
  /** The predecessor, by the id it has on `from`. */
  readonly vm: VmRef;
  readonly from: Address<PlatformProduct>;
  readonly target: Address<PlatformProduct>;
  readonly landing: Landing;
  readonly settings: MoverSettings;
  readonly hop: number;
}

export interface PreflightMover extends MoverOrder {
  readonly bytesNeeded: number;
}

export interface ProtectOrder extends MoverOrder {
  readonly predecessor: VmDescription;
}

/** `item` is the product's id of the job or protected item. `adopted`: it was there before us and stays after us. */
export interface Protection {
  readonly item: string;
  readonly adopted: boolean;
}

export interface ItemOrder extends MoverOrder {
  readonly item: string;
}

export interface SynchroniseOrder extends ItemOrder {
  /** 0 is the full copy. */
  readonly round: number;
  /** For the final round: the newest run when the source was observed off. Only a later run counts. null: any good point counts. */
  readonly after: string | null;
  readonly final: boolean;
}

/** `point` is the restore point or recovery point the run left. Sizes are bytes. */
export interface Synchronised {
  readonly run: string | null;
  readonly point: string | null;
  /** Null where the product does not tell. */
  readonly movedBytes: number | null;
  readonly totalBytes: number;
  /** Time of the point on the product's own clock; for people, never compared with another clock. */
  readonly pointAt: string | null;
}

export interface FinalMark {
  /** The newest run there is, by id; null when none has run. */
  readonly newestRun: string | null;
}

export interface Lag {
  readonly point: string | null;
  readonly pointAt: string | null;
  /** Age of the point on the product's clock. */
  readonly ageSeconds: number | null;
  readonly healthy: boolean;
  readonly detail: string;
}

export interface CutOverOrder extends ItemOrder {
  /** The point of the final synchronise; null for movers that switch. */
  readonly point: string | null;
  readonly predecessor: VmDescription;
}

/** `operation` is the product's id of the mount or failover, kept for settle, commit and abandon. */
export interface CutOver {
  readonly successor: VmRef;
  readonly operation: string | null;
  /** `off`: exists, off, isolated. `running`: the mover started it. */
  readonly state: 'off' | 'running';
  /** Still served from the mover's storage; ending the operation destroys its writes. */
  readonly mounted: boolean;
}

export interface OperationOrder extends ItemOrder {
  readonly operation: string | null;
  readonly successor: VmRef | null;
}

/**
 * - `none`    there is no operation, nor a trace of one
 * - `done`    it finished and the successor stands
 * - `failed`  it ended badly; `boundary` says whether a successor may be half made
 */
export interface Settled {
  readonly state: 'none' | 'done' | 'failed';
  readonly boundary: 'before' | 'after' | null;
  readonly operation: string | null;
  readonly successor: VmRef | null;
  readonly detail: string;
}

/**
 * What carries. Every verb observes, decides, acts and observes again; each is safe to repeat and safe when its answer is lost.
 * A verb that waits throws `NotFinished` with its progress instead of blocking.
 */
export interface Mover {
  preflight(order: PreflightMover): Promise<PreflightReport>;
  protect(order: ProtectOrder): Promise<Protection>;
  synchronise(order: SynchroniseOrder): Promise<Synchronised>;
  lag(order: ItemOrder): Promise<Lag>;
  /** The schedule is off, running runs have ended, and this is the newest run. Called after power-off was observed. */
  markFinal(order: ItemOrder): Promise<FinalMark>;
  cutOver(order: CutOverOrder): Promise<CutOver>;
  /** Brings the operation to an end state and says which. Never starts one. */
  settle(order: OperationOrder): Promise<Settled>;
  /** Clears what a failed cut-over left, so that it can be tried again. */
  repair(order: OperationOrder): Promise<Settled>;
  /** Gives up the mover's own undo. */
  commit(order: OperationOrder): Promise<{ readonly committed: true }>;
  /** Takes the mover's own undo: the successor is gone. */
  abandon(order: OperationOrder): Promise<{ readonly successorGone: boolean }>;
  /** Removes our objects in the mover, never an adopted one; gone already is done. */
  retire(order: ItemOrder & { readonly adopted: boolean }): Promise<{ readonly retired: boolean }>;
}
