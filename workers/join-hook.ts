import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { JoinHook } from '../activities/contracts/keeper.ts';
import type { GroupHookEnd } from '../domain/group-hook.ts';
import type { groupHook } from '../workflows/group-hook.ts';
import { joinGroupHook } from '../workflows/group-hook-messages.ts';

/** The server itself lets one run of an id begin; one that was ended by a hand, without a word, begins again. */
export const joinHook = async (client: Client, { id, member, order }: JoinHook): Promise<GroupHookEnd | null> => {
  try {
    await client.workflow.signalWithStart<typeof groupHook, [string]>('groupHook', {
      workflowId: id,
      taskQueue: 'orchestrator',
      args: [order],
      signal: joinGroupHook,
      signalArgs: [member],
      workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
      staticSummary: `${order.undo ? 'undo hook' : 'hook'} ${order.hook.name}, once for all`,
    });
    return null;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return client.workflow.getHandle<typeof groupHook>(id).result();
  }
};
