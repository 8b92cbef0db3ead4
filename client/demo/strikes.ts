import type { ProcessName, TrialEstate } from '../../tools/estate/estate.ts';
import type { MigrationView } from '../../workflows/messages.ts';

/** A power cut: which process, and when it comes. */
interface Strike {
  readonly process: ProcessName;
  readonly when: string;
  readonly isTime: (views: readonly MigrationView[]) => boolean;
}

/** Steps of hop 1 in which the Hyper-V host has work in hand and the VM is down. */
const AT_THE_HOST = ['reshape', 'power on', 'readdress', 'connect'];

const STRIKES: readonly Strike[] = [
  {
    process: 'agent-staging',
    when: 'in mid cut-over',
    isTime: (views) =>
      views.some(
        ({ hop, phase, step }) => hop === 1 && phase === 'CuttingOver' && step !== null && AT_THE_HOST.includes(step),
      ),
  },
  {
    process: 'temporal',
    when: 'while Azure switches a VM over',
    isTime: (views) =>
      views.some(({ hop, phase, step }) => hop === 2 && phase === 'CuttingOver' && step === 'cut over'),
  },
];

/** How long a process is away. */
const AWAY_MS = 1_000;

export interface Strikes {
  /** Kills what is due, and starts it again. */
  readonly watch: (views: readonly MigrationView[]) => Promise<void>;
  /** Those that have not come. */
  readonly left: () => readonly string[];
}

/** A person has enough to do. */
export const noStrikes: Strikes = { watch: async () => undefined, left: () => [] };

/** `kill -9`, each once, at a moment that hurts. */
export const strikesOn = (trial: TrialEstate, say: (line: string) => void): Strikes => {
  const left = [...STRIKES];
  return {
    left: () => left.map(({ process, when }) => `${process} ${when}`),
    watch: async (views) => {
      const due = left.find(({ isTime }) => isTime(views));
      if (!due) return;
      left.splice(left.indexOf(due), 1);
      say(`⚡ kill -9 of ${due.process}, pid ${trial.pidOf(due.process)}, ${due.when}`);
      const began = Date.now();
      await trial.kill(due.process);
      await new Promise((on) => setTimeout(on, AWAY_MS));
      await trial.start(due.process);
      say(
        `⚡ ${due.process} is back after ${((Date.now() - began) / 1_000).toFixed(1)} s, pid ${trial.pidOf(due.process)}`,
      );
    },
  };
};
