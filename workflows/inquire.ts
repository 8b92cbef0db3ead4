import { proxyActivities } from '@temporalio/workflow';
import type { Mover, PreflightMover } from '../activities/contracts/mover.ts';
import type { Platform, PlatformPreflight } from '../activities/contracts/platform.ts';
import type { PreflightReport } from '../activities/contracts/reports.ts';
import { queueOf } from '../domain/address.ts';

export type Inquiry =
  | { readonly of: 'platform'; readonly order: PlatformPreflight }
  | { readonly of: 'mover'; readonly order: PreflightMover };

/** Asks one product instance how it is, through its queue. Changes nothing and gives up within half a minute. */
export async function inquire({ of, order }: Inquiry): Promise<PreflightReport> {
  const verbs = proxyActivities<Pick<Mover, 'preflight'> & Pick<Platform, 'preflight'>>({
    taskQueue: queueOf(order.to),
    scheduleToCloseTimeout: '25 seconds',
    startToCloseTimeout: '20 seconds',
    retry: { initialInterval: '1 second', maximumAttempts: 4 },
  });
  return of === 'platform' ? verbs.preflight(order) : verbs.preflight(order);
}
