import { type LeaseTable, needs } from '../../domain/capacity.ts';
import type { BatchView } from '../../workflows/batch-messages.ts';
import { capacityId, leases } from '../../workflows/capacity-messages.ts';
import { aroundOf } from '../around.ts';
import { batchHandle, viewBatch } from '../batches.ts';
import type { Reached } from '../temporal.ts';
import { behindOf, type House } from './behind.ts';
import type { Seat, Surroundings } from './known.ts';

const ANSWER_MS = 3_000;

/** The leases of a programme; null where its table does not answer at once. */
export const leasesOf = (reached: Reached, programme: string): Promise<LeaseTable | null> =>
  reached
    .ask(() => reached.client.workflow.getHandle(capacityId(programme)).query(leases), ANSWER_MS)
    .catch(() => null);

/** A batch as it stands; null where none runs of that name, or it does not answer at once. */
export const batchOf = (reached: Reached, programme: string, batch: string): Promise<BatchView | null> =>
  reached.ask(() => viewBatch(batchHandle(reached.client, programme, batch)), ANSWER_MS).catch(() => null);

const seatsOf = (table: LeaseTable | null, holder: string): readonly Seat[] => {
  const wanted = new Set(
    (table?.waiting ?? []).filter((one) => one.holder === holder).flatMap(({ amounts }) => needs(amounts)),
  );
  return (table?.held ?? [])
    .filter((one) => one.holder !== holder && needs(one.amounts).some((resource) => wanted.has(resource)))
    .map(({ name, holder: id, grantedAt, orphanedAt }) => ({
      name: name ?? id,
      since: grantedAt,
      orphaned: orphanedAt !== undefined,
    }));
};

interface Place {
  readonly workflowId: string;
  readonly programme: string;
  readonly batch: string;
}

/** The lease table and the batch around a migration. */
const houseOf = async (reached: Reached, { programme, batch }: Omit<Place, 'workflowId'>): Promise<House> => {
  const [table, view] = await Promise.all([leasesOf(reached, programme), batchOf(reached, programme, batch)]);
  return { table, batch: view };
};

/** All that explains why a migration waits, beside its own view. What does not answer at once is left out. */
export const surroundingsOf = async (reached: Reached, place: Place): Promise<Surroundings> => {
  const [around, house] = await Promise.all([aroundOf(reached, place), houseOf(reached, place)]);
  const { workflowId } = place;
  const asked = house.table?.waiting.filter(({ holder }) => holder === workflowId).map(({ askedAt }) => askedAt) ?? [];
  return {
    ...around,
    seats: seatsOf(house.table, workflowId),
    askedAt: asked.length === 0 ? null : Math.min(...asked),
    batch: house.batch,
    behind: behindOf([workflowId], house),
  };
};
