import { ApplicationFailure, patched } from '@temporalio/workflow';
import type { Baseline } from '../activities/contracts/guest.ts';
import type { MoverOrder, Settled, Synchronised } from '../activities/contracts/mover.ts';
import type { Reshaped } from '../activities/contracts/platform.ts';
import type { HopRecord } from '../domain/hop-record.ts';
import type { Mishap } from '../domain/mishap.ts';
import type { HopOrder } from '../domain/plan.ts';
import type { VmDescription, VmRef } from '../domain/vm.ts';
import { failureOf } from './failure.ts';
import { hopOrder, hopRecord, type Journey, token } from './journey.ts';
import { step } from './step.ts';
import { type HopVerbs, platformAt, verbsOf } from './verbs.ts';

/** One hop under way: its order, its record, its verbs, and what was learnt so far. */
export interface Hop {
  readonly j: Journey;
  readonly n: number;
  readonly order: HopOrder;
  readonly record: HopRecord;
  readonly verbs: HopVerbs;
  /** The VM as it runs before this hop. */
  readonly vm: VmRef;
  /** What the guest looked like on the source; null while a VM that was off has not been looked into. */
  baseline: Baseline | null;
  /** The last reading of the predecessor before the outage. */
  facts: VmDescription;
  synced: Synchronised | null;
  /** The successor as it was put right, with its adapters in the landing's order as read back. */
  reshaped: Reshaped | null;
  /** The successor as it was read back when it got the production network, or when its landing was accepted. */
  after: VmDescription | null;
  /** Its landing has passed its checks. */
  landed: boolean;
}

export const hopAt = (j: Journey, n: number, vm: VmRef, facts: VmDescription, baseline: Baseline | null): Hop => {
  const order = hopOrder(j, n);
  const h: Hop = {
    j,
    n,
    // Edited under way: read anew each time.
    get order() {
      return hopOrder(j, n);
    },
    record: hopRecord(j, n),
    verbs: verbsOf(order, j.order.policies),
    vm,
    baseline,
    facts,
    synced: null,
    reshaped: null,
    after: null,
    landed: false,
  };
  j.begun.set(n, h);
  return h;
};

export const platformOrder = (h: Hop, side: 'predecessor' | 'successor', verb: string, vm: VmRef) => ({
  to: side === 'predecessor' ? h.order.from : h.order.to,
  vm,
  token: token(h.j, h.n, verb),
});

const moverOrder = (h: Hop, verb: string): MoverOrder => ({
  to: h.order.mover,
  token: token(h.j, h.n, verb),
  journey: h.j.order.source.id,
  vm: h.vm,
  from: h.order.from,
  target: h.order.to,
  landing: h.order.landing,
  settings: h.order.settings,
  hop: h.n,
});

export const itemOrder = (h: Hop, verb: string) => ({ ...moverOrder(h, verb), item: h.record.item ?? '' });

export const operationOrder = (h: Hop, verb: string) => ({
  ...itemOrder(h, verb),
  operation: h.record.operation,
  successor: h.record.successor,
});

/** Finds or makes the mover's object and notes it. Asked again, it finds what an earlier attempt made whose answer was lost. */
export const protect = async (h: Hop): Promise<void> => {
  h.record.protecting = true;
  const { item, adopted } = await h.verbs.mover.protect.executeWithOptions({ summary: `protect ${h.vm.name}` }, [
    { ...moverOrder(h, 'protect'), predecessor: h.facts },
  ]);
  h.record.item = item;
  h.record.itemAdopted = adopted;
};

/** Asks what became of the mover's operation, and notes it. */
export const settleOperation = async (h: Hop, summary: string): Promise<Settled> => {
  const { record, verbs } = h;
  const settled = await verbs.mover.settle.executeWithOptions({ summary }, [operationOrder(h, 'settle')]);
  record.operation = settled.operation ?? record.operation;
  record.successor = settled.successor ?? record.successor;
  record.halfMade = settled.state === 'failed' && settled.boundary === 'after';
  return settled;
};

/** The successor's ref; a step that needs it before there is one is a mistake of ours. */
export const successorOf = (h: Hop): VmRef => {
  if (!h.record.successor) throw ApplicationFailure.nonRetryable(`hop ${h.n} has no successor yet`);
  return h.record.successor;
};

/** The successor as the next hop finds it. */
export const landedOf = (h: Hop): VmDescription => {
  if (!h.after) throw ApplicationFailure.nonRetryable(`hop ${h.n} has not landed yet`);
  return h.after;
};

/** MACs of the successor's adapters, in the landing's order. */
export const macsOf = (h: Hop): readonly string[] => h.reshaped?.macs ?? [];

/** The successor may have had the production network. */
export const hasServed = (h: Hop): boolean => h.record.exposedAt !== null;

/** Fails the step it is called in: going on would break a safety rule. */
export const unsafe = (message: string, fix: string, vm: string, facts?: Mishap['facts']): ApplicationFailure =>
  failureOf({ class: 'Unsafe', message, changed: 'nothing', fix, vm, ...(facts ? { facts } : {}) });

export const observePredecessorOff = async (h: Hop): Promise<void> => {
  const seen = await h.verbs.predecessor.describe.executeWithOptions({ summary: `${h.vm.name} still off?` }, [
    platformOrder(h, 'predecessor', 'describe', h.vm),
  ]);
  const at = `${h.order.from.product}@${h.order.from.instance}`;
  if (seen.power !== 'off') {
    h.record.ranAgain = true;
    throw unsafe(
      `${h.vm.name} is on again on ${at}; its successor stays off the network.`,
      'Find out who started it. What it wrote since is not in the copy: roll back, which loses nothing, and begin again.',
      h.vm.name,
    );
  }
  // Asked only where it was seen on, so that it costs no event where all is well.
  if (h.record.ranAgain && patched('ran-again'))
    throw unsafe(
      `${h.vm.name} ran on ${at} after its final copy, which is not the last word any more.`,
      'Roll back, which loses nothing, for the copy has served nobody; then begin again.',
      h.vm.name,
    );
};

/** Re-reads the predecessor right before the successor may take its identity. */
export const guardPredecessorOff = (h: Hop, before: string): Promise<void> =>
  step(h.j, `observe ${h.vm.name} off before ${before}`, () => observePredecessorOff(h), { hop: h.n });

/** Where the journey began: off until its end, whichever hop is under way. */
export const readSource = (h: Hop): Promise<VmDescription> => {
  const { from } = hopOrder(h.j, 1);
  const { source, policies } = h.j.order;
  return platformAt(from, policies).describe.executeWithOptions({ summary: `${source.name} still off?` }, [
    { to: from, vm: source, token: token(h.j, h.n, 'describe') },
  ]);
};
