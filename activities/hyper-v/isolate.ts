import type { NicWiring } from '../../domain/vm.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { CmdletCall } from '../contracts/cmdlets.ts';
import type { IsolateOrder, Platform } from '../contracts/platform.ts';
import { type Adapter, disconnect, findAdapters, wiringOf } from './adapters.ts';
import { setStartAction, writeNotes } from './changes.ts';
import { descriptionOf, startsItself } from './description.ts';
import { failures } from './failures.ts';
import { at, type HyperV } from './hyper-v.ts';
import { type Memo, memoOf, withMemo } from './notes.ts';
import { THE_VM, type VmReading } from './vms.ts';

/**
 * Takes a VM off its networks and keeps the host from starting it. What was found stands in the Notes before anything is changed, so
 * that an isolated VM, or one isolated by half, still tells its wiring. V §4.2
 */
export const isolate =
  ({ vms }: HyperV): Platform['isolate'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was isolated`), async () => {
      const seen = await vms.read(order.vm.id);
      const wiring = wiringFound(seen, order);
      const start = memoOf(seen.notes, order.token).start ?? seen.startAction;

      const changes = changesFor(seen, order, wiring, start);
      if (changes.length > 0) await vms.change(order.vm.id, changes);

      const after = changes.length > 0 ? await vms.read(order.vm.id) : seen;
      if (startsItself(after)) throw failures.notTaken(order, `its start action is ${after.startAction}`);
      if (order.extent === 'full' && after.adapters.some(({ connected }) => connected))
        throw failures.notTaken(order, 'an adapter is still connected');
      return {
        wiring,
        autostart: startsItself({ startAction: start }),
        description: descriptionOf(after, order.token),
      };
    });

/** An adapter that is plugged in tells its own wiring; one that is not may have been unplugged by us. */
const wiringFound = (vm: VmReading, order: IsolateOrder): readonly NicWiring[] => {
  const recorded = memoOf(vm.notes, order.token).wiring ?? [];
  const before = (adapter: Adapter): NicWiring | undefined => recorded.find(({ id }) => id === adapter.id);
  return vm.adapters.map((adapter) => (adapter.connected ? undefined : before(adapter)) ?? wiringOf(adapter));
};

const changesFor = (
  vm: VmReading,
  order: IsolateOrder,
  wiring: readonly NicWiring[],
  start: string,
): readonly CmdletCall[] => {
  const plugged = order.extent === 'full' ? vm.adapters.filter(({ connected }) => connected) : [];
  if (plugged.length === 0 && !startsItself(vm)) return [];
  const known = memoOf(vm.notes, order.token);
  const memo: Memo = { ...known, start, ...(order.extent === 'full' ? { wiring } : {}) };
  return [
    writeNotes(withMemo(vm.notes, order.token, memo)),
    ...(startsItself(vm) ? [setStartAction('Nothing')] : []),
    ...(plugged.length > 0 ? [findAdapters(THE_VM)] : []),
    ...plugged.map(({ id }) => disconnect(id)),
  ];
};
