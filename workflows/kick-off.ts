import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, setCurrentDetails, startChild } from '@temporalio/workflow';
import type { BatchOrder } from '../domain/batch.ts';
import { whyTooLate, windowsPast } from '../domain/kick-off.ts';
import type { batch } from './batch.ts';
import type { KickedOff } from './kick-off-messages.ts';
import { batchStart } from './start-order.ts';

const start = async (order: BatchOrder): Promise<KickedOff> => {
  const options = batchStart(order);
  const id = options.workflowId;
  const late = whyTooLate(order, Date.now());
  if (late) {
    const fix = `Nothing was started. Plan a new window and schedule ${order.name} again, or start it by hand.`;
    return { batch: id, outcome: 'tooLate', said: `${late} ${fix}` };
  }
  try {
    await startChild<typeof batch>('batch', {
      ...options,
      args: [order],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return { batch: id, outcome: 'found', said: `${id} runs or has run: it was found, and not started again.` };
  }
  const past = windowsPast(order, Date.now()).map(({ text }) => text);
  const but =
    past.length > 0 ? ` Past its latest abort: ${past.join(', ')}; the hops that need it wait for a new one.` : '';
  return { batch: id, outcome: 'started', said: `${id} was started with ${order.members.length} VMs.${but}` };
};

/**
 * What a schedule starts, under an id of its own each time: gives the batch its one id, so that it never runs twice, and reads its windows
 * again, for a server or an orchestrator may have been away. The batch outlives it.
 */
export async function kickOff(order: BatchOrder): Promise<KickedOff> {
  const done = await start(order);
  setCurrentDetails(done.said);
  return done;
}
