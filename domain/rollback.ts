import type { HopRecord } from './hop-record.ts';

/** What a rollback of one hop does, in order. Names are those shown to people and in `--dry-run`. */
export type RollbackStep =
  | 'settle'
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

/** Whether the mover's own undo still takes the successor away. */
const moverCanUndo = (hop: HopRecord): boolean => hop.kind === 'restore' && hop.commit === 'none';

/**
 * The steps back to the immediate predecessor. The mover's operation is settled first, because only then is it known
 * whether there is a successor at all; the predecessor never starts before the successor was observed off.
 */
export const rollbackSteps = (hop: HopRecord): readonly RollbackStep[] => {
  const steps: RollbackStep[] = [];
  const mayHaveSuccessor = hop.cutOver !== 'none';
  if (mayHaveSuccessor) {
    steps.push('settle', 'stopSuccessor');
    if (moverCanUndo(hop)) steps.push('abandon');
    steps.push('observeSuccessorOff');
  }
  if (hop.fence !== 'none' || mayHaveSuccessor) {
    steps.push('reconnectPredecessor');
    if (hop.wasOn) steps.push('startPredecessor', 'validatePredecessor');
  }
  // Before the mover's object goes: only with it can the mover tell what its failed cut-over left.
  if (mayHaveSuccessor && !moverCanUndo(hop)) steps.push('clearHalfMade');
  if (hop.protecting) steps.push('retire');
  if (mayHaveSuccessor && !moverCanUndo(hop)) steps.push('discardStaged');
  return steps;
};
