import type { Fault } from '../../lab/estate/types.ts';
import type { TrialEstate } from '../../tools/estate/estate.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { holdOf, type Kill } from './kill-plan.ts';
import type { LabEvent, LabHand } from './lab-hand.ts';
import { labelOf, nearTo, shows } from './steps.ts';

/** A kill on its way: what is not there yet is null. Times in ms. */
export interface Strike {
  readonly kill: Kill;
  /** Name of the fault that keeps the step's call waiting; null where none is needed. */
  readonly fault: string | null;
  armedAt: number | null;
  /** The moment has come. */
  dueAt: number | null;
  struckAt: number | null;
  readyAt: number | null;
  /** A product answered a poll after the process was back. */
  answeredAt: number | null;
  /** The migration asked for a person before the next kill. */
  parked: string | null;
}

const isHeld = ({ moment }: Kill): boolean => moment === 'inFlight' || moment === 'late';

const strikeOf = (kill: Kill): Strike => ({
  kill,
  fault: isHeld(kill) ? `hold ${labelOf(kill.step)} for ${kill.process}` : null,
  armedAt: null,
  dueAt: null,
  struckAt: null,
  readyAt: null,
  answeredAt: null,
  parked: null,
});

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Starts of a process under the load of this machine; holds are made to outlast the longest of late. */
const FIRST_START_MS = 3_500;

export interface Striker {
  /** Prepares for the steps that may come next. */
  readonly prepare: (view: MigrationView) => Promise<void>;
  /** Looks at the lab's news. */
  readonly hear: (events: readonly LabEvent[]) => void;
  /** Kills what is due, and starts it again; one at a time. */
  readonly strike: () => Promise<void>;
  readonly strikes: readonly Strike[];
  /** Names of the faults that were armed, and of those that fired. */
  readonly armed: ReadonlySet<string>;
  readonly fired: ReadonlySet<string>;
}

export const striker = (
  trial: TrialEstate,
  lab: LabHand,
  kills: readonly Kill[],
  say: (line: string) => void,
): Striker => {
  const strikes = kills.map(strikeOf);
  const armed = new Set<string>();
  const fired = new Set<string>();
  let startMs = FIRST_START_MS;
  let view: MigrationView | null = null;
  let speed: number | null = null;

  const isNear = ({ kill }: Strike, side: 'at' | 'next'): boolean => view !== null && nearTo(view)[side] === kill.step;

  const faultOf = ({ kill, fault }: Strike): Fault | null =>
    fault && kill.step.hold
      ? {
          id: fault,
          kind: 'slow',
          point: kill.step.hold,
          times: 1,
          detail: { ms: Math.round(holdOf(kill, startMs) * (speed ?? 1)) },
        }
      : null;

  const arm = async (strike: Strike): Promise<void> => {
    const fault = faultOf(strike);
    if (fault) {
      await lab.arm(fault);
      armed.add(fault.id);
    }
    strike.armedAt = Date.now();
  };

  const isDue = (strike: Strike, event: LabEvent): boolean => {
    const { kill, fault, armedAt } = strike;
    if (isHeld(kill)) return event.kind === 'fault.fired' && event.fault === fault;
    return kill.moment === 'afterEffect' && armedAt !== null && shows(kill.step, event);
  };

  const restart = async (strike: Strike): Promise<void> => {
    const { process, pauseMs } = strike.kill;
    await trial.kill(process);
    await pause(pauseMs);
    const began = Date.now();
    await trial.start(process);
    strike.readyAt = Date.now();
    startMs = Math.max(startMs * 0.9, strike.readyAt - began);
    say(`    ${process} is back after ${((strike.readyAt - (strike.struckAt ?? 0)) / 1000).toFixed(1)} s`);
  };

  return {
    strikes,
    armed,
    fired,
    prepare: async (now) => {
      view = now;
      const waiting = strikes.filter((strike) => strike.armedAt === null);
      for (const strike of waiting) if (isNear(strike, 'next') || isNear(strike, 'at')) await arm(strike);
      for (const strike of strikes)
        if (strike.kill.moment === 'seen' && strike.armedAt !== null && isNear(strike, 'at'))
          strike.dueAt ??= Date.now();
    },
    hear: (events) => {
      for (const event of events) {
        if (event.kind === 'lab.started') speed = Number(event.speed);
        if (event.kind === 'fault.fired') fired.add(String(event.fault));
        for (const strike of strikes) if (isDue(strike, event)) strike.dueAt ??= Date.now();
      }
    },
    strike: async () => {
      const strike = strikes.find((each) => each.dueAt !== null && each.struckAt === null && isNear(each, 'at'));
      if (!strike) return;
      await pause(strike.kill.delayMs);
      strike.struckAt = Date.now();
      say(`  ✗ kill -9 ${strike.kill.process} in ${labelOf(strike.kill.step)}, ${strike.kill.moment}`);
      await restart(strike);
    },
  };
};
