import { proxyActivities } from '@temporalio/workflow';
import type { Inventory, InventoryPage } from '../activities/contracts/platform.ts';
import { type Address, queueOf } from '../domain/address.ts';

export interface InventoryAsk {
  readonly of: Address;
  readonly cursor: string | null;
}

/** One page of a platform's VMs. Whoever asks goes from page to page, so that no run carries more than one. Gives up within minutes. */
export async function inventory({ of, cursor }: InventoryAsk): Promise<InventoryPage> {
  const platform = proxyActivities<Inventory>({
    taskQueue: queueOf(of),
    scheduleToStartTimeout: '1 minute',
    startToCloseTimeout: '2 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '10 seconds', maximumAttempts: 6 },
  });
  return platform.inventory.executeWithOptions({ summary: `VMs of ${queueOf(of)}` }, [
    { to: of, token: `inventory/${cursor ?? 'first'}`, cursor },
  ]);
}
