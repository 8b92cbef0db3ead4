import { type Journey, self, show } from './journey.ts';
import { step, until } from './step.ts';
import { keeper } from './verbs.ts';

/** Asks for what the journey needs on staging. Asking twice changes nothing; what is not there yet is granted later by signal. */
export const askForLease = async (j: Journey, stagingBytes: number): Promise<void> => {
  const { granted } = await step(
    j,
    'ask for room',
    () => {
      j.leaseAsked = true;
      return keeper(j.order.policies).lease({
        programme: j.order.programme,
        holder: self(),
        amounts: { stagingBytes, stagingSeats: 1 },
      });
    },
    { hop: j.hop },
  );
  j.leased = j.leased || granted;
};

export const awaitLease = async (j: Journey): Promise<void> => {
  if (j.leased) return;
  show(j, { phase: 'Queued', waitingFor: 'room on staging' });
  await until(j, () => j.leased);
};

/** The staged VM is observed gone, or never was: its room, or the place in the line, is free. */
export const releaseLease = async (j: Journey): Promise<void> => {
  if (!j.leaseAsked) return;
  await step(
    j,
    'give room back',
    () => keeper(j.order.policies).release({ programme: j.order.programme, holder: self() }),
    {
      hop: j.hop,
    },
  );
  j.leaseAsked = false;
  j.leased = false;
};
