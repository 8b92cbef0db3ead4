import { pollersOf } from '../workers/pollers.ts';
import { capacityId, line } from '../workflows/capacity-messages.ts';
import { type Pending, pendingOf } from './pending.ts';
import type { Reached } from './temporal.ts';

const LINE_MS = 3_000;

/** Its place and reason in the lines for what is scarce; none where the lease table does not answer at once. */
const placesOf = async (reached: Reached, programme: string, holder: string): Promise<readonly string[]> => {
  const table = reached.client.workflow.getHandle(capacityId(programme));
  const waiting = await reached.ask(() => table.query(line), LINE_MS).catch(() => []);
  return waiting.filter((one) => one.holder === holder).map(({ why }) => why);
};

/** What is known of a migration beside its own view: what its steps last said, whether agents serve them, its places in line. */
export const aroundOf = async (
  reached: Reached,
  { workflowId, programme }: { readonly workflowId: string; readonly programme: string },
): Promise<{
  readonly pending: readonly Pending[];
  readonly unserved: readonly string[];
  readonly line: readonly string[];
}> => {
  const [pending, places] = await Promise.all([
    pendingOf(reached.client, workflowId),
    placesOf(reached, programme, workflowId),
  ]);
  const waitsAt = [...new Set(pending.flatMap(({ queue, inHand }) => (queue && !inHand ? [queue] : [])))];
  const polled = await Promise.all(waitsAt.map((queue) => pollersOf(reached.connection, reached.namespace, queue)));
  return { pending, unserved: waitsAt.filter((_, index) => polled[index]?.length === 0), line: places };
};
