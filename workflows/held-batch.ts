import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  setCurrentDetails,
  setHandler,
} from '@temporalio/workflow';
import type { BatchOrder } from '../domain/batch.ts';
import { counted } from '../domain/counted.ts';
import { isBatchOrder } from '../domain/edit-shapes.ts';
import type { BatchReport } from '../domain/programme-progress.ts';
import { isId } from '../domain/said.ts';
import { refuse } from './door.ts';
import { beginBatch, heldOrder, replaceOrder } from './held-batch-messages.ts';
import type { KickedOff } from './kick-off-messages.ts';
import { batchReport } from './programme-messages.ts';
import { startOnce } from './start-once.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

/** What the programme is told; one that runs no more looks at the batch itself when it is started again. */
const report = async (to: string, said: BatchReport): Promise<void> => {
  await unlessUnanswered(getExternalWorkflowHandle(to).signal(batchReport, said));
};

/**
 * The order of one batch, handed in when its programme starts and kept by Temporal itself, so that neither the programme's own state nor
 * a folder has to carry 300 VMs. Waits without an event until it is told to begin, gives the batch its one id, and tells the programme
 * how that went and when the batch is over. The batch outlives it.
 */
export async function heldBatch(handed: BatchOrder): Promise<KickedOff> {
  let order = handed;
  let told: { readonly to: string } | null = null;
  const text = (): string => `${order.name}: ${counted(order.members.length, 'VM')}, waits for its turn.`;
  setHandler(heldOrder, () => ({ order, begun: told !== null }));
  setHandler(beginBatch, (asked) => {
    if (isId(asked?.to)) told = asked;
  });
  setHandler(
    replaceOrder,
    (next) => {
      order = next;
      setCurrentDetails(text());
    },
    {
      validator: (next) => {
        if (told !== null) refuse(`${order.name} was told to begin.`);
        if (next?.name !== order.name || next.programme !== order.programme)
          refuse('That is the order of another batch.');
        if (!isBatchOrder(next)) refuse('That is no whole order of a batch.');
      },
    },
  );
  for (;;) {
    setCurrentDetails(text());
    await condition(() => told !== null);
    const { to } = told ?? { to: '' };
    const { done, child } = await startOnce(order);
    setCurrentDetails(done.said);
    await report(to, { batch: order.name, told: done.outcome, said: done.said });
    if (done.outcome === 'tooLate') {
      told = null;
      continue;
    }
    if (child) {
      const end = await child.result().then(
        () => 'over' as const,
        (error: unknown) => {
          if (isCancellation(error)) throw error;
          return 'gone' as const;
        },
      );
      await report(to, { batch: order.name, told: end, said: done.said });
    }
    await condition(allHandlersFinished);
    return done;
  }
}
