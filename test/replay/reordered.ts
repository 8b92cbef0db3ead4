import { sleep } from '@temporalio/workflow';
import type { JourneyOrder } from '../../domain/plan.ts';
import { migration as present } from '../../workflows/migration.ts';

/** The journey with one thing put before everything else: what a careless edit without `patched` would do. */
export async function migration(order: JourneyOrder): Promise<unknown> {
  await sleep(1);
  return present(order);
}
