import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ChildWorkflowCancellationType,
  type ChildWorkflowHandle,
  ParentClosePolicy,
  startChild,
} from '@temporalio/workflow';
import type { BatchOrder } from '../domain/batch.ts';
import { whyTooLate, windowsPast } from '../domain/kick-off.ts';
import type { batch } from './batch.ts';
import type { KickedOff } from './kick-off-messages.ts';
import { batchStart } from './start-order.ts';

/** What was done, and the batch where it was started here: it outlives whoever started it. */
export interface StartedOnce {
  readonly done: KickedOff;
  readonly child: ChildWorkflowHandle<typeof batch> | null;
}

/** Gives a batch its one id, unless it has had it before or no window of it can be used any more. */
export const startOnce = async (order: BatchOrder): Promise<StartedOnce> => {
  const options = batchStart(order);
  const id = options.workflowId;
  const late = whyTooLate(order, Date.now());
  if (late) {
    const fix = `Nothing was started. Plan a new window and schedule ${order.name} again, or start it by hand.`;
    return { done: { batch: id, outcome: 'tooLate', said: `${late} ${fix}` }, child: null };
  }
  let child: ChildWorkflowHandle<typeof batch>;
  try {
    child = await startChild<typeof batch>('batch', {
      ...options,
      args: [order],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.ABANDON,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const said = `${id} runs or has run: it was found, and not started again.`;
    return { done: { batch: id, outcome: 'found', said }, child: null };
  }
  const past = windowsPast(order, Date.now()).map(({ text }) => text);
  const but =
    past.length > 0 ? ` Past its latest abort: ${past.join(', ')}; the hops that need it wait for a new one.` : '';
  const said = `${id} was started with ${order.members.length} VMs.${but}`;
  return { done: { batch: id, outcome: 'started', said }, child };
};
