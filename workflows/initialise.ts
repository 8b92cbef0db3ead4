import { proxyActivities } from '@temporalio/workflow';
import { type Address, queueOf } from '../domain/address.ts';

interface Initialiser {
  initialise(order: { readonly to: Address }): Promise<Readonly<Record<string, string>>>;
}

/** Prepares a mover's own infrastructure once: idempotent, apart from any VM's journey. Asked again every `pollMs`. */
export async function initialise(to: Address, pollMs = 2_000): Promise<Readonly<Record<string, string>>> {
  const mover = proxyActivities<Initialiser>({
    taskQueue: queueOf(to),
    startToCloseTimeout: '10 minutes',
    heartbeatTimeout: '30 seconds',
    retry: { initialInterval: pollMs, backoffCoefficient: 1 },
  });
  return mover.initialise({ to });
}
