import { queueOf } from '../../domain/address.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { PlatformOrder } from '../contracts/platform.ts';
import { isBusy, isOff, isOn } from './description.ts';
import type { Glimpse } from './vms.ts';

type Told = { readonly vm: string; readonly at: string };
const told = (order: PlatformOrder): Told => ({ vm: order.vm.name, at: queueOf(order.to) });

export const failures = {
  drift: (order: PlatformOrder) =>
    mishap.drift(`${order.vm.name} is not what was approved: its hardware, disks or adapters have changed since`, {
      ...told(order),
      fix: 'Look at what changed on the host, then decide at the gate again.',
    }),

  guestRefused: (order: PlatformOrder, why: string, likely: string) =>
    mishap.guestRefused(`${order.vm.name} did not shut down: ${why}`, {
      ...told(order),
      likely,
      fix: 'Shut it down from inside, then retry; or approve a forced power-off.',
    }),

  /** Saved or paused: what its memory holds is not on its disks. */
  suspended: (order: PlatformOrder, vm: Glimpse) =>
    mishap.refused(`${vm.name} is ${vm.state}: its memory holds work that is not on its disks`, {
      ...told(order),
      fix: 'Resume it on the host, or throw its saved state away, then retry.',
    }),

  notOff: (order: PlatformOrder, vm: { readonly name: string; readonly state: string }) =>
    mishap.refused(`${vm.name} must be off for this and is ${vm.state}`, {
      ...told(order),
      fix: 'Shut it down first.',
    }),

  generation: (order: PlatformOrder, has: number, wanted: number) =>
    mishap.configuration(`${order.vm.name} arrived as generation ${has}, its landing wants ${wanted}`, {
      ...told(order),
      likely: 'The mover chooses the generation from the partitions of the boot disk.',
      fix: `Set the generation of its landing to ${has}: it cannot be changed afterwards.`,
    }),

  noSuchSource: (order: PlatformOrder, kind: 'adapter' | 'disk', source: number) =>
    mishap.configuration(
      `The landing of ${order.vm.name} counts ${kind} ${source} of its predecessor, which has no such ${kind}`,
      {
        ...told(order),
        fix: 'Correct the plan, then retry.',
      },
    ),

  twiceTheSame: (order: PlatformOrder, mac: string) =>
    mishap.configuration(`Two adapters of the landing of ${order.vm.name} would have the MAC ${mac}`, {
      ...told(order),
      fix: 'Let every adapter of the landing count another adapter of the predecessor.',
    }),

  nameTaken: (order: PlatformOrder, name: string) =>
    mishap.conflict(`Another VM on this host is called ${name}`, {
      ...told(order),
      fix: 'Rename or remove that VM, or give the landing another name.',
    }),

  noSwitch: (order: PlatformOrder, name: string) =>
    mishap.configuration(`There is no virtual switch ${name} on this host`, {
      ...told(order),
      fix: 'Create it, or name another network in the plan.',
    }),

  noAdapter: (order: PlatformOrder, id: string) =>
    mishap.missing(`${order.vm.name} has no adapter ${id} any more`, {
      ...told(order),
      fix: 'Run reshape again: it makes the adapters the landing asks for.',
    }),

  notTaken: (order: PlatformOrder, what: string) =>
    mishap.vendor(`Hyper-V took the change but does not show it: ${what}`, {
      ...told(order),
      changed: 'some of the settings of this VM',
      fix: 'Look at the VM on the host, then retry: every setting is read and set again.',
    }),

  unsafe: (order: PlatformOrder, why: string, fix: string) =>
    mishap.unsafe(`${order.vm.name} is not removed: ${why}`, { ...told(order), fix }),

  mounted: (order: PlatformOrder, why: string) =>
    mishap.refused(`${order.vm.name} is not removed: ${why}`, {
      ...told(order),
      likely: 'The recovery that made it has not ended.',
      fix: 'End the recovery in the mover; that removes the VM with its files.',
    }),
} as const;

/** A VM on its way from one state to another is waited for. */
export const whileBusy = (vm: Glimpse): void => {
  if (isBusy(vm))
    notFinished(`${vm.name} is ${[vm.state, ...vm.statuses.filter((status) => status !== 'Ok')].join(', ')}`);
};

/** One that rests where nothing can be done is refused. */
export const unlessResting = (order: PlatformOrder, vm: Glimpse): void => {
  whileBusy(vm);
  if (!isOff(vm) && !isOn(vm)) throw failures.suspended(order, vm);
};
