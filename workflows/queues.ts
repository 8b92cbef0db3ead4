import { queueOf } from '../domain/address.ts';
import { queuesOfHooks } from '../domain/hook.ts';
import type { HopOrder, JourneyOrder } from '../domain/plan.ts';
import { failureOf } from './failure.ts';
import { guestAddress, keeper } from './verbs.ts';

const queuesOf = (hop: HopOrder): string[] =>
  [hop.from, hop.mover, hop.to, guestAddress(hop.guests.source), guestAddress(hop.guests.target)].map(queueOf);

/** Every queue that these hops and their rollback need has a worker; else the step fails before anything is touched. */
export const queuesServed = async (order: JourneyOrder, hops: readonly HopOrder[]): Promise<void> => {
  const queues = [...new Set([...hops.flatMap(queuesOf), ...queuesOfHooks(order.hooks ?? [])])];
  const dead = await keeper(order.policies).unserved.executeWithOptions({ summary: 'is every queue served?' }, [
    queues,
  ]);
  if (dead.length === 0) return;
  throw failureOf({
    class: 'Configuration',
    message: `No agent serves ${dead.join(', ')}.`,
    changed: 'nothing',
    fix: 'Start the agents that serve these queues, then retry.',
    vm: order.name,
  });
};
