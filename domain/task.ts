/** A step of a person: something that is done by hand, and said to be done. */

import { isSayable } from './said.ts';
import { typed } from './typed.ts';

export interface OpenTask {
  readonly hook: string;
  readonly hop: number;
  readonly text: string;
  readonly role: string;
  readonly since: number;
  /** When it is overdue, ms; null: never. */
  readonly dueAt: number | null;
  /** Workflow id of the hook that runs once for many; null for a VM's own. */
  readonly run: string | null;
}

/** `failed`: it could not be done; the comment says why. */
export interface TaskAnswer {
  readonly hook: string;
  readonly by: string;
  readonly comment?: string;
  readonly failed?: boolean;
}

/** Why an answer is refused, or null. A signal may be anything that a person typed. */
export const refuseDone = (task: OpenTask | null, answered: boolean, asked: unknown): string | null => {
  const { hook, by, failed, comment } = (asked ?? {}) as Record<string, unknown>;
  if (typeof hook !== 'string' || typeof by !== 'string' || by === '' || !isSayable(comment) || !isSayable(by))
    return 'An answer is {"hook": its name, "by": your name}; with "failed": true it needs a "comment".';
  if (!task) return 'No step waits for a person.';
  if (hook !== task.hook) return `What waits is ${task.hook}, not ${typed(hook)}.`;
  if (answered) return `${task.hook} was answered already.`;
  if (failed === true && (typeof comment !== 'string' || comment === ''))
    return 'Say in the comment why it could not be done.';
  return null;
};
