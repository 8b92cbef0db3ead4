import { doing } from '../contracts/cmdlet-failures.ts';
import type { Stands } from '../contracts/stands.ts';
import { at, type HyperV } from './hyper-v.ts';
import { carries } from './notes.ts';
import { sameText } from './values.ts';

/**
 * Which journeys have a VM on this host: it carries our token, or the landing's name, for a recovery registers the VM long before it
 * carries anything of ours. V §4.1
 */
export const standing =
  ({ host }: HyperV): Stands['standing'] =>
  (order) =>
    doing(at(order, 'the VMs of the host were read'), async () => {
      const vms = await host.vms();
      const stands = ({ journey, name }: (typeof order.leases)[number]): boolean =>
        vms.some((vm) => carries(vm.notes, journey) || sameText(vm.name, name));
      return { standing: order.leases.filter(stands).map(({ journey }) => journey) };
    });
