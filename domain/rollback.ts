import type { Address } from './address.ts';
import type { GateName } from './gate-policy.ts';
import type { HopRecord } from './hop-record.ts';
import type { Phase } from './phase.ts';

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

/** What a rollback would do now, as nothing but the view of a journey tells it. */
export interface RollbackPlan {
  readonly hop: number;
  /** Why it is refused now; null where it is legal. */
  readonly refused: string | null;
  readonly steps: readonly { readonly step: RollbackStep; readonly does: string; readonly gate: GateName | null }[];
  /** Writes between these instants would be lost; null when nothing is. */
  readonly loss: Loss | null;
  readonly losing: string;
  /** Where it leaves the VM. */
  readonly ends: string;
}

/** The part of a view that a rollback is planned from. */
export interface RollbackGlance {
  readonly vm: { readonly name: string };
  readonly phase: Phase;
  readonly hops: readonly HopRecord[];
  readonly orders?: readonly {
    readonly n: number;
    readonly from: Address;
    readonly to: Address;
    readonly landing: { readonly name: string };
  }[];
  readonly parked: { readonly step: string; readonly hop: number } | null;
  readonly legal: readonly string[];
}

/** Where a person is asked whether to begin a hop that was rolled back again, or to go back one more. */
export const AFTER_ROLLBACK = 'after the rollback';

const hopBack = ({ hops, parked }: RollbackGlance): HopRecord | undefined =>
  parked?.step === AFTER_ROLLBACK
    ? hops.find(({ n }) => n === parked.hop)
    : (hops.find(({ arrived }) => !arrived) ?? hops.at(-1));

const nameOf = (at: Address | undefined): string => (at ? `${at.product}@${at.instance}` : 'its platform');

/** Steps, gates and loss of a rollback, before anybody asks for it. */
export const planRollBack = (view: RollbackGlance, now: number): RollbackPlan => {
  const hop = hopBack(view);
  const order = view.orders?.find(({ n }) => n === hop?.n);
  const before = view.orders?.find(({ n }) => n === (hop?.n ?? 0) - 1);
  const [back, front] = [before?.landing.name ?? view.vm.name, order?.landing.name ?? 'the successor'];
  const [home, away] = [nameOf(order?.from), nameOf(order?.to)];
  const loss = hop ? lossOf(hop, now) : null;
  const does: Readonly<Record<RollbackStep, string>> = {
    settle: 'brings the mover’s operation to an end state and learns whether a successor stands',
    approveLoss: loss ? 'asks whether the writes below may be lost' : 'asks nobody: nothing would be lost',
    stopSuccessor: `stops ${front} on ${away}, where it runs, and takes it off the network`,
    abandon: 'takes the mover’s own undo',
    observeSuccessorOff: `observes ${front} off`,
    reconnectPredecessor: `gives ${back} its network back on ${home}`,
    startPredecessor: `starts ${back}`,
    validatePredecessor: `checks ${back} against its baseline`,
    clearHalfMade: hop?.halfMade
      ? `removes the half-made ${front}`
      : 'removes what a failed cut-over left, if it left anything',
    retire: 'removes our objects from the mover',
    discardStaged: `deletes what is left of ${front}, if anything is`,
  };
  const gates: Partial<Record<RollbackStep, GateName>> = {
    ...(loss ? { approveLoss: 'rollBack' } : {}),
    clearHalfMade: 'forceRemove',
    discardStaged: 'discardStaged',
  };
  const steps = hop ? rollbackSteps(hop).map((step) => ({ step, does: does[step], gate: gates[step] ?? null })) : [];
  return {
    hop: hop?.n ?? 1,
    refused: view.legal.includes('rollBack')
      ? null
      : `rollBack is not legal in phase ${view.phase}. You can: ${view.legal.join(', ') || 'nothing: it has ended'}.`,
    steps,
    loss,
    losing: loss
      ? `Lost: every write made on ${front} since ${new Date(loss.from).toISOString()}, ${Math.round((loss.to - loss.from) / 60_000)} min until now and on until it is stopped.`
      : `Nothing is lost: ${front} has never had the production network.`,
    ends:
      hop === undefined || hop.n === 1
        ? `Then it has ended as RolledBack: ${back} serves on ${home}.`
        : `Then ${back} serves on ${home}, and a person begins hop ${hop.n} again or goes back one more.`,
  };
};
