import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { type GroupHookEnd, groupHookId } from '../domain/group-hook.ts';
import type { Hook, HookRun } from '../domain/hook.ts';
import { failureOf } from './failure.ts';
import { tokenFor, valuesOf } from './hook-order.ts';
import type { Hop } from './hop-context.ts';
import { type Journey, self, show } from './journey.ts';
import { until } from './step.ts';
import { doneSignal, openTask, taskWords } from './task.ts';
import { keeper } from './verbs.ts';

/** The run may be ended by a hand without a word: it is asked for again now and then. */
const ASK_AGAIN_MS = 6 * 3_600_000;

/** Passes on what a person says here to the run that waits for it. */
const passOn = async (j: Journey, id: string): Promise<void> => {
  const { answer } = j.hooks;
  if (!answer) return;
  j.hooks.answer = null;
  await getExternalWorkflowHandle(id)
    .signal(doneSignal, answer)
    .catch(() => undefined);
};

const awaitEnd = async (h: Hop, id: string): Promise<void> => {
  const { hooks } = h.j;
  const over = (): boolean => hooks.ended.has(id);
  const heard = (): boolean => over() || hooks.answer !== null;
  while (await until(h.j, heard, ASK_AGAIN_MS, 'the hook runs once for many')) {
    if (over()) return;
    await passOn(h.j, id);
  }
};

/** Runs once for all: whoever comes first starts it, everybody waits for its end. */
export const together = async (h: Hop, hook: Hook, run: HookRun, act: 'hook' | 'undo'): Promise<string | null> => {
  const { j } = h;
  const token = tokenFor(h, hook, act);
  const id = groupHookId({
    programme: j.order.programme,
    batch: j.order.batch,
    group: hook.scope === 'group' ? j.group : null,
    hook: hook.name,
    act,
    hop: h.n,
    round: h.record.round,
    tries: run.tries,
  });
  const values = valuesOf(h, hook, token);
  const order = { hook, token, hop: h.n, values, policies: j.order.policies };
  const body = act === 'undo' ? hook.undo : hook.body;
  try {
    while (!j.hooks.ended.has(id)) {
      const end = await keeper(j.order.policies).joinHook.executeWithOptions({ summary: `hook ${hook.name} for all` }, [
        { id, member: self(), order: act === 'undo' ? { ...order, undo: { found: run.found } } : order },
      ]);
      if (end) j.hooks.ended.set(id, end);
      else {
        if (body?.kind === 'person') j.hooks.task ??= openTask(body, { name: hook.name, values }, h.n, id);
        show(j, { waitingFor: j.hooks.task ? taskWords(j.hooks.task) : `${hook.name}, which runs once for all` });
        await awaitEnd(h, id);
      }
    }
  } finally {
    if (j.hooks.task?.run === id) j.hooks.task = null;
    show(j, { waitingFor: null });
  }
  const end = j.hooks.ended.get(id) as GroupHookEnd;
  run.found = end.found ?? run.found;
  if (!end.mishap) return end.note;
  run.tries += 1;
  throw failureOf(end.mishap);
};
