import { proxyLocalActivities } from '@temporalio/workflow';
import type { Keeper } from '../activities/contracts/keeper.ts';
import type { MemberReport } from '../domain/batch.ts';
import type { Purpose } from '../domain/capacity.ts';
import { type Journey, self } from './journey.ts';
import { forget, giveBack, takenOf } from './lease.ts';

type Word<R = MemberReport> = R extends MemberReport ? Omit<R, 'member'> : never;

/**
 * Tells the batch, where there is one, and gives these leases back with the same event. The batch counts on it to let the groups behind
 * go. Only Temporal is asked, so it is asked until it answers.
 */
export const tellBatch = async (j: Journey, word: Word, done: readonly Purpose[] = []): Promise<void> => {
  const batch = j.order.batchId;
  if (batch === undefined) return giveBack(j, done);
  const { tell } = proxyLocalActivities<Keeper>({
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: j.order.policies.pollMs, backoffCoefficient: 1 },
  });
  const purposes = takenOf(j, done);
  const holder = self();
  j.told = { ...word, member: holder };
  await tell({
    batch,
    report: j.told,
    ...(purposes.length > 0 ? { gives: { programme: j.order.programme, holder, purposes } } : {}),
  });
  forget(j, purposes);
};
