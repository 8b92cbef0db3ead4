import { PROCESSES, type ProcessName } from '../../tools/estate/estate.ts';
import { type CutOverStep, STEPS } from './steps.ts';

/** `inFlight`: while the step's call waits for its answer. `afterEffect`: once the lab shows what the call did. `seen`: at any time in the step. */
export type Moment = 'inFlight' | 'afterEffect' | 'seen';

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

/** A process that has no part in the step is not missed before its end: only while a call is under way is it surely inside. */
const takesPart = (process: ProcessName, step: CutOverStep): boolean =>
  !process.startsWith('agent-') || step.agents.includes(process);

const momentOf = (process: ProcessName, step: CutOverStep, roll: number): Moment => {
  if (!step.hold) return 'seen';
  return step.effect && takesPart(process, step) && roll < 0.5 ? 'afterEffect' : 'inFlight';
};

export const planKill = (process: ProcessName, step: CutOverStep, roll: () => number, sure: boolean): Kill => {
  const moment = momentOf(process, step, sure ? 1 : roll());
  return {
    process,
    step,
    moment,
    delayMs: Math.round(roll() * (moment === 'inFlight' ? 400 : 60)),
    pauseMs: Math.round(roll() ** 2 * 1_500),
  };
};

/** How long the lab keeps the step's call waiting, ms: one that does not wait for the process has to outlast its start. */
export const holdOf = ({ process, step, pauseMs }: Kill, startMs: number): number =>
  takesPart(process, step) ? 1_500 : 1_000 + pauseMs + startMs;

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
