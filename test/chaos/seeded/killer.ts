import type { TrialEstate } from '../../../tools/estate/estate.ts';
import type { LabEvent } from '../lab-hand.ts';
import type { PlannedKill } from './plan.ts';

/** A kill on its way. Times in ms; null for what has not happened. */
export interface Killed {
  readonly kill: PlannedKill;
  seen: number;
  /** The verb whose call brought it about. */
  verb: string | null;
  dueAt: number | null;
  struckAt: number | null;
  readyAt: number | null;
}

export interface Killer {
  readonly killed: readonly Killed[];
  readonly hear: (event: LabEvent) => void;
  /** Takes one that is due. Nobody is killed while another one is being started. */
  readonly strike: () => Promise<void>;
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export const killer = (trial: TrialEstate, kills: readonly PlannedKill[], say: (line: string) => void): Killer => {
  const killed = kills.map(
    (kill): Killed => ({
      kill,
      seen: 0,
      verb: null,
      dueAt: null,
      struckAt: null,
      readyAt: null,
    }),
  );
  return {
    killed,
    hear: (event) => {
      if (event.kind !== 'call') return;
      const verb = `${event.product} ${event.verb}`;
      for (const one of killed) {
        if (one.kill.verb !== null && one.kill.verb !== verb) continue;
        one.seen += 1;
        if (one.seen !== one.kill.nth) continue;
        one.dueAt = Date.now();
        one.verb = verb;
      }
    },
    strike: async () => {
      const one = killed.find(({ dueAt, struckAt }) => dueAt !== null && struckAt === null);
      if (!one) return;
      const { process, delayMs, pauseMs } = one.kill;
      await pause(delayMs);
      one.struckAt = Date.now();
      await trial.kill(process);
      await pause(pauseMs);
      await trial.start(process);
      one.readyAt = Date.now();
      say(`  ✗ kill -9 ${process} after ${one.verb}; back after ${((one.readyAt - one.struckAt) / 1000).toFixed(1)} s`);
    },
  };
};
