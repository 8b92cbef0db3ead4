import { PROCESSES, type ProcessName } from '../../tools/estate/estate.ts';
import { type CutOverStep, STEPS } from './steps.ts';

/**
 * When in the step the process is killed.
 * - `inFlight`    while the step's call waits for its answer
 * - `late`        the same, and what was called happens only when the process is back and may have looked
 * - `afterEffect` once the lab shows what the call did
 * - `seen`        as soon as the migration shows the step
 */
export type Moment = 'inFlight' | 'late' | 'afterEffect' | 'seen';

/** One process, ended as by a power cut in one step of the cut-over, and started again. */
export interface Kill {
  readonly process: ProcessName;
  readonly step: CutOverStep;
  readonly moment: Moment;
  /** From the moment to the kill, ms. */
  readonly delayMs: number;
  /** From the kill to the start, ms. */
  readonly pauseMs: number;
}

/** Numbers in [0, 1) that are the same for the same seed. */
export const dice = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
};

const isAgent = (process: ProcessName): boolean => process.startsWith('agent-');

/** What hangs on the process waits for it; a step in which it has no part goes on without it. */
const takesPart = (process: ProcessName, step: CutOverStep): boolean =>
  !isAgent(process) || step.agents.includes(process);

/** One that has no part in the step is surely inside only while a call is under way. */
const momentOf = (process: ProcessName, step: CutOverStep, roll: number): Moment => {
  if (!step.hold) return 'seen';
  if (!step.effect || !takesPart(process, step) || roll < 0.3) return 'inFlight';
  return isAgent(process) && roll < 0.6 ? 'late' : 'afterEffect';
};

export const planKill = (process: ProcessName, step: CutOverStep, roll: () => number, sure: boolean): Kill => {
  const moment = momentOf(process, step, sure ? 0 : roll());
  return {
    process,
    step,
    moment,
    delayMs: Math.round(roll() * (moment === 'inFlight' || moment === 'late' ? 400 : 60)),
    pauseMs: Math.round(roll() ** 2 * 1_500),
  };
};

/** How long the lab keeps the step's call waiting, ms: past the start of a process that the step would not wait for. */
export const holdOf = ({ process, step, moment, pauseMs }: Kill, startMs: number): number =>
  takesPart(process, step) && moment !== 'late' ? 2_000 : 1_000 + pauseMs + startMs;

export type Pair = Pick<Kill, 'process' | 'step'>;

export const pairsOf = (
  processes: readonly ProcessName[] = PROCESSES,
  steps: readonly CutOverStep[] = STEPS,
): readonly Pair[] => processes.flatMap((process) => steps.map((step) => ({ process, step })));

/** One journey a process, in which it is killed once in every step. */
export const journeysOf = (pairs: readonly Pair[], seed: number, sure = false): readonly (readonly Kill[])[] => {
  const roll = dice(seed);
  return PROCESSES.map((process) =>
    pairs.filter((pair) => pair.process === process).map(({ step }) => planKill(process, step, roll, sure)),
  ).filter((kills) => kills.length > 0);
};
