import type { CutoverKind } from './capability.ts';
import type { NicWiring, VmDescription, VmRef } from './vm.ts';

/**
 * What a hop has done, or may have done: every field is set *before* the verb that could make it true,
 * so that a lost answer never makes a rollback forget something.
 */
export interface HopRecord {
  readonly n: number;
  /** Counts attempts of this hop: a new round has new operation tokens. */
  round: number;
  kind: CutoverKind | null;
  /** Its mover is given size and networks at protect; unknown when absent. */
  fixesAtProtect?: boolean;
  /** The mover's object, once known. */
  item: string | null;
  itemAdopted: boolean;
  /** Our protect may have been accepted. */
  protecting: boolean;
  /** What was captured of the predecessor right before its stop. */
  facts: VmDescription | null;
  /** How the predecessor was wired, to give it back. */
  wiring: readonly NicWiring[] | null;
  autostart: boolean | null;
  /** The predecessor was serving when the cut-over began, so a rollback starts it again. */
  wasOn: boolean;
  fence: 'none' | 'begun' | 'held';
  cutOver: 'none' | 'begun' | 'done';
  /** The mover's id of the mount or failover. */
  operation: string | null;
  successor: VmRef | null;
  /** Served from the mover's storage: ending the mount destroys its writes. */
  mounted: boolean;
  /** When the successor may first have had the production network, workflow time in ms. */
  exposedAt: number | null;
  commit: 'none' | 'begun' | 'done';
  /** A cut-over failed after its boundary: something of a successor may stand that nothing may start. */
  halfMade: boolean;
  /** The predecessor was seen on after its final copy: that copy is not the last word any more. */
  ranAgain: boolean;
  /** The successor serves and was approved. */
  arrived: boolean;
}

export const newHopRecord = (n: number, round = 0): HopRecord => ({
  n,
  round,
  kind: null,
  item: null,
  itemAdopted: false,
  protecting: false,
  facts: null,
  wiring: null,
  autostart: null,
  wasOn: true,
  fence: 'none',
  cutOver: 'none',
  operation: null,
  successor: null,
  mounted: false,
  exposedAt: null,
  commit: 'none',
  halfMade: false,
  ranAgain: false,
  arrived: false,
});
