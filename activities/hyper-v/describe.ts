import { doing } from '../contracts/cmdlet-failures.ts';
import type { Platform } from '../contracts/platform.ts';
import { descriptionOf } from './description.ts';
import { at, type HyperV } from './hyper-v.ts';

/** One reading of a VM, by its id. `Missing` where the host answers and has no such VM. V §3.1, §3.2 */
export const describe =
  ({ vms }: HyperV): Platform['describe'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was read`), async () => descriptionOf(await vms.read(order.vm.id), order.token));
