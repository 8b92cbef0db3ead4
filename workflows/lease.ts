import { getExternalWorkflowHandle } from '@temporalio/workflow';
import { capacityId, releaseLeaseSignal, requestLease } from './capacity-messages.ts';
import { type Journey, self, show } from './journey.ts';
import { until } from './step.ts';

/** Asks for what the journey needs on staging; the answer comes as a signal. Asking twice changes nothing. */
export const askForLease = async (j: Journey, stagingBytes: number): Promise<void> => {
  await getExternalWorkflowHandle(capacityId(j.order.programme)).signal(requestLease, {
    holder: self(),
    amounts: { stagingBytes, stagingSeats: 1 },
  });
};

export const awaitLease = async (j: Journey): Promise<void> => {
  if (!j.leased) show(j, { phase: 'Queued', waitingFor: 'room on staging' });
  await until(j, () => j.leased);
};

/** The staged VM is observed gone: its room is free. */
export const releaseLease = async (j: Journey): Promise<void> => {
  if (!j.leased) return;
  j.leased = false;
  await getExternalWorkflowHandle(capacityId(j.order.programme))
    .signal(releaseLeaseSignal, { holder: self() })
    .catch(() => undefined);
};
