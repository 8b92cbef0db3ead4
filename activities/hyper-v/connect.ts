import type { NicWiring } from '../../domain/vm.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { CmdletCall } from '../contracts/cmdlets.ts';
import type { ConnectOrder, Platform } from '../contracts/platform.ts';
import { type Adapter, disconnect, findAdapters, connect as plug, tag } from './adapters.ts';
import { addRole, setStartAction, writeNotes } from './changes.ts';
import { descriptionOf, startsItself } from './description.ts';
import { failures } from './failures.ts';
import { findShared, findSwitches, isClustered, readSwitches, switchNamed } from './host.ts';
import { at, type HyperV } from './hyper-v.ts';
import { memoOf, withMemo } from './notes.ts';
import { sameText } from './values.ts';
import { THE_VM, type VmReading } from './vms.ts';

/** What Hyper-V gives a new VM. */
const USUAL_START = 'StartIfRunning';

/**
 * Plugs each adapter as the wiring says, by its id, and reads back. The VLAN comes before the plug: not one frame goes out on the wrong
 * one. Adapters the wiring does not name stay as they are. A VM that shall serve on a cluster becomes a role of it. V §3.2, §4.2
 */
export const connect =
  ({ vms }: HyperV): Platform['connect'] =>
  (order) =>
    doing(at(order, `the adapters of ${order.vm.name} were connected`, 'some adapters may be connected'), async () => {
      const { vm: seen, results } = await vms.readBeside(order.vm.id, [findSwitches, findShared]);
      const plugs = order.wiring.flatMap((wanted) => differences(wanted, adapterFor(wanted, seen, order)));
      if (plugs.length > 0) checkSwitches(order, readSwitches(results));

      const start = startFor(order, seen);
      const memo = memoOf(seen.notes, order.token);
      const { wiring: _, start: __, ...rest } = memo;
      const isStale = memo.wiring !== undefined || memo.start !== undefined;
      const isToServe = order.autostart === true;
      const needsRole = isToServe && seen.clustered === false && isClustered(results) === true;
      const changes = [
        ...(plugs.length > 0 ? [findAdapters(THE_VM), ...plugs] : []),
        ...(start === null ? [] : [setStartAction(start)]),
        ...(needsRole ? [addRole(order.vm.id)] : []),
        // Last, so that a half-connected VM still knows its old wiring.
        ...(isStale ? [writeNotes(withMemo(seen.notes, order.token, rest))] : []),
      ];
      if (changes.length === 0) return descriptionOf(seen, order.token);

      await vms.change(order.vm.id, changes);
      const after = await vms.read(order.vm.id);
      for (const wanted of order.wiring) {
        const adapter = adapterFor(wanted, after, order);
        if (differences(wanted, adapter).length > 0)
          throw failures.notTaken(
            order,
            `adapter ${adapter.name} is on ${adapter.switchName ?? 'no switch'}, VLAN ${adapter.vlan ?? 'none'}`,
          );
      }
      if (startFor(order, after) !== null) throw failures.notTaken(order, `its start action is ${after.startAction}`);
      if (needsRole && after.clustered === false) throw failures.notTaken(order, 'it is not highly available');
      return descriptionOf(after, order.token);
    });

const adapterFor = (wanted: NicWiring, vm: VmReading, order: ConnectOrder): Adapter => {
  const adapter = vm.adapters.find(({ id }) => id === wanted.id);
  if (!adapter) throw failures.noAdapter(order, wanted.id);
  return adapter;
};

const differences = (wanted: NicWiring, adapter: Adapter): readonly CmdletCall[] => {
  if (!wanted.connected || wanted.network === null) return adapter.connected ? [disconnect(adapter.id)] : [];
  const isPlugged = adapter.connected && adapter.switchName !== null && sameText(adapter.switchName, wanted.network);
  return [
    ...(adapter.vlan === wanted.vlan ? [] : [tag(adapter.id, wanted.vlan)]),
    ...(isPlugged ? [] : [plug(adapter.id, wanted.network)]),
  ];
};

const checkSwitches = (order: ConnectOrder, switches: Parameters<typeof switchNamed>[1]): void => {
  for (const { connected, network } of order.wiring) {
    if (connected && network !== null && !switchNamed(network, switches)) throw failures.noSwitch(order, network);
  }
};

/** The start action to set, or null where it is as it shall be. */
const startFor = (order: ConnectOrder, vm: VmReading): string | null => {
  if (order.autostart === null || order.autostart === startsItself(vm)) return null;
  if (!order.autostart) return 'Nothing';
  const before = memoOf(vm.notes, order.token).start ?? USUAL_START;
  return startsItself({ startAction: before }) ? before : USUAL_START;
};
