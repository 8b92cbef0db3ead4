import { proxyLocalActivities } from '@temporalio/workflow';
import type { Keeper } from '../activities/contracts/keeper.ts';
import type { MemberReport } from '../domain/batch-reports.ts';
import type { Purpose } from '../domain/capacity.ts';
import { checkpointOf, keepCheckpoint } from './checkpoint.ts';
import { type Journey, self } from './journey.ts';
import { forget, giveBack, takenOf } from './lease.ts';

type Word<R = MemberReport> = R extends MemberReport ? Omit<R, 'member'> : never;

const teller = ({ order }: Journey) =>
  proxyLocalActivities<Keeper>({
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: order.policies.pollMs, backoffCoefficient: 1 },
  });

/** Tells the batch that what it asked for is not done; where the member stands is not changed by that. */
export const tellRefusal = async (j: Journey, verb: string, why: string): Promise<void> => {
  const batch = j.order.batchId;
  if (batch === undefined) return;
  await teller(j).tell({ batch, report: { member: self(), told: 'refused', verb, why, at: Date.now() } });
};

/** A VM on its own keeps at the same points what it would have told. */
const tellNobody = async (j: Journey, { told }: Word, done: readonly Purpose[]): Promise<void> => {
  if (takenOf(j, done).length > 0) return giveBack(j, done);
  if (told === 'landed' || told === 'wentBack' || told === 'held') await keepCheckpoint(j);
};

/**
 * Tells the batch, where there is one, and gives these leases back with the same event. The batch counts on it to let the groups behind
 * go. Only Temporal is asked, so it is asked until it answers.
 */
export const tellBatch = async (j: Journey, word: Word, done: readonly Purpose[] = []): Promise<void> => {
  const batch = j.order.batchId;
  if (batch === undefined) return tellNobody(j, word, done);
  const { tell } = teller(j);
  const purposes = takenOf(j, done);
  const holder = self();
  j.told = { ...word, member: holder };
  await tell({
    batch,
    report: j.told,
    ...checkpointOf(j, { leavesRoom: purposes.includes('staging') }),
    ...(purposes.length > 0 ? { gives: { programme: j.order.programme, holder, purposes } } : {}),
  });
  forget(j, purposes);
};
