import type { HopRecord } from './hop-record.ts';
import type { Mishap } from './mishap.ts';
import type { Phase } from './phase.ts';
import { isSayable } from './said.ts';
import { typed } from './typed.ts';

/** What people can ask of a migration. */
export const VERBS = [
  'retry',
  'editAndRetry',
  'repair',
  'skip',
  'forceOff',
  'keepSyncing',
  'edit',
  'defer',
  'rollBack',
  'eject',
  'cancel',
  'pause',
  'resume',
] as const;
export type Verb = (typeof VERBS)[number];

/** Verbs that answer a parked step. */
export const ANSWERS: readonly Verb[] = ['retry', 'editAndRetry', 'repair', 'skip', 'forceOff'];

/** Why and where a migration waits for a person. */
export interface Parked {
  readonly step: string;
  readonly hop: number;
  readonly mishap: Mishap;
  /** What may be skipped: rehearsal, non-safety checks, retire. */
  readonly skippable: boolean;
  /** The mover has a repair for what went wrong. */
  readonly repairable: boolean;
  /** The step stops a VM, and its guest may be passed over. */
  readonly forceable: boolean;
  readonly since: number;
}

export interface Standing {
  readonly phase: Phase;
  readonly paused: boolean;
  /** Null too once it was answered: the first answer counts. */
  readonly parked: Parked | null;
  readonly hop: HopRecord | null;
  readonly ended: boolean;
  readonly rollingBack: boolean;
  /** A rollback or an eject was asked for, and what is under way has not come to its turn yet. */
  readonly turning: boolean;
  /** It keeps syncing until a person says resume. */
  readonly kept: boolean;
  /** Hops whose cut-over has not begun, while nobody turns round. */
  readonly editable: readonly number[];
}

/** Something of this hop or an earlier one may have touched the VM's service. */
const touched = (hop: HopRecord | null): boolean =>
  hop !== null && (hop.n > 1 || hop.fence !== 'none' || hop.cutOver !== 'none');

/** After sign-off there is nothing near to go back to. */
const TOO_LATE: readonly Phase[] = ['Committing', 'Holding', 'AwaitingDecommission', 'Decommissioned'];

/** At its cut-over gate or in the wait for its window: its copy is made, and nothing of its cut-over has begun. */
const mayKeep = (at: Standing): boolean =>
  at.phase === 'AwaitingCutover' && !at.kept && at.hop !== null && at.editable.includes(at.hop.n);

const answers = (parked: Parked, editable: readonly number[]): readonly Verb[] => [
  'retry',
  ...(editable.length > 0 ? (['editAndRetry'] as const) : []),
  ...(parked.repairable ? (['repair'] as const) : []),
  ...(parked.skippable ? (['skip'] as const) : []),
  ...(parked.forceable && parked.mishap.class === 'GuestRefused' ? (['forceOff'] as const) : []),
];

/** The verbs that are legal now, in the order they are offered. */
export const legalVerbs = (at: Standing): readonly Verb[] => {
  const verbs: Verb[] = at.parked ? [...answers(at.parked, at.ended ? [] : at.editable)] : [];
  // What is left after the end is the record, which may park like any other step.
  if (at.ended) return at.paused ? [...verbs, 'resume'] : verbs;
  if (mayKeep(at)) verbs.push('keepSyncing');
  if (at.editable.length > 0) verbs.push('edit');
  if (!at.rollingBack && !TOO_LATE.includes(at.phase)) {
    if (!touched(at.hop) && !at.turning) verbs.push('defer');
    verbs.push('rollBack');
    if (!touched(at.hop)) verbs.push('eject');
    if (!at.turning) verbs.push('cancel');
  }
  if (at.paused || at.kept) verbs.push('resume');
  if (!at.paused) verbs.push('pause');
  return verbs;
};

/** What a cancel is now: the safest way to an end that there is. Null where there is none. */
export const cancelling = (at: Standing): 'eject' | 'rollBack' | null =>
  (['eject', 'rollBack'] as const).find((verb) => legalVerbs(at).includes(verb)) ?? null;

const TURNS: readonly Verb[] = ['defer', 'rollBack', 'eject', 'cancel'];

const why = (verb: Verb, at: Standing): string => {
  if (at.ended) return `${verb} changes nothing any more: it has ended as ${at.phase}.`;
  if (ANSWERS.includes(verb) && !at.parked) return 'Nothing is parked.';
  if (TURNS.includes(verb) && (at.rollingBack || at.turning)) return 'It turns round already.';
  if ((verb === 'eject' || verb === 'defer') && touched(at.hop))
    return `The VM's service has been touched; ${verb} is for before the fence.`;
  if (verb === 'keepSyncing')
    return at.kept
      ? 'It keeps syncing already.'
      : 'Keep syncing is for the cut-over gate and the wait for its window, before the cut-over has begun.';
  if (verb === 'edit' || verb === 'editAndRetry')
    return 'Nothing may be edited now: the cut-over of every hop that is left has begun, or it turns round.';
  if (TOO_LATE.includes(at.phase) && (verb === 'cancel' || verb === 'rollBack'))
    return `The owner has signed off: the undo of the last move is given up, and the VM serves where it landed. The source is kept until its hold has passed and decommission is approved.`;
  return `${verb} is not legal in phase ${at.phase}.`;
};

/** Why a verb is refused now, or null when it is legal. */
export const refusalOf = (verb: Verb, at: Standing): string | null => {
  const legal = legalVerbs(at);
  if (legal.includes(verb)) return null;
  return `${why(verb, at)} You can: ${legal.join(', ') || 'nothing: it has ended'}.`;
};

/** Why what came is refused, or null. A signal may be anything that a person typed. */
export const refuseCommand = (asked: unknown, at: Standing): string | null => {
  const { verb, by, step, edit, to, comment } = (asked ?? {}) as Readonly<Record<string, unknown>>;
  const known = VERBS.find((each) => each === verb);
  if (!known || typeof by !== 'string' || by === '' || ![by, to, comment].every(isSayable))
    return `A command is {"verb": one of ${VERBS.join(', ')}, "by": your name}.`;
  if (step !== undefined && at.parked?.step !== step)
    return `It is not parked at ${typed(step)} ${at.parked ? `but at ${at.parked.step}` : 'any more'}. Look again, then answer.`;
  if (edit !== undefined && known !== 'edit' && known !== 'editAndRetry')
    return `${known} takes no edit: nothing was done. Say edit, or editAndRetry where it is parked.`;
  if (known === 'defer' && (typeof to !== 'string' || to === ''))
    return 'defer is {"verb": "defer", "by": your name, "to": the batch it shall move in}.';
  return refusalOf(known, at);
};

/** Who passes a step over says why: the record is read by those who were not there. */
export const refuseUnexplained = (asked: unknown): string | null => {
  const { verb, comment } = (asked ?? {}) as Readonly<Record<string, unknown>>;
  return verb === 'skip' && (typeof comment !== 'string' || comment.trim() === '')
    ? 'skip needs a "comment": why the step may be left out.'
    : null;
};
