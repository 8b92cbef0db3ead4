import type { HopRecord } from './hop-record.ts';

/** What a rollback of one hop does, in order. Names are those shown to people and in `--dry-run`. */
export type RollbackStep =
  | 'settle'
  | 'approveLoss'
  | 'stopSuccessor'
  | 'abandon'
  | 'observeSuccessorOff'
  | 'reconnectPredecessor'
  | 'startPredecessor'
  | 'validatePredecessor'
  | 'clearHalfMade'
  | 'retire'
  | 'discardStaged';

/** Writes between these two instants (workflow time, ms) will be lost; null when nothing is lost. */
export interface Loss {
  readonly from: number;
  readonly to: number;
}

/** What a rollback would lose now. Nothing before the successor has had the production network. */
export const lossOf = (hop: HopRecord, now: number): Loss | null =>
  hop.exposedAt === null ? null : { from: hop.exposedAt, to: now };

/** The mover's own undo may still take the successor away: a commit that was begun need not have come to pass. */
const moverMayUndo = (hop: HopRecord): boolean => hop.kind === 'restore' && hop.commit !== 'done';

/** Something of the successor may be left when the mover has done what it can. */
const mayOutliveUndo = (hop: HopRecord): boolean => hop.kind !== 'restore' || hop.commit !== 'none';

/**
 * The steps back to the immediate predecessor. The mover's operation is settled first, because only then is it known
 * whether there is a successor at all, and whether it has served; the predecessor never starts before the successor was
 * observed off.
 */
export const rollbackSteps = (hop: HopRecord): readonly RollbackStep[] => {
  const steps: RollbackStep[] = [];
  const mayHaveSuccessor = hop.cutOver !== 'none';
  if (mayHaveSuccessor) {
    steps.push('settle', 'approveLoss', 'stopSuccessor');
    if (moverMayUndo(hop)) steps.push('abandon');
    steps.push('observeSuccessorOff');
  }
  if (hop.fence !== 'none' || mayHaveSuccessor) {
    steps.push('reconnectPredecessor');
    if (hop.wasOn) steps.push('startPredecessor', 'validatePredecessor');
  }
  // Before the mover's object goes: only with it can the mover tell what its failed cut-over left.
  if (mayHaveSuccessor && mayOutliveUndo(hop)) steps.push('clearHalfMade');
  if (hop.protecting) steps.push('retire');
  if (mayHaveSuccessor && mayOutliveUndo(hop)) steps.push('discardStaged');
  return steps;
};
