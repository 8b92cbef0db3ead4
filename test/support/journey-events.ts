import type { WorkflowHandle } from '@temporalio/client';

/** A seat that is not free at once: shown as waiting, granted by a signal with its workflow task, shown as moving again. */
const EVENTS_OF_A_WAIT = 5;

export interface JourneyEvents {
  readonly events: number;
  readonly bytes: number;
  /** How often the journey had to wait for a seat that others held. */
  readonly waits: number;
  /** What the journey itself costs, without its waits for others. */
  readonly ofItself: number;
}

/** What one journey left in its history. How often it waits for a seat is for the other journeys to say, and for the machine's speed. */
export const journeyEvents = async (
  handle: Pick<WorkflowHandle, 'describe' | 'fetchHistory'>,
): Promise<JourneyEvents> => {
  const { historyLength, historySize = 0 } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const waits = (events ?? []).filter(
    (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'leaseGranted',
  ).length;
  return { events: historyLength, bytes: historySize, waits, ofItself: historyLength - waits * EVENTS_OF_A_WAIT };
};
