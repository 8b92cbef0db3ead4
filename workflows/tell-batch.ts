import { proxyLocalActivities } from '@temporalio/workflow';
import type { Keeper } from '../activities/contracts/keeper.ts';
import type { MemberReport } from '../domain/batch.ts';
import { type Journey, self } from './journey.ts';

type Word<R = MemberReport> = R extends MemberReport ? Omit<R, 'member'> : never;

/** Tells the batch, where there is one; it counts on it to let the groups behind go. Only Temporal is asked, so it is asked until it answers. */
export const tellBatch = async (j: Journey, word: Word): Promise<void> => {
  const batch = j.order.batchId;
  if (batch === undefined) return;
  const { tell } = proxyLocalActivities<Keeper>({
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: j.order.policies.pollMs, backoffCoefficient: 1 },
  });
  await tell({ batch, report: { ...word, member: self() } });
};
