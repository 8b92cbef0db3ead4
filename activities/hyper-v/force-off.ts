import { doing } from '../contracts/cmdlet-failures.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { Platform, Stopped } from '../contracts/platform.ts';
import { isOff } from './description.ts';
import { at, type HyperV } from './hyper-v.ts';
import { memoOf, withMemo } from './notes.ts';
import { turnOff, type VmReading, writeNotes } from './vms.ts';

/** Pulls the plug, only behind its own gate. Safe to repeat: which operation did it stands in the Notes. V §3.2 */
export const forceOff =
  ({ vms, now }: HyperV): Platform['forceOff'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was turned off`), async () => {
      const stopped = (vm: VmReading): Stopped => ({
        how: memoOf(vm.notes, order.token).forced === order.token ? 'forced' : 'wasOff',
        observedAt: new Date(now()).toISOString(),
      });
      const seen = await vms.read(order.vm.id);
      if (isOff(seen)) return stopped(seen);

      const memo = { ...memoOf(seen.notes, order.token), forced: order.token };
      await vms.change(order.vm.id, [writeNotes(withMemo(seen.notes, order.token, memo)), turnOff()]);
      const after = await vms.read(order.vm.id);
      return isOff(after) ? stopped(after) : notFinished(`${seen.name} was turned off and is ${after.state}`);
    });
