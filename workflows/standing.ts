import { proxyActivities } from '@temporalio/workflow';
import type { StandingOrder, Stands } from '../activities/contracts/stands.ts';
import { queueOf } from '../domain/address.ts';

/** Asks one product of which of these journeys something stands there. Changes nothing and gives up within a minute. */
export async function standing(order: StandingOrder): Promise<readonly string[]> {
  const verbs = proxyActivities<Stands>({
    taskQueue: queueOf(order.to),
    scheduleToCloseTimeout: '55 seconds',
    startToCloseTimeout: '50 seconds',
    retry: { initialInterval: '1 second', maximumAttempts: 4 },
  });
  return (await verbs.standing(order)).standing;
}
