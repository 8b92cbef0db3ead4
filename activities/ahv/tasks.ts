import { notFinished } from '../contracts/mishap.ts';
import { note } from '../http/attempt.ts';
import { numberAt, textAt } from '../http/reading.ts';
import { type Doing, errorsOfTask, failureOfTask, type PrismError } from './failures.ts';
import type { Prism } from './prism.ts';

/** CANCELED and SUSPENDED are ends: nothing brings such a task back by itself. A word we do not know is still work. O E.6 */
const ENDS = ['SUCCEEDED', 'FAILED', 'CANCELED', 'SUSPENDED'];

export interface TaskState {
  readonly status: string;
  readonly ended: boolean;
  readonly percent: number | null;
  readonly errors: readonly PrismError[];
}

export interface Tasks {
  /** Null when Prism has forgotten the task. */
  read(id: string): Promise<TaskState | null>;
  /**
   * Returns when the task succeeded or is forgotten; throws what its bad end means, or `NotFinished` while it works, with
   * the task's id in the progress, so that the next try asks for the same task.
   */
  succeeded(id: string, action: string, where: Doing): Promise<void>;
}

/** Between looks: a short task costs an outage no more than it lasts. */
const PAUSES_MS = [250, 750, 1_500, 2_000];

export const tasksOf = (prism: Prism, pause: (ms: number) => Promise<void>): Tasks => {
  const read: Tasks['read'] = async (id) => {
    const found = await prism.find({ namespace: 'prism', rest: `/config/tasks/${encodeURIComponent(id)}` });
    if (!found) return null;
    const status = textAt(found.data, 'status') ?? 'UNKNOWN';
    return {
      status,
      ended: ENDS.includes(status),
      percent: numberAt(found.data, 'progressPercentage'),
      errors: errorsOfTask(found.data),
    };
  };

  const look = async (id: string): Promise<TaskState | null> => {
    let state = await read(id);
    for (const ms of PAUSES_MS) {
      if (!state || state.ended) return state;
      await pause(ms);
      state = await read(id);
    }
    return state;
  };

  return {
    read,
    succeeded: async (id, action, where) => {
      const state = await look(id);
      if (!state || state.status === 'SUCCEEDED') return;
      if (state.ended) throw failureOfTask(where, action, state);
      notFinished(
        `Prism works on “${action}”: ${state.percent ?? 0} % (${state.status})`,
        note({ action, task: id, percent: state.percent ?? 0 }),
      );
    },
  };
};
