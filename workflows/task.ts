import { type ApplicationFailure, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import type { PersonBody } from '../domain/hook.ts';
import { fillSentence } from '../domain/hook-values.ts';
import { type OpenTask, refuseDone, type TaskAnswer } from '../domain/task.ts';
import { through } from './door.ts';
import { failureOf } from './failure.ts';
import type { HookRunning } from './hook-body.ts';

/** Says that the step of a person was done, or could not be. Refused without history when nothing of that name waits. */
export const done = defineUpdate<TaskAnswer, [TaskAnswer]>('done');
/** The same with plain JSON. */
export const doneSignal = defineSignal<[TaskAnswer]>('done');

/** The step that waits for a person, and what was said. */
export interface TaskState {
  task: OpenTask | null;
  answer: TaskAnswer | null;
}

export const listenForDone = (state: TaskState, refused: (asked: unknown, why: string) => void): void => {
  const answered = through<TaskAnswer, TaskAnswer>({
    judge: (asked) => refuseDone(state.task, state.answer !== null, asked),
    take: (asked) => {
      state.answer = asked;
      return asked;
    },
    recordRefusal: refused,
  });
  setHandler(done, answered.update, { validator: answered.validate, description: 'A step of a person was done' });
  setHandler(doneSignal, answered.signal);
};

const MOST = 120;
export const taskWords = ({ text, role }: Pick<OpenTask, 'text' | 'role'>): string => {
  const words = `a person (${role}): ${text}`;
  return words.length <= MOST ? words : `${words.slice(0, MOST)} …`;
};

export const openTask = (
  body: PersonBody,
  r: Pick<HookRunning, 'name' | 'values'>,
  hop: number,
  run: string | null,
): OpenTask => ({
  hook: r.name,
  hop,
  text: fillSentence(body.text, r.values),
  role: body.role,
  since: Date.now(),
  dueAt: body.dueMs === undefined ? null : Date.now() + body.dueMs,
  run,
});

const notDone = (r: HookRunning, why: string): ApplicationFailure =>
  failureOf({
    class: 'Refused',
    message: `${r.name} was not done: ${why}`,
    changed: 'unknown: it is done by hand',
    fix: 'Do it and retry, which asks again; skip goes on without it.',
  });

/** How the one who runs the hook waits and shows it. `holds` false: the time was up. */
export interface Waits {
  readonly until: (holds: () => boolean, timeoutMs?: number, summary?: string) => Promise<boolean>;
  readonly shows: (words: string | null) => void;
}

/** Waits for a person, for weeks if need be; overdue is shown, a time-out of the plan fails the hook. */
export const awaitDone = async (state: TaskState, task: OpenTask, r: HookRunning, waits: Waits): Promise<string> => {
  const answered = (): boolean => state.answer !== null;
  const endsAt = r.timeoutMs === null ? null : Date.now() + r.timeoutMs;
  const left = (at: number): number => Math.max(1, at - Date.now());
  state.task = task;
  state.answer = null;
  waits.shows(taskWords(task));
  try {
    let held = false;
    if (task.dueAt !== null && (endsAt === null || task.dueAt < endsAt)) {
      held = await waits.until(answered, left(task.dueAt), `${task.hook} is due`);
      if (!held) waits.shows(`overdue, ${taskWords(task)}`);
    }
    held ||= await (endsAt === null ? waits.until(answered) : waits.until(answered, left(endsAt), `${task.hook} ends`));
    const answer = state.answer as TaskAnswer | null;
    if (!held || !answer) throw notDone(r, 'nobody answered in its time.');
    const words = `${answer.by}${answer.comment ? `: ${answer.comment}` : ''}`;
    if (answer.failed) throw notDone(r, words);
    return words;
  } finally {
    state.task = null;
    state.answer = null;
    waits.shows(null);
  }
};
