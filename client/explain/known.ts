import type { GroupGate } from '../../domain/group-gate.ts';
import type { BatchView } from '../../workflows/batch-messages.ts';
import type { Pending } from '../pending.ts';

/** Who holds what is waited for. Times are ms. */
export interface Seat {
  readonly name: string;
  readonly since: number;
  /** Its migration has ended, and the estate has not shown yet that what it stands for is gone. */
  readonly orphaned: boolean;
}

/** What is known beside the view. */
export interface Surroundings {
  readonly pending: readonly Pending[];
  /** Queues of those steps that no agent serves. */
  readonly unserved: readonly string[];
  /** Place and reason in each line it stands in. */
  readonly line: readonly string[];
  readonly seats: readonly Seat[];
  /** Since when it stands in line; null where it does not. */
  readonly askedAt: number | null;
  readonly batch: BatchView | null;
  /** Who else waits behind it. */
  readonly behind: readonly string[];
}

/** The gate of its group or batch that a VM waits at with others. */
export const sharedGateOf = ({ batch }: Surroundings, vm: { readonly id: string }): GroupGate | undefined =>
  batch?.gates.find(({ waiting }) => waiting.some((one) => one.vm.id === vm.id));
