import type { CmdletRunner } from '../contracts/cmdlets.ts';
import type { PlatformOrder } from '../contracts/platform.ts';
import { sweepOf } from '../contracts/sweep.ts';
import type { HyperV } from './hyper-v.ts';
import { call, rowsOf, sameText } from './values.ts';
import { type Glimpse, glimpseOf } from './vms.ts';

export interface Glimpses {
  /** null where the sweep cannot speak for this VM: it could not be made, does not list it, or began before our last change of it. */
  readonly of: (id: string) => Promise<Glimpse | null>;
  /** A change of ours on this VM begins or has ended. */
  readonly touched: (id: string) => void;
}

const SWEEP = call('sweep', 'Get-VM', {}, [
  'Id',
  'Name',
  'State',
  'Notes',
  'Heartbeat',
  'OperationalStatus',
  'Uptime.TotalSeconds',
]);
const SWEEP_MS = 60_000;

export const glimpsesOf = (run: CmdletRunner, pollMs: number, now: () => number): Glimpses => {
  const sweep = sweepOf(pollMs, now, async () =>
    rowsOf(await run([SWEEP], { timeoutMs: SWEEP_MS }), SWEEP.id).map(glimpseOf),
  );
  const changes = new Map<string, number>();
  return {
    of: async (id) => {
      const seen = await sweep.glance().catch(() => null);
      if (!seen || seen.began <= (changes.get(id) ?? 0)) return null;
      return seen.value.find((vm) => sameText(vm.id, id)) ?? null;
    },
    touched: (id) => void changes.set(id, sweep.moment()),
  };
};

/**
 * Lets a verb that has waited before go on waiting without a shell of its own: `goesOn` throws `NotFinished` where one sweep over all
 * VMs of the host says that nothing has moved yet. It never ends a wait (see contracts/sweep.ts). Which verbs wait, and for what:
 *
 * - `shutDown`  asked, taken by the host, within its grace, not off. Drift, a refusal and "off" are read afresh
 * - `forceOff`  turned off by this order and on its way. "Off" is read afresh
 * - `powerOn`, `reshape`  Hyper-V is at work on the VM (starting, merging, a checkpoint). Every other state is read afresh
 * - `health`    up for less than the steady time, or its disks merge. Every check is made on a fresh reading
 *
 * `describe` never waits: each of its callers decides by it or guards an identity with it, so it is read for each. `isolate`, `connect`
 * and `remove` do not wait either. What those need (adapters, disks, memory) is not in the sweep, because no wait is decided by it and
 * one damaged disk of a stranger would spoil it for all. A first attempt has nothing to wait for and reads for itself.
 */
export const goOnWaiting = async (
  { attempt, glimpses }: HyperV,
  order: PlatformOrder,
  goesOn: (vm: Glimpse) => void,
): Promise<void> => {
  if (attempt() === 1) return;
  const vm = await glimpses.of(order.vm.id);
  if (vm) goesOn(vm);
};
