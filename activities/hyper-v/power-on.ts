import { doing } from '../contracts/cmdlet-failures.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import { start, writeNotes } from './changes.ts';
import { descriptionOf, isOn } from './description.ts';
import { unlessResting, whileBusy } from './failures.ts';
import { at, type HyperV } from './hyper-v.ts';
import { memoOf, withMemo } from './notes.ts';
import { goOnWaiting } from './waiting.ts';

/** Starts a VM that is off; one that runs is left alone. An earlier request to shut down ends here. V §3.2, §4.2 */
export const powerOn =
  (hyperV: HyperV): Platform['powerOn'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was started`), async () => {
      const { vms } = hyperV;
      await goOnWaiting(hyperV, order, whileBusy);
      const seen = await vms.read(order.vm.id);
      if (isOn(seen)) return descriptionOf(seen, order.token);
      unlessResting(order, seen);

      const { asked, forced, ...memo } = memoOf(seen.notes, order.token);
      const settled = asked || forced ? [writeNotes(withMemo(seen.notes, order.token, memo))] : [];
      const after = await vms.changed(order.vm.id, [...settled, start()]);
      return isOn(after)
        ? descriptionOf(after, order.token)
        : notFinished(`${seen.name} was started and is ${after.state}`);
    });
