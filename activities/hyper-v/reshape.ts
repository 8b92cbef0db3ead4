import type { LandingNic } from '../../domain/landing.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { CmdletCall } from '../contracts/cmdlets.ts';
import type { Platform, ReshapeOrder } from '../contracts/platform.ts';
import { type Adapter, add, disconnect, drop, findAdapters, keepMac, sameMac } from './adapters.ts';
import { rename, secureBootOff, secureBootOn, setCpus, setMemory, setStartAction, writeNotes } from './changes.ts';
import { descriptionOf, isOff, startsItself } from './description.ts';
import { failures, unlessResting, whileBusy } from './failures.ts';
import { at, type HyperV } from './hyper-v.ts';
import { type Memo, memoOf, withMemo } from './notes.ts';
import { sameText } from './values.ts';
import { findAll, readAll, THE_VM, type VmReading } from './vms.ts';
import { goOnWaiting } from './waiting.ts';

/** The templates Hyper-V ships. Linux boots under Secure Boot only with the second. V §3.2 */
const TEMPLATE = { windows: 'MicrosoftWindows', linux: 'MicrosoftUEFICertificateAuthority' } as const;

/**
 * Gives a VM that is off the size and adapters of its landing, one unplugged adapter per NIC with the MAC its predecessor's had, and our
 * token in its Notes. Only what differs is set; everything is read back. V §1.5.4, §4.2
 */
export const reshape =
  (hyperV: HyperV): Platform['reshape'] =>
  (order) =>
    doing(at(order, `${order.vm.name} was reshaped`, 'some settings of the VM, which is off'), async () => {
      const macs = order.landing.nics.map((nic) => macFor(nic, order));
      const twice = macs.find((mac, n) => macs.findIndex((other) => sameMac(other, mac)) !== n);
      if (twice !== undefined) throw failures.twiceTheSame(order, twice);
      const lost = order.landing.disks.find(({ source }) => !order.predecessor.disks[source]);
      if (lost) throw failures.noSuchSource(order, 'disk', lost.source);
      const memo = memoFor(order);

      const { vms } = hyperV;
      await goOnWaiting(hyperV, order, whileBusy);
      const { vm: seen, results } = await vms.readBeside(order.vm.id, [findAll]);
      unlessResting(order, seen);
      if (!isOff(seen)) throw failures.notOff(order, seen);
      if (order.landing.generation !== null && order.landing.generation !== seen.generation)
        throw failures.generation(order, seen.generation, order.landing.generation);
      const taken = readAll(results).some(
        ({ id, name }) => !sameText(id, seen.id) && sameText(name, order.landing.name),
      );
      if (taken) throw failures.nameTaken(order, order.landing.name);

      const changes = changesFor(seen, order, macs, memo);
      const after = changes.length > 0 ? await vms.changed(order.vm.id, changes) : seen;
      const left = changesFor(after, order, macs, memo);
      if (left.length > 0) throw failures.notTaken(order, left.map(({ cmdlet, id }) => `${cmdlet} (${id})`).join(', '));

      return {
        description: descriptionOf(after, order.token),
        macs,
        wiring: order.landing.nics.map((nic, n) => ({
          id: adapterWith(macs[n] ?? '', after)?.id ?? '',
          mac: macs[n] ?? '',
          network: nic.network,
          vlan: nic.vlan,
          connected: true,
        })),
      };
    });

const macFor = (nic: LandingNic, order: ReshapeOrder): string => {
  const mac = order.predecessor.nics[nic.source]?.mac;
  if (mac === undefined) throw failures.noSuchSource(order, 'adapter', nic.source);
  return mac.toLowerCase();
};

/** What health needs to know of the predecessor. Anything noted before is of an earlier life of these disks and goes. */
const memoFor = ({ predecessor }: ReshapeOrder): Memo => ({
  os: predecessor.os,
  disks: predecessor.disks.map(({ bytes }) => bytes),
});

const adapterWith = (mac: string, vm: VmReading): Adapter | undefined =>
  vm.adapters.find((adapter) => sameMac(adapter.mac, mac));

const changesFor = (vm: VmReading, order: ReshapeOrder, macs: readonly string[], memo: Memo): readonly CmdletCall[] => {
  const { landing } = order;
  const plugs = adapterChanges(vm, macs);
  const isNoted = JSON.stringify(memoOf(vm.notes, order.token)) === JSON.stringify(memo);
  return [
    // First: from here on the VM is known as ours.
    ...(isNoted ? [] : [writeNotes(withMemo(vm.notes, order.token, memo))]),
    ...(startsItself(vm) ? [setStartAction('Nothing')] : []),
    ...(vm.name === landing.name ? [] : [rename(landing.name)]),
    ...(vm.cpus === landing.cpus ? [] : [setCpus(landing.cpus)]),
    ...(vm.memoryMb === landing.memoryMb && !vm.memoryIsDynamic ? [] : [setMemory(landing.memoryMb)]),
    ...secureBootChanges(vm, order),
    ...(plugs.length > 0 ? [findAdapters(THE_VM), ...plugs] : []),
  ];
};

/** Adapters are told apart by MAC, never counted: an addition whose answer was lost is found, not made twice. V §4.2 */
const adapterChanges = (vm: VmReading, macs: readonly string[]): readonly CmdletCall[] => {
  const isWanted = (adapter: Adapter): boolean => macs.some((mac) => sameMac(mac, adapter.mac));
  const kept = vm.adapters.filter(isWanted);
  return [
    ...vm.adapters.filter((adapter) => !isWanted(adapter)).map(({ id }) => drop(id)),
    ...kept.filter(({ connected }) => connected).map(({ id }) => disconnect(id)),
    ...kept.filter(({ macIsDynamic }) => macIsDynamic).map(({ id, mac }) => keepMac(id, mac)),
    ...macs.flatMap((mac, n) => (adapterWith(mac, vm) ? [] : [add(THE_VM, `NIC ${n}`, mac)])),
  ];
};

/** As the predecessor had it; a mover may leave Secure Boot on with the template that only Windows boots with. */
const secureBootChanges = (vm: VmReading, { predecessor }: ReshapeOrder): readonly CmdletCall[] => {
  if (vm.generation !== 2) return [];
  if (!predecessor.secureBoot) return vm.secureBoot ? [secureBootOff()] : [];
  const template = predecessor.os === 'linux' ? TEMPLATE.linux : TEMPLATE.windows;
  return vm.secureBoot && vm.secureBootTemplate === template ? [] : [secureBootOn(template)];
};
