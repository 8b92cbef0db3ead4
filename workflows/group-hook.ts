import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { GroupHookEnd, GroupHookOrder } from '../domain/group-hook.ts';
import type { FoundRecords } from '../domain/hook.ts';
import { isId } from '../domain/said.ts';
import { groupHookEnded, joinGroupHook } from './group-hook-messages.ts';
import { doBody, type HookRunning, undoBody } from './hook-body.ts';
import { mishapOf } from './step.ts';
import { awaitDone, listenForDone, openTask, type TaskState } from './task.ts';

const act = ({ hook, undo }: GroupHookOrder, r: HookRunning): Promise<string | null> =>
  undo ? undoBody(hook, r, undo.found) : doBody(hook.body, r);

/**
 * A hook of a group or a batch: run by whoever of its members comes first, its end told to all who come. A failure is an end too: who
 * tries again starts the next run under the same token.
 */
export async function groupHook(order: GroupHookOrder): Promise<GroupHookEnd> {
  const { workflowId: id } = workflowInfo();
  const waiting = new Set<string>();
  const state: TaskState = { task: null, answer: null };
  setHandler(joinGroupHook, (member) => {
    if (isId(member)) waiting.add(member);
  });
  listenForDone(state, () => undefined);

  let found: FoundRecords | null = null;
  const r: HookRunning = {
    name: order.hook.name,
    token: order.token,
    vm: { name: String(order.values.group ?? order.values.batch ?? '') },
    values: order.values,
    policies: order.policies,
    timeoutMs: order.hook.timeoutMs,
    found: null,
    remember: (seen) => {
      found = seen;
    },
    foundBy: () => undefined,
    ask: (body) =>
      awaitDone(state, openTask(body, { name: order.hook.name, values: order.values }, order.hop, id), r, {
        until: (holds, timeoutMs, summary) =>
          timeoutMs === undefined
            ? condition(holds).then(() => true)
            : condition(holds, timeoutMs, { summary: summary ?? 'waits' }),
        shows: () => undefined,
      }),
  };
  let end: GroupHookEnd;
  try {
    const note = await act(order, r);
    end = { id, mishap: null, found, note };
  } catch (error) {
    const mishap = mishapOf(error);
    if (!mishap) throw error;
    end = { id, mishap, found, note: null };
  }
  // Who joins while others are told is told too.
  for (const member of waiting) {
    await getExternalWorkflowHandle(member)
      .signal(groupHookEnded, end)
      .catch(() => undefined);
  }
  await condition(allHandlersFinished);
  return end;
}
