/** What a mover can do. The algorithm asks these, never a product's name. */

export type CutoverKind = 'restore' | 'switch' | 'inPlace';

export interface Capabilities {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly cutover: CutoverKind;
  /** Until when the mover's own undo is free. */
  readonly undoableUntil: 'cutOver' | 'commit' | 'connect';
  readonly rehearsal: boolean;
  /** Whether a running cut-over can be cancelled. */
  readonly cancellable: boolean;
  /** It observes the predecessor stopped before the successor starts. Needed by `switch`. */
  readonly stopsBeforeStart: boolean;
  /** Size, disks and networks are given at protect and cannot be changed at cut-over. */
  readonly fixesAtProtect: boolean;
  readonly preservesIp: boolean;
  /** Nobody has proven this on a real estate; off until the plan opts in by this name. */
  readonly unproven?: string;
}
