import { type BatchOrder, type BatchState, ended, newBatch } from '../domain/batch.ts';
import { hear, takenUp } from '../domain/batch-reports.ts';
import { stop } from '../domain/batch-stop.ts';
import { ENDS, type Phase } from '../domain/phase.ts';
import type { JourneyOrder, Plan } from '../domain/plan.ts';
import { batchId } from '../workflows/batch-messages.ts';
import type { Known } from './recover-known.ts';

export const batchIdOf = ({ programme, batch }: JourneyOrder): string => batchId(programme, batch);

/** Batches that were under way when Temporal was lost: a member of theirs was. */
export const batchesOf = (known: readonly Known[]): readonly string[] => [
  ...new Set(
    known.flatMap(({ checkpoint, order }) => (checkpoint?.order.batchId === batchIdOf(order) ? [order.batch] : [])),
  ),
];

/** The batch as its members tell of it; those that never began wait until a person lets it go on. */
export const stoppedBatch = (
  plan: Plan,
  name: string,
  known: readonly Known[],
): { readonly order: BatchOrder; readonly state: BatchState } => {
  const of = known.filter(({ order }) => order.batch === name);
  const orderOf = ({ order, checkpoint }: Known): JourneyOrder => ({
    ...order,
    batchId: batchIdOf(order),
    ...(checkpoint ? { hops: checkpoint.orders, group: checkpoint.group } : {}),
  });
  const members = of.map((one) => ({ id: one.id, order: orderOf(one) }));
  const groups = [...new Set([...(plan.batches[name]?.groups ?? []), ...members.map(({ order }) => order.group)])];
  const { programme, policies } = plan;
  const order = { programme, name, groups, members, reconcileMs: policies.reconcileMs };
  const begun = of.reduce((state, { id, from, checkpoint, record }): BatchState => {
    if (from === 'checkpoint' || from === 'products' || from === 'running') {
      const up = takenUp(state, id, {
        batch: batchId(programme, name),
        told: checkpoint?.told ?? null,
        openedAt: null,
      });
      // It does not ask for its room again: those behind it would wait for word of it.
      return checkpoint?.room ? hear(up, { member: id, told: 'hasRoom' }) : up;
    }
    const end = ENDS.find((phase: Phase) => phase === record?.end) ?? null;
    return end === null ? state : ended(state, id, end);
  }, newBatch(order));
  return {
    order,
    state: stop(
      begun,
      { by: 'recover', why: 'Temporal was lost; look at its VMs, then resume the batch.' },
      Date.now(),
    ),
  };
};
