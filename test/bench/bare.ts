import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import { CONTRACT, parseQueue } from '../../domain/address.ts';
import type { Policies } from '../../domain/plan.ts';

/** One activity: the queue it goes to, null for a local one, and how many bytes its order and its answer have. */
export interface BareStep {
  readonly queue: string | null;
  readonly order: number;
  readonly answer: number;
}

interface Nothing {
  nothing(order: unknown): Promise<string>;
}

/** One activity after the other, with the time-outs and retries of a verb. Nothing else. */
export async function bare(steps: readonly BareStep[], policies: Policies): Promise<void> {
  for (const { queue, order, answer } of steps) {
    if (queue === null) {
      await proxyLocalActivities<Nothing>({ startToCloseTimeout: '10 seconds' }).nothing({ answer });
      continue;
    }
    const to = { ...parseQueue(queue), contract: CONTRACT };
    const empty = { to, answer, filling: '' };
    const filling = 'x'.repeat(Math.max(0, order - JSON.stringify(empty).length));
    await proxyActivities<Nothing>({
      taskQueue: queue,
      startToCloseTimeout: '10 minutes',
      heartbeatTimeout: policies.heartbeatMs,
      retry: { initialInterval: policies.pollMs, backoffCoefficient: 1 },
    }).nothing({ ...empty, filling });
  }
}
