import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import { type BatchOrder, type BatchState, isBatchOver, newBatch } from '../domain/batch.ts';
import { reconcile } from '../domain/batch-reports.ts';
import { nextMoment, post } from '../domain/group-post.ts';
import { type Batch, change, viewOf, work } from './batch-context.ts';
import { listen } from './batch-listen.ts';
import type { BatchView } from './batch-messages.ts';
import { send } from './batch-post.ts';
import { dueMembers, startMembers } from './batch-start.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

const hasWork = (b: Batch): boolean => {
  const { letters, state } = post(b.state, b.knows);
  return (
    letters.length > 0 ||
    state.cleared.length !== b.state.cleared.length ||
    state.polls !== b.state.polls ||
    b.turning.length > 0 ||
    b.errands.length > 0 ||
    dueMembers(b).length > 0 ||
    isBatchOver(b.state)
  );
};

const look = async (b: Batch): Promise<void> => {
  const ids = b.state.members.filter(({ status }) => status !== 'refused' && status !== 'ended').map(({ id }) => id);
  const seen = await unlessUnanswered(work(b).look(ids));
  if (seen) change(b, reconcile(b.state, seen));
};

/**
 * One batch: starts its VMs, lets its groups cut over in order, each behind one gate, and turns them round together. The VMs' own
 * migrations outlive it. Runs until all have ended, as a chain of runs.
 */
export async function batch(order: BatchOrder, carried?: BatchState): Promise<BatchView> {
  const b: Batch = { order, state: carried ?? newBatch(order), turning: [], errands: [], knows: Date.now() };
  listen(b);
  change(b, b.state);
  if (carried) await look(b);
  while (!isBatchOver(b.state) && !workflowInfo().continueAsNewSuggested) {
    await startMembers(b);
    await send(b);
    b.knows = Date.now();
    const moment = nextMoment(b.state, b.knows);
    const wait = Math.min(order.reconcileMs, moment === null ? order.reconcileMs : moment - b.knows);
    if (!(await condition(() => hasWork(b), wait, { summary: 'looks at its members' }))) await look(b);
  }
  await condition(allHandlersFinished);
  if (isBatchOver(b.state)) return viewOf(b);
  // Whoever is told to turn round was answered already, and may be told of more while the letters are under way.
  do {
    await send(b);
    // A decision whose author is being verified would end with this run.
    await condition(allHandlersFinished);
  } while (b.turning.length > 0 || b.errands.length > 0);
  return continueAsNew<typeof batch>(order, b.state);
}
