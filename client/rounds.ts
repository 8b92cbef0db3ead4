import type { BatchOrder } from '../domain/batch.ts';
import { type HopRecord, newHopRecord } from '../domain/hop-record.ts';
import type { JourneyOrder } from '../domain/plan.ts';
import { each } from '../workers/each.ts';
import { readRecord } from '../workers/records.ts';
import { recordsFolder } from './home.ts';

/**
 * Where an earlier life of the journey came to an end its tokens are used up: what it left in the products, and took back, is not this
 * life's. Its hops begin with the round after.
 */
export const withRounds = async (order: JourneyOrder, records = recordsFolder()): Promise<JourneyOrder> => {
  const record = await readRecord(records, order.programme, order.source.id);
  if (!record || record.end === 'Decommissioned') return order;
  const { hops = [] } = (record.view ?? {}) as { readonly hops?: readonly HopRecord[] };
  const rounds = order.hops.map(({ n }) => (hops.find((hop) => hop.n === n) ?? newHopRecord(n)).round + 1);
  return { ...order, rounds };
};

/** The same for every member of a batch. */
export const withRoundsOf = async (order: BatchOrder, records = recordsFolder()): Promise<BatchOrder> => ({
  ...order,
  members: await each(order.members, async (member) => ({ ...member, order: await withRounds(member.order, records) })),
});
