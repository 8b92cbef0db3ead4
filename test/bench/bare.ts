import { proxyActivities } from '@temporalio/workflow';
import { CONTRACT, parseQueue } from '../../domain/address.ts';
import type { Policies } from '../../domain/plan.ts';

interface Nothing {
  nothing(order: unknown): Promise<null>;
}

/** One activity after the other, each on the queue it is given, with the time-outs and retries of a verb. Nothing else. */
export async function bare(queues: readonly string[], policies: Policies): Promise<void> {
  for (const queue of queues) {
    const to = { ...parseQueue(queue), contract: CONTRACT };
    await proxyActivities<Nothing>({
      taskQueue: queue,
      startToCloseTimeout: '10 minutes',
      heartbeatTimeout: policies.heartbeatMs,
      retry: { initialInterval: policies.pollMs, backoffCoefficient: 1 },
    }).nothing({ to });
  }
}
