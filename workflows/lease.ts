import { queueOf } from '../domain/address.ts';
import { type Ask, operationsAt, PURPOSES, type Purpose } from '../domain/capacity.ts';
import type { Phase } from '../domain/phase.ts';
import type { HopOrder } from '../domain/plan.ts';
import { roomOf } from '../domain/room.ts';
import { checkpointOf } from './checkpoint.ts';
import { hopOrder, type Journey, note, self, show } from './journey.ts';
import { step, until } from './step.ts';
import { keeper } from './verbs.ts';

const STEPS: Readonly<Record<Purpose, string>> = {
  staging: 'ask for room',
  copy: 'ask for a copy seat',
  cutOver: 'ask for a cut-over seat',
};

const standAt = (j: Journey, at: HopOrder['to' | 'mover'], hop: HopOrder) => ({
  at,
  journey: j.order.source.id,
  name: hop.landing.name,
});

export const stagingAsk = (j: Journey, stagingBytes: number): Ask => roomOf(j.order, stagingBytes);

/** One operation at the mover of a hop. */
export const copyAsk = (j: Journey, n: number): Ask => {
  const hop = hopOrder(j, n);
  return {
    purpose: 'copy',
    amounts: { [operationsAt(queueOf(hop.mover))]: 1 },
    stands: [standAt(j, hop.mover, hop)],
  };
};

/** One cut-over at the mover of a hop. */
export const cutOverAsk = (j: Journey, n: number): Ask => {
  const hop = hopOrder(j, n);
  return { purpose: 'cutOver', amounts: { cutovers: 1 }, stands: [standAt(j, hop.mover, hop)] };
};

/** Asks for what of this the journey takes leases for and has not asked for yet. What is not there now is granted later, by signal. */
export const askForLeases = async (j: Journey, asks: readonly Ask[]): Promise<void> => {
  const { leases = ['staging'], programme, name, policies, batchId: batch } = j.order;
  const due = asks.filter(({ purpose }) => leases.includes(purpose) && !j.leases[purpose]);
  if (due.length === 0) return;
  const answer = await step(
    j,
    STEPS[due[0]?.purpose ?? 'staging'],
    () => {
      for (const { purpose } of due) j.leases[purpose] ??= { granted: false, why: '' };
      return keeper(policies).lease({
        ...{ programme, holder: self(), name, asks: due, ...(batch ? { batch } : {}) },
        ...checkpointOf(j, { begins: due.some(({ purpose }) => purpose === 'cutOver') }),
      });
    },
    { hop: j.hop },
  );
  const waiting = answer.waiting ?? [{ purpose: 'staging', why: 'room on staging' }];
  for (const { purpose } of due) {
    const waits = answer.granted ? undefined : waiting.find((one) => one.purpose === purpose);
    const lease = j.leases[purpose];
    // Its turn may have come before the answer did.
    if (lease) j.leases[purpose] = { granted: lease.granted || waits === undefined, why: waits?.why ?? '' };
  }
};

/** The leases of a journey that it has asked for and has not got. */
const missing = (j: Journey, purposes: readonly Purpose[]): readonly Purpose[] =>
  purposes.filter((purpose) => j.leases[purpose]?.granted === false);

/** As it was when it asked: a line that moves adds nothing to the history. The server indexes no more than 255 characters of a keyword. */
const whyOf = (j: Journey, purpose: Purpose): string => `when it asked: ${j.leases[purpose]?.why ?? ''}`.slice(0, 250);

/** Waits for what was asked for, in line; a person may ask to turn round meanwhile. Answers what it waited for. */
export const awaitLeases = async (
  j: Journey,
  purposes: readonly Purpose[],
  phase: Phase = j.phase,
): Promise<readonly Purpose[]> => {
  const waits = missing(j, purposes);
  if (waits.length === 0) return waits;
  j.inLine = true;
  show(j, { phase, waitingFor: whyOf(j, waits[0] ?? 'staging') });
  try {
    await until(j, () => missing(j, purposes).length === 0);
  } finally {
    j.inLine = false;
  }
  // What comes next shows a phase of its own, or may wait for an agent.
  if (phase !== 'Queued') show(j, { waitingFor: null });
  return waits;
};

/** Its turn has come. What was given back meanwhile is none of ours any more. */
export const leaseIsGranted = (j: Journey, purpose: Purpose): void => {
  const lease = j.leases[purpose];
  if (lease) lease.granted = true;
  const [next] = missing(j, PURPOSES);
  if (j.inLine && next) note(j, { waitingFor: whyOf(j, next) });
};

/** What of this is asked for or held: to be given back, and then forgotten. */
export const takenOf = (j: Journey, purposes: readonly Purpose[]): readonly Purpose[] =>
  purposes.filter((purpose) => j.leases[purpose] !== undefined);

export const forget = (j: Journey, purposes: readonly Purpose[]): void => {
  for (const purpose of purposes) delete j.leases[purpose];
};

/** What the leases were for is done, or observed gone: they are free again, and so are places in the line. */
export const giveBack = async (j: Journey, purposes: readonly Purpose[] = PURPOSES): Promise<void> => {
  const taken = takenOf(j, purposes);
  if (taken.length === 0) return;
  const { programme, policies } = j.order;
  await step(
    j,
    'give room back',
    () =>
      keeper(policies).release({
        ...{ programme, holder: self(), purposes: taken },
        ...checkpointOf(j, { leavesRoom: taken.includes('staging') }),
      }),
    { hop: j.hop },
  );
  forget(j, taken);
};
