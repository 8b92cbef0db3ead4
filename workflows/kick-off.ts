import { setCurrentDetails } from '@temporalio/workflow';
import type { BatchOrder } from '../domain/batch.ts';
import type { KickedOff } from './kick-off-messages.ts';
import { startOnce } from './start-once.ts';

/**
 * What a schedule starts, under an id of its own each time: gives the batch its one id, so that it never runs twice, and reads its windows
 * again, for a server or an orchestrator may have been away. The batch outlives it.
 */
export async function kickOff(order: BatchOrder): Promise<KickedOff> {
  const { done } = await startOnce(order);
  setCurrentDetails(done.said);
  return done;
}
