import { doing } from '../contracts/cmdlet-failures.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { Platform, Stopped } from '../contracts/platform.ts';
import { turnOff, writeNotes } from './changes.ts';
import { isOff } from './description.ts';
import { whileBusy } from './failures.ts';
import { at, type HyperV } from './hyper-v.ts';
import { memoOf, withMemo } from './notes.ts';
import type { Glimpse } from './vms.ts';
import { goOnWaiting } from './waiting.ts';

/** Pulls the plug, only behind its own gate. Safe to repeat: which operation did it stands in the Notes. V §3.2 */
export const forceOff =
  (hyperV: HyperV): Platform['forceOff'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was turned off`), async () => {
      const { vms, now } = hyperV;
      const isForced = (vm: Glimpse): boolean => memoOf(vm.notes, order.token).forced === order.token;
      const stopped = (vm: Glimpse): Stopped => ({
        how: isForced(vm) ? 'forced' : 'wasOff',
        observedAt: new Date(now()).toISOString(),
      });
      await goOnWaiting(hyperV, order, (vm) => (isForced(vm) ? whileBusy(vm) : undefined));
      const seen = await vms.read(order.vm.id);
      if (isOff(seen)) return stopped(seen);

      const memo = { ...memoOf(seen.notes, order.token), forced: order.token };
      const after = await vms.stateAfter(order.vm.id, [writeNotes(withMemo(seen.notes, order.token, memo)), turnOff()]);
      return isOff(after) ? stopped(after) : notFinished(`${seen.name} was turned off and is ${after.state}`);
    });
