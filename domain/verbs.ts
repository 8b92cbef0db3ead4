import type { HopRecord } from './hop-record.ts';
import type { Mishap } from './mishap.ts';
import type { Phase } from './phase.ts';
import { typed } from './typed.ts';

/** What people can ask of a migration. */
export const VERBS = ['retry', 'repair', 'skip', 'forceOff', 'rollBack', 'eject', 'pause', 'resume'] as const;
export type Verb = (typeof VERBS)[number];

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
}

/** Something of this hop or an earlier one may have touched the VM's service. */
const touched = (hop: HopRecord | null): boolean =>
  hop !== null && (hop.n > 1 || hop.fence !== 'none' || hop.cutOver !== 'none');

/** After sign-off there is nothing near to go back to. */
const TOO_LATE: readonly Phase[] = ['Committing', 'Holding', 'AwaitingDecommission', 'Decommissioned'];

/** The verbs that are legal now, in the order they are offered. */
export const legalVerbs = (at: Standing): readonly Verb[] => {
  const verbs: Verb[] = [];
  if (at.parked) {
    verbs.push('retry');
    if (at.parked.repairable) verbs.push('repair');
    if (at.parked.skippable) verbs.push('skip');
    if (at.parked.forceable && at.parked.mishap.class === 'GuestRefused') verbs.push('forceOff');
  }
  // What is left after the end is the record, which may park like any other step.
  if (at.ended) return at.paused ? [...verbs, 'resume'] : verbs;
  if (!at.rollingBack && !TOO_LATE.includes(at.phase)) {
    verbs.push('rollBack');
    if (!touched(at.hop)) verbs.push('eject');
  }
  verbs.push(at.paused ? 'resume' : 'pause');
  return verbs;
};

/** Why a verb is refused now, or null when it is legal. */
export const refusalOf = (verb: Verb, at: Standing): string | null => {
  if (legalVerbs(at).includes(verb)) return null;
  const legal = legalVerbs(at).join(', ') || 'nothing: it has ended';
  if (verb === 'eject' && touched(at.hop))
    return `The VM's service has been touched; eject is for before the fence. You can: ${legal}.`;
  if ((verb === 'retry' || verb === 'repair' || verb === 'skip') && !at.parked)
    return `Nothing is parked. You can: ${legal}.`;
  return `${verb} is not legal in phase ${at.phase}. You can: ${legal}.`;
};

/** Why what came is refused, or null. A signal may be anything that a person typed. */
export const refuseCommand = (asked: unknown, at: Standing): string | null => {
  const { verb, by, step } = (asked ?? {}) as { verb?: unknown; by?: unknown; step?: unknown };
  const known = VERBS.find((each) => each === verb);
  if (!known || typeof by !== 'string' || by === '')
    return `A command is {"verb": one of ${VERBS.join(', ')}, "by": your name}.`;
  if (step !== undefined && at.parked?.step !== step)
    return `It is not parked at ${typed(step)} ${at.parked ? `but at ${at.parked.step}` : 'any more'}. Look again, then answer.`;
  return refusalOf(known, at);
};
