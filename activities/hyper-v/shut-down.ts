import { factsOf } from '../../domain/facts.ts';
import { doing, failureOf, troubleOf } from '../contracts/cmdlet-failures.ts';
import { type CmdletCall, type CmdletError, CmdletFailed, RunnerFailed } from '../contracts/cmdlets.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { Platform, ShutDownOrder } from '../contracts/platform.ts';
import { askGuest, writeNotes } from './changes.ts';
import { descriptionOf, isOff, isOn } from './description.ts';
import { failures, unlessResting } from './failures.ts';
import { at, type HyperV } from './hyper-v.ts';
import { type Memo, memoOf, withMemo } from './notes.ts';
import type { Glimpse, VmReading } from './vms.ts';
import { goOnWaiting } from './waiting.ts';

/** The cmdlet may wait for the guest; what it does not say by then the VM's state will. */
const ASK_MS = 60_000;

const PASSING = ['busy', 'throttled', 'unreachable'];
const OURS_TO_MEND = ['denied', 'notInstalled', 'badCall'];

/**
 * Asks the guest to shut down and sees whether it did; never pulls the plug. Safe to repeat: when it was asked stands in the Notes, so
 * that one grace time is counted over all attempts. V §3.2, §4.2
 */
export const shutDown =
  (hyperV: HyperV): Platform['shutDown'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was asked to shut down`), async () => {
      const { vms, now } = hyperV;
      await goOnWaiting(hyperV, order, (vm) => {
        const asked = askedOf(vm, order);
        if (asked?.taken && !isOff(vm) && now() - asked.at < order.graceMs) stillOn(vm, now() - asked.at);
      });
      const seen = await vms.read(order.vm.id);
      if (factsOf(descriptionOf(seen, order.token)) !== order.expectFacts) throw failures.drift(order);

      const asked = askedOf(seen, order);
      if (isOff(seen)) return { how: asked ? 'guest' : 'wasOff', observedAt: new Date(now()).toISOString() };
      if (!isOn(seen) && !asked) unlessResting(order, seen);

      const since = asked ? now() - asked.at : 0;
      if (asked && since >= order.graceMs) {
        await forget(hyperV, order, seen);
        throw failures.guestRefused(
          order,
          `it was asked ${seconds(since)} ago and is ${seen.state}`,
          'Something inside waits for a person, or holds the shutdown up.',
        );
      }

      const after = asked?.taken || !isOn(seen) ? seen : await ask(hyperV, order, seen);
      if (isOff(after)) return { how: 'guest', observedAt: new Date(now()).toISOString() };
      return stillOn(after, since);
    });

const stillOn = (vm: Glimpse, sinceMs: number): never =>
  notFinished(`${vm.name} was asked to shut down ${seconds(sinceMs)} ago and is ${vm.state}`);

const seconds = (milliseconds: number): string => `${Math.round(milliseconds / 1000)} s`;

const askedOf = (vm: Pick<Glimpse, 'notes'>, order: ShutDownOrder): Memo['asked'] => {
  const { asked } = memoOf(vm.notes, order.token);
  return asked?.token === order.token ? asked : undefined;
};

/**
 * The time of the first request stands: asking again after a lost answer does not prolong the grace. A request the cmdlet still waits
 * for counts as taken. Only the first request can be refused at once: a guest on its way down refuses a second one.
 */
const ask = async (hyperV: HyperV, order: ShutDownOrder, vm: VmReading): Promise<Glimpse> => {
  const { vms, now } = hyperV;
  const first = askedOf(vm, order);
  const asked = { token: order.token, at: first?.at ?? now() };
  const note = (taken: boolean, id: string): CmdletCall =>
    writeNotes(withMemo(vm.notes, order.token, { ...memoOf(vm.notes, order.token), asked: { ...asked, taken } }), id);
  const request = askGuest();
  try {
    return await vms.stateAfter(order.vm.id, [note(false, 'notes'), request, note(true, 'taken')], {
      timeoutMs: ASK_MS,
    });
  } catch (thrown) {
    if (thrown instanceof RunnerFailed && thrown.kind === 'timedOut')
      return vms.stateAfter(order.vm.id, [note(true, 'taken')]);
    if (!(thrown instanceof CmdletFailed) || thrown.call.id !== request.id) throw thrown;
    const after = await vms.read(order.vm.id);
    if (!first && !isOff(after)) throw await refused(hyperV, order, after, thrown.error);
    return after;
  }
};

/** A guest that cannot be asked will not be able to later; what passes by itself is asked again. */
const refused = async (hyperV: HyperV, order: ShutDownOrder, vm: VmReading, error: CmdletError): Promise<unknown> => {
  const trouble = troubleOf(error);
  await forget(hyperV, order, vm);
  return PASSING.includes(trouble) || OURS_TO_MEND.includes(trouble)
    ? failureOf(new CmdletFailed(askGuest(), error, new Map()), at(order, `${order.vm.name} was asked to shut down`))
    : failures.guestRefused(
        order,
        `Hyper-V could not ask it: ${error.message}`,
        'Its integration services do not answer, or its screen is locked with open programs.',
      );
};

/** The request is forgotten with the refusal, so that a retry asks anew and gives a full grace time. */
const forget = async ({ vms }: HyperV, order: ShutDownOrder, vm: VmReading): Promise<void> => {
  const { asked: _, ...memo } = memoOf(vm.notes, order.token);
  await vms.change(order.vm.id, [writeNotes(withMemo(vm.notes, order.token, memo))]);
};
