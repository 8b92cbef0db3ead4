import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowFailure,
  condition,
  TemporalFailure,
} from '@temporalio/workflow';
import type { Mishap } from '../domain/mishap.ts';
import { AnewAsked, EjectAsked, type Journey, moveOn, RollBackAsked, show } from './journey.ts';

export interface StepOptions {
  readonly hop: number;
  /** Waiting can be broken off by a rollback or eject: nothing of the product's operation is stopped by that. */
  readonly interruptible?: boolean;
  /** A person may go on without it: rehearsal, non-safety checks, retire. */
  readonly skippable?: boolean;
  /** Run before the step is tried again when a person says `repair`. */
  readonly repair?: (mishap: Mishap) => Promise<void>;
  /** Run instead of the step when a person says `forceOff`. */
  readonly forceOff?: () => Promise<void>;
}

/**
 * What a failed activity or child says, however it came to fail: by a driver, a time-out, or a hand in the Temporal UI. Null for what
 * no step may answer: a person who turns round, and a mistake of ours.
 */
export const mishapOf = (error: unknown): Mishap | null => {
  if (!(error instanceof TemporalFailure)) return null;
  const wraps = error instanceof ActivityFailure || error instanceof ChildWorkflowFailure;
  if (wraps && error.cause instanceof TemporalFailure) return mishapOf(error.cause);
  const told = error instanceof ApplicationFailure ? (error.details?.[0] as Partial<Mishap> | undefined) : undefined;
  if (told?.class && told.message) return told as Mishap;
  return {
    class: 'Vendor',
    message: error.message,
    changed: 'unknown: the answer was lost; the next attempt observes before it acts',
    fix: 'Read the cause, then retry.',
  };
};

/** All of them to their end, then the first failure: nothing that a step began is still under way when it parks. */
export const together = async <const T extends readonly unknown[]>(acts: T) => {
  const ends = await Promise.allSettled(acts);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
  return ends.map((end) => (end.status === 'fulfilled' ? end.value : undefined)) as {
    -readonly [I in keyof T]: Awaited<T[I]>;
  };
};

/** Throws what a person asked for. Called where a journey may turn round. */
export const heed = (j: Journey): void => {
  if (j.rollingBack) return;
  if (j.asked === 'rollBack') throw new RollBackAsked();
  if (j.asked === 'eject') throw new EjectAsked();
  if (j.asked === 'gate' || j.asked === 'hop') {
    const from = j.asked;
    j.asked = null;
    throw new AnewAsked(from);
  }
};

/** Waits until a condition holds, or a person asks to turn round. `timeoutMs` makes it return false when it passes. */
export const until = async (
  j: Journey,
  holds: () => boolean,
  timeoutMs?: number,
  summary?: string,
): Promise<boolean> => {
  const turned = (): boolean => j.asked !== null && !j.rollingBack;
  const either = (): boolean => holds() || turned();
  const held =
    timeoutMs === undefined
      ? await condition(either).then(() => true)
      : await condition(either, timeoutMs, { summary: summary ?? 'waits' });
  heed(j);
  return held;
};

const interruptibly = async <T>(j: Journey, run: () => Promise<T>): Promise<T> => {
  const scope = new CancellationScope();
  void condition(() => j.asked !== null && !j.rollingBack).then(() => scope.cancel());
  try {
    return await scope.run(run);
  } catch (error) {
    heed(j);
    throw error;
  }
};

/** Waits for a person. Throws when the answer is to turn round. */
export const park = async (
  j: Journey,
  name: string,
  mishap: Mishap,
  options: StepOptions,
): Promise<'retry' | 'repair' | 'skip' | 'forceOff'> => {
  j.answer = null;
  j.parked = {
    step: name,
    hop: options.hop,
    mishap,
    skippable: (options.skippable ?? false) && mishap.class !== 'Unsafe',
    repairable: options.repair !== undefined,
    forceable: options.forceOff !== undefined,
    since: Date.now(),
  };
  show(j, { waitingFor: `a person: ${name} failed` });
  try {
    await until(j, () => j.answer !== null);
    const answer = j.answer as Journey['answer'];
    return answer?.verb === 'repair' || answer?.verb === 'skip' || answer?.verb === 'forceOff' ? answer.verb : 'retry';
  } finally {
    j.parked = null;
    j.answer = null;
    show(j, { waitingFor: null });
  }
};

/**
 * Runs one step of the journey. A failure parks it and never ends the migration; what a person may answer is decided by
 * `legalVerbs`. Returns undefined only when the step was skipped.
 */
export const step = <T>(
  j: Journey,
  name: string,
  run: () => Promise<T>,
  options: StepOptions & { skippable?: false },
): Promise<T> => attempt(j, name, run, options) as Promise<T>;

/** A step a person may skip: answers undefined then. */
export const skippableStep = <T>(
  j: Journey,
  name: string,
  run: () => Promise<T>,
  options: StepOptions,
): Promise<T | undefined> => attempt(j, name, run, { ...options, skippable: true });

const attempt = async <T>(
  j: Journey,
  name: string,
  run: () => Promise<T>,
  options: StepOptions,
): Promise<T | undefined> => {
  let act: () => Promise<T | undefined> = run;
  for (;;) {
    if (j.paused) {
      show(j, { waitingFor: 'resume' });
      await until(j, () => !j.paused);
      show(j, { waitingFor: null });
    }
    heed(j);
    j.step = name;
    moveOn(j);
    try {
      return options.interruptible && !j.rollingBack ? await interruptibly(j, act) : await act();
    } catch (error) {
      const mishap = mishapOf(error);
      if (!mishap) throw error;
      const answer = await park(j, name, mishap, options);
      if (answer === 'skip') return undefined;
      act = run;
      const { repair, forceOff } = options;
      if (answer === 'repair' && repair) act = () => repair(mishap).then(run);
      if (answer === 'forceOff' && forceOff) act = () => forceOff().then(run);
    }
  }
};
