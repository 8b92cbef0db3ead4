import { condition, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { Keeper } from '../activities/contracts/keeper.ts';
import type { Stands } from '../activities/contracts/stands.ts';
import { queueOf } from '../domain/address.ts';
import { type Lease, type LeaseTable, observedGone, orphan, type Served, type Stand } from '../domain/capacity.ts';

type Change = (change: (table: LeaseTable, now: number) => Served) => void;

const { look } = proxyLocalActivities<Keeper>({
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumAttempts: 3 },
});

/** Short: who does not answer now is asked again at the next look. */
const standingAt = (queue: string) =>
  proxyActivities<Stands>({
    taskQueue: queue,
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '1 minute',
    // An agent that does not know the verb will not learn it by being asked again.
    retry: { initialInterval: '5 seconds', nonRetryableErrorTypes: ['NotFoundError'] },
  }).standing;

const unlessUnanswered = async <T>(asked: Promise<T>): Promise<T | null> => asked.catch(() => null);

/** Leases and places in the line whose holder runs no more become orphans. */
const findOrphans = async (table: LeaseTable, change: Change): Promise<void> => {
  const seenAt = Date.now();
  const holders = [...new Set([...table.held, ...table.waiting].map(({ holder }) => holder))];
  const seen = (await unlessUnanswered(look(holders))) ?? [];
  const ended = seen.filter(({ run }) => run !== 'running').map(({ id }) => id);
  if (ended.length > 0) change((now, at) => orphan(now, ended, seenAt, at));
};

interface Standing {
  readonly lease: Lease;
  readonly stand: Stand;
}

/** Which of these still stand, as their host says in one reading; all of them where it cannot be asked. */
const askHost = async (queue: string, asked: readonly Standing[]): Promise<readonly Standing[]> => {
  const at = asked[0]?.stand.at;
  if (!at) return [];
  const leases = asked.map(({ stand: { journey, name } }) => ({ journey, name }));
  const order = { to: at, token: workflowInfo().workflowId, leases };
  const answer = await unlessUnanswered(
    standingAt(queue).executeWithOptions(
      { summary: `what of ${leases.map(({ name }) => name).join(', ')} stands?`.slice(0, 200) },
      [order],
    ),
  );
  return asked.filter(({ stand }) => answer?.standing.includes(stand.journey) ?? true);
};

/** Orphans whose resource is observed gone at every place where it would stand are given back. */
const freeWhatIsGone = async (table: LeaseTable, change: Change): Promise<void> => {
  const orphans = table.held.filter(({ orphanedAt, stands }) => orphanedAt !== undefined && (stands?.length ?? 0) > 0);
  const all = orphans.flatMap((lease) => (lease.stands ?? []).map((stand) => ({ lease, stand })));
  const queues = [...new Set(all.map(({ stand }) => queueOf(stand.at)))];
  const still = await Promise.all(
    queues.map((queue) =>
      askHost(
        queue,
        all.filter(({ stand }) => queueOf(stand.at) === queue),
      ),
    ),
  );
  const kept = new Set(still.flat().map(({ lease }) => lease));
  const gone = orphans.filter((lease) => !kept.has(lease));
  if (gone.length > 0) change((now, at) => observedGone(now, gone, at));
};

/**
 * Looks again and again for holders that have ended without giving back. While nothing is held or waited for, or nobody has said how
 * often, no timer runs and no event is written.
 */
export const reconcileForEver = async (table: () => LeaseTable, change: Change): Promise<never> => {
  const isEmpty = (): boolean => table().held.length + table().waiting.length === 0;
  for (;;) {
    await condition(() => table().reconcileMs !== undefined && !isEmpty());
    const every = table().reconcileMs;
    const changed = await condition(() => table().reconcileMs !== every, every ?? 0, {
      summary: 'look for leases whose holder has ended',
    });
    if (changed || isEmpty()) continue;
    await findOrphans(table(), change);
    await freeWhatIsGone(table(), change);
  }
};
