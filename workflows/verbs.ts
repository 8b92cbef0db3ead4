import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { Guest } from '../activities/contracts/guest.ts';
import type { Keeper } from '../activities/contracts/keeper.ts';
import type { Mover } from '../activities/contracts/mover.ts';
import type { Platform } from '../activities/contracts/platform.ts';
import { type Address, CONTRACT, queueOf } from '../domain/address.ts';
import type { HopOrder, Policies } from '../domain/plan.ts';

/**
 * A verb that waits fails with `NotFinished` and is asked again at the poll interval: no history, however long it takes.
 * Only the worker's no-progress limit ends that. An attempt whose host is gone is noticed by the missing heartbeat. Who turns round
 * waits for the attempt under way: its answer may name what it made.
 */
const options = (taskQueue: string, policies: Policies): ActivityOptions => ({
  taskQueue,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: policies.heartbeatMs,
  retry: { initialInterval: policies.pollMs, backoffCoefficient: 1 },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
});

/** The queue chooses the driver: every product instance serves the same verbs on its own queue. */
export const platformAt = (address: Address, policies: Policies) =>
  proxyActivities<Platform>(options(queueOf(address), policies));
export const moverAt = (address: Address, policies: Policies) =>
  proxyActivities<Mover>(options(queueOf(address), policies));
export const guestAt = (instance: string, policies: Policies) =>
  proxyActivities<Guest>(options(queueOf(guestAddress(instance)), policies));
/** The orchestrator's own verbs touch no product: they run beside the workflow and cost one event each. */
export const keeper = (policies: Pick<Policies, 'pollMs'>) =>
  proxyLocalActivities<Keeper>({
    startToCloseTimeout: '10 seconds',
    retry: { initialInterval: policies.pollMs, maximumAttempts: 5 },
  });

export const guestAddress = (instance: string): Address => ({ product: 'guest', instance, contract: CONTRACT });

/** The verbs of one hop, each bound to its instance. */
export const verbsOf = (hop: HopOrder, policies: Policies) => ({
  predecessor: platformAt(hop.from, policies),
  mover: moverAt(hop.mover, policies),
  successor: platformAt(hop.to, policies),
  guestBefore: guestAt(hop.guests.source, policies),
  guestAfter: guestAt(hop.guests.target, policies),
});

export type HopVerbs = ReturnType<typeof verbsOf>;
