import { ActivityFailure, type ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { Checkpoint } from '../activities/contracts/checkpoint.ts';
import type { Stands } from '../activities/contracts/stands.ts';
import { type Address, queueOf } from '../domain/address.ts';
import type { HopRecord } from '../domain/hop-record.ts';
import {
  type Glance,
  type Onwards,
  onwardsBlind,
  onwardsFrom,
  type Seen,
  type SeenMover,
} from '../domain/recovered.ts';
import { totalBytes, type VmDescription } from '../domain/vm.ts';
import { failureOf } from './failure.ts';
import { type Hop, platformOrder, readSource, settleOperation } from './hop-context.ts';
import { EjectAsked, hopOrder, type Journey, RollBackAsked, refuseSignal, self, show, token } from './journey.ts';
import { askForLeases, stagingAsk } from './lease.ts';
import { mishapOf, step, until } from './step.ts';
import { keeper, platformAt } from './verbs.ts';

export type Place = Exclude<Onwards['to'], 'park'>;

/**
 * Counted before anybody looks: nobody else is to take the room of a copy that stands, or may stand. Where the table does not answer it is
 * asked again once people resume.
 */
export const holdRoom = async (j: Journey): Promise<void> => {
  const first = j.recovered?.checkpoint?.hops.find(({ n }) => n === 1);
  if (!first || !j.recovered?.checkpoint?.room) return;
  const { programme, name, policies } = j.order;
  j.leases.staging = { granted: false, why: '' };
  try {
    const asks = [stagingAsk(j, totalBytes(first.facts))];
    const { granted } = await keeper(policies).lease({ programme, holder: self(), name, asks });
    j.leases.staging = { granted, why: 'room on staging' };
  } catch (error) {
    if (!(error instanceof ActivityFailure)) throw error;
    delete j.leases.staging;
  }
};

/** Nothing moves until a person says so. */
const awaitPeople = async (j: Journey): Promise<void> => {
  show(j, { waitingFor: `resume: recovered from ${j.recovered?.from}; look at it first`.slice(0, 250) });
  await until(j, () => !j.paused);
  show(j, { waitingFor: null });
};

const seenAs = (now: VmDescription, wired: VmDescription | null): Seen => {
  const isPlugged = (nic: { readonly id: string; readonly mac: string }): boolean =>
    now.nics.some((each) => (each.id === nic.id || each.mac === nic.mac) && each.connected);
  return {
    is: 'there',
    power: now.power,
    connected: now.nics.length === 0 || now.nics.some((nic) => nic.connected),
    asWired: (wired?.nics ?? []).filter((nic) => nic.connected).every(isPlugged),
  };
};

/** An unanswered question is not a no. */
const unanswered = (
  error: unknown,
): { readonly is: 'missing' } | { readonly is: 'unanswered'; readonly why: string } => {
  const mishap = mishapOf(error);
  if (!mishap) throw error;
  return mishap.class === 'Missing' ? { is: 'missing' } : { is: 'unanswered', why: mishap.message };
};

interface Read {
  readonly seen: Seen;
  readonly now: VmDescription | null;
}

const read = async (ask: () => Promise<VmDescription>, wired: VmDescription | null = null): Promise<Read> => {
  try {
    const now = await ask();
    return { seen: seenAs(now, wired), now };
  } catch (error) {
    return { seen: unanswered(error), now: null };
  }
};

/** Brings no operation about, and learns of one that ended since. */
const settle = async (h: Hop): Promise<SeenMover> => {
  if (h.record.item === null) return { is: 'unnamed' };
  try {
    const settled = await settleOperation(h, 'what became of its operation');
    return { is: 'settled', state: settled.state, detail: settled.detail };
  } catch (error) {
    const seen = unanswered(error);
    return seen.is === 'missing' ? { is: 'unanswered', why: 'its item is gone' } : seen;
  }
};

const glanceOf = (h: Hop, { holdEndsAt, rollingBack, mayHaveBegun }: Checkpoint): Glance => ({
  ...{ hop: h.n, isLast: h.n === h.j.order.hops.length, kind: h.record.kind, mayHaveBegun, rollingBack },
  ...{ landed: h.landed, holds: holdEndsAt !== null, landsOff: h.order.landing.power === 'off' },
  wasOn: h.record.fence === 'none' ? h.facts.power === 'on' : h.record.wasOn,
  knowsAdapters: h.reshaped !== null,
});

const before = (h: Hop): Partial<HopRecord> => ({
  ...{
    cutOver: 'none',
    commit: 'none',
    exposedAt: null,
    operation: null,
    successor: null,
    halfMade: false,
    wiring: null,
  },
  // Of a switch its own restart may have been taken away already.
  ...(h.record.kind === 'switch' ? {} : { fence: 'none', autostart: null }),
});

const lookAround = async (h: Hop, checkpoint: Checkpoint): Promise<Place> => {
  const { record, verbs } = h;
  const unnamed: Read = { seen: { is: 'unnamed' }, now: null };
  // Of a journey past sign-off the mover has given up what it knew.
  const mover: SeenMover = h.landed ? { is: 'unnamed' } : await settle(h);
  const vm = record.successor;
  const [origin, predecessor, successor] = await Promise.all([
    h.n > 1 ? read(() => readSource(h)) : unnamed,
    read(
      () =>
        verbs.predecessor.describe.executeWithOptions({ summary: `${h.vm.name} now` }, [
          platformOrder(h, 'predecessor', 'describe', h.vm),
        ]),
      h.facts,
    ),
    vm
      ? read(() =>
          verbs.successor.describe.executeWithOptions({ summary: `${vm.name} now` }, [
            platformOrder(h, 'successor', 'describe', vm),
          ]),
        )
      : unnamed,
  ]);
  const seen = { origin: origin.seen, predecessor: predecessor.seen, mover, successor: successor.seen };
  const onwards = onwardsFrom(glanceOf(h, checkpoint), seen);
  // Of a restore that was cut short only what is seen on the network can have served.
  const isUnplugged = seen.successor.is === 'missing' || (seen.successor.is === 'there' && !seen.successor.connected);
  if (record.kind === 'restore' && !h.landed && isUnplugged) record.exposedAt = null;
  if (onwards.to === 'park') throw parks(h.vm.name, onwards);
  if (onwards.to === 'begin') {
    Object.assign(record, before(h));
    h.facts = predecessor.now ?? h.facts;
  }
  if (onwards.to === 'landed') record.cutOver = 'done';
  return onwards.to;
};

const parks = (
  vm: string,
  { class: cls, message, fix }: Extract<Onwards, { readonly to: 'park' }>,
): ApplicationFailure => failureOf({ class: cls, message, changed: 'nothing since Temporal was lost', fix, vm });

/** Waits for people, looks, and says where the hop goes on; what it may not decide parks, and retry looks again. */
export const comeBack = async (h: Hop, checkpoint: Checkpoint): Promise<Place> => {
  const { j } = h;
  await awaitPeople(j);
  const place = await step(j, 'look after the loss', () => lookAround(h, checkpoint), {
    hop: h.n,
    interruptible: true,
  });
  const first = checkpoint.hops.find(({ n }) => n === 1);
  if (checkpoint.room && first) await askForLeases(j, [stagingAsk(j, totalBytes(first.facts))]);
  j.recovered = null;
  return place;
};

const standingAt = (to: Address, j: Journey) =>
  proxyActivities<Stands>({
    taskQueue: queueOf(to),
    startToCloseTimeout: '1 minute',
    scheduleToCloseTimeout: '1 minute',
    retry: { initialInterval: j.order.policies.pollMs, maximumAttempts: 5 },
  });

/** Platforms on the way that have a VM of this journey; one that does not answer may have one. */
const standingOf = async (j: Journey): Promise<readonly string[]> => {
  const found = j.orders.map(async ({ n, to, landing }) => {
    const leases = [{ journey: j.order.source.id, name: landing.name }];
    if (to.product !== 'hyper-v') return [];
    const { standing } = await standingAt(to, j).standing({ to, token: token(j, n, 'describe'), leases });
    return standing.length > 0 ? [queueOf(to)] : [];
  });
  return (await Promise.all(found)).flat();
};

/** The same where nothing but the products tells of it. There is no way back that is known: only a hand puts it right. */
export const comeBackBlind = async (j: Journey): Promise<void> => {
  const { from } = hopOrder(j, 1);
  const look = async (): Promise<void> => {
    const describe = platformAt(from, j.order.policies).describe;
    const [source, standing] = await Promise.all([
      read(() => describe({ to: from, vm: j.order.source, token: token(j, 1, 'describe') })),
      standingOf(j),
    ]);
    const onwards = onwardsBlind(source.seen, standing);
    if (onwards.to === 'park') throw parks(j.order.name, onwards);
  };
  for (;;) {
    try {
      await awaitPeople(j);
      await step(j, 'look after the loss', look, { hop: 1 });
      j.recovered = null;
      return;
    } catch (error) {
      if (!(error instanceof RollBackAsked || error instanceof EjectAsked)) throw error;
      refuseSignal(j, j.commands.at(-1), 'Nobody knows how it was wired: put it right by hand, then retry.');
      j.asked = null;
    }
  }
};
