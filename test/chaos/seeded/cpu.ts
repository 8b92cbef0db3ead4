import { readFileSync } from 'node:fs';
import { PROCESSES, type TrialEstate } from '../../../tools/estate/estate.ts';

/** Ticks of the clock `/proc` counts by. */
const TICKS = 100;

/** CPU seconds of a process and of the children it has waited for; null where the system does not tell. */
const secondsOf = (pid: number): number | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS;
  } catch {
    return null;
  }
};

/** CPU seconds by process, each since its last start; shells are the agents' own. */
export const cpuOf = (trial: TrialEstate): Readonly<Record<string, number>> =>
  Object.fromEntries(
    PROCESSES.flatMap((name) => {
      const seconds = secondsOf(trial.pidOf(name));
      return seconds === null ? [] : [[name, seconds]];
    }),
  );
