import { ApplicationFailure } from '@temporalio/common';
import { factsOf } from '../../domain/facts.ts';
import type { VmRef } from '../../domain/vm.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform, ShutDownOrder, Stopped } from '../contracts/platform.ts';
import { type Attempt, note } from '../http/attempt.ts';
import { numberAt, textAt } from '../http/reading.ts';
import { requestIdOf } from './change.ts';
import type { Ahv } from './parts.ts';
import { settledPower } from './power.ts';
import type { Read } from './prism.ts';
import { hasGuestTools } from './vm.ts';

/** Kept from try to try; times are those of the Temporal server. */
interface Signals {
  readonly way: 'guest' | 'acpi';
  /** The first try after the one that sent the first signal; null until then. That one may have waited long for its agent or for Prism. */
  readonly since: number | null;
  readonly task: string | null;
}

const signalsOf = (attempt: Attempt): Signals | null => {
  const way = textAt(attempt.before, 'way');
  if (way !== 'guest' && way !== 'acpi') return null;
  return { way, since: numberAt(attempt.before, 'since'), task: textAt(attempt.before, 'task') };
};

const seconds = (ms: number): number => Math.round(ms / 1000);

const refused = (order: ShutDownOrder, at: string, why: string): ApplicationFailure =>
  mishap.guestRefused(`${order.vm.name} is still on: ${why}`, {
    at,
    vm: order.vm.name,
    changed: 'a shut-down signal was sent; the guest may still act on it',
    fix: 'Look at its console; shut it down there and retry, or force it off behind its gate.',
    likely: 'The guest waits for an update, a dialog or a service that does not stop.',
  });

/** Sends one signal under the tag that was read; 412 is read and decided again. Null when it turned out to be off. */
const signal = async (
  ahv: Ahv,
  order: ShutDownOrder,
  way: Signals['way'],
  first: Read,
): Promise<{ task: string | null } | null> => {
  const { vms, prism, attempt, at } = ahv;
  const action = way === 'guest' ? 'guest-shutdown' : 'shutdown';
  for (let seen = first, turn = 0; turn < 4; seen = await vms.read(order.vm), turn += 1) {
    if (settledPower(seen.data, order.vm, { at, vm: order.vm.name }) === 'OFF') return null;
    const requestId = requestIdOf({ token: order.token, action }, attempt(), seen.etag);
    const sent = await prism.change({ ...vms.power(order.vm, action), etag: seen.etag, requestId });
    if (sent !== 'stale') return sent;
  }
  return notFinished(`${order.vm.name} is being changed by somebody else while it shall be shut down`);
};

const isRefusal = (error: unknown): boolean => error instanceof ApplicationFailure && error.type === 'Refused';

/** Guest tools that do not take the signal leave ACPI. */
const begin = async (ahv: Ahv, order: ShutDownOrder, seen: Read): Promise<Pick<Signals, 'way' | 'task'> | null> => {
  const acpi = async (): Promise<Pick<Signals, 'way' | 'task'> | null> => {
    const sent = await signal(ahv, order, 'acpi', seen);
    return sent && { way: 'acpi', task: sent.task };
  };
  if (!hasGuestTools(seen.data)) return acpi();
  try {
    const sent = await signal(ahv, order, 'guest', seen);
    return sent && { way: 'guest', task: sent.task };
  } catch (error) {
    if (isRefusal(error)) return acpi();
    throw error;
  }
};

const wait = (vm: VmRef, { way, since, task }: Signals, waited: number, graceMs: number): never =>
  notFinished(
    `${vm.name} is still on, ${seconds(waited)} of ${seconds(graceMs)} s after its ${way === 'guest' ? 'guest tools were' : 'power button was'} asked to shut down`,
    note({ way, since, task: task ?? '', waited }),
  );

/**
 * Graceful: through guest tools where they answer, after half the grace time (or a task that failed) by ACPI. A task that
 * succeeded only means that the signal was sent, so nothing but the power state ends the wait. O E.4
 * Safe to repeat: a signal is sent once per way and execution; the grace time counts from the first, over all tries.
 */
export const shutDown =
  (ahv: Ahv): Platform['shutDown'] =>
  async (order) => {
    const { vms, tasks, now, at } = ahv;
    const { vm, graceMs } = order;
    const where = { at, vm: vm.name };
    const attempt = ahv.attempt();
    const sent = signalsOf(attempt);
    const off = (how: Stopped['how']): Stopped => ({ how, observedAt: now().toISOString() });

    const seen = await vms.read(vm);
    if (factsOf(await vms.describe(seen.data)) !== order.expectFacts)
      throw mishap.drift(`${vm.name} is not the machine that was approved: its size, disks or adapters changed.`, {
        ...where,
        changed: sent ? 'a shut-down signal was sent' : 'nothing',
        fix: 'Look at the change; the gate opens again with the new facts.',
      });
    if (settledPower(seen.data, vm, where) === 'OFF') return off(sent?.way ?? 'wasOff');

    if (!sent) {
      const begun = await begin(ahv, order, seen);
      return begun ? wait(vm, { ...begun, since: null }, 0, graceMs) : off('wasOff');
    }

    const since = sent.since ?? attempt.clockMs;
    const waited = attempt.clockMs - since;
    if (waited >= graceMs) throw refused(order, at, `its grace time of ${seconds(graceMs)} s has passed.`);

    const task = sent.task ? await tasks.read(sent.task) : null;
    const unsent = task?.ended === true && task.status !== 'SUCCEEDED';
    if (sent.way === 'acpi' && unsent)
      throw refused(order, at, `Prism could not press its power button (${task?.status}).`);
    if (sent.way === 'acpi' || (waited < graceMs / 2 && !unsent)) return wait(vm, { ...sent, since }, waited, graceMs);

    const pressed = await signal(ahv, order, 'acpi', seen);
    return pressed ? wait(vm, { way: 'acpi', since, task: pressed.task }, waited, graceMs) : off('guest');
  };
