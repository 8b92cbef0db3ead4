import type { Landing } from '../../domain/landing.ts';
import type { NicWiring, VmRef } from '../../domain/vm.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import type { NicResource } from './belongings.ts';
import type { AzureLocal } from './context.ts';
import { description, type Found, found } from './describe.ts';
import { offerGuestManagement } from './guest-management.ts';
import { nicsOf, wiringOf } from './wiring.ts';

/** The interface of each landing adapter, in the landing's order: by network, and in the VM's order where several share one. */
const matched = (vm: VmRef, landing: Landing, nics: readonly NicResource[]): readonly NicResource[] => {
  const left = [...nics];
  return landing.nics.map(({ network }, n) => {
    const at = left.findIndex((nic) => nic.network === network);
    const nic = at < 0 ? undefined : left.splice(at, 1)[0];
    if (!nic)
      throw mishap.configuration(`${vm.name} has no interface on network ${network} for adapter ${n} of its landing`, {
        vm: vm.name,
        changed: 'the VM has landed with other networks than the plan says',
        fix: `Put an interface on ${network} on it in the portal, or correct the landing, then retry.`,
      });
    if (!nic.mac) return notFinished(`Azure does not know the MAC of ${nic.id} yet`);
    return nic;
  });
};

/** CPUs and memory change only while the VM is off; a switch has fixed them before, so there is seldom anything to do. */
const resized = async (
  room: AzureLocal,
  vm: VmRef,
  token: string,
  here: Found,
  { cpus, memoryMb }: Landing,
): Promise<Found> => {
  const { asked, instances } = room;
  const { instance } = here;
  const key = `resize ${vm.id} ${token}`;
  if (instance.cpus === cpus && instance.memoryMb === memoryMb) {
    asked.forget(key);
    return here;
  }
  if (asked.since(key) !== null) {
    const end = await asked.ended(key);
    if (end.state !== 'failed') return notFinished(`The size of ${vm.name} is being changed`);
    asked.forget(key);
    throw mishap.vendor(`Azure could not change the size of ${vm.name}: ${end.error}`, {
      vm: vm.name,
      fix: 'Look at the VM on its cluster, then retry.',
    });
  }
  if (instance.power !== 'off')
    throw mishap.refused(
      `${vm.name} has ${instance.cpus} CPUs and ${instance.memoryMb} MB, not ${cpus} and ${memoryMb}, and is ${instance.powerState}`,
      {
        vm: vm.name,
        fix: 'Shut it down and retry, or correct the landing.',
      },
    );
  if (instance.busy) return notFinished(`Azure is at work on ${vm.name}`);
  asked.keep(key, await instances.resize(vm.id, cpus, memoryMb));
  return notFinished(`Azure accepted the new size of ${vm.name}`);
};

/**
 * Adopts a VM that has landed: marks it as this journey's, corrects what still differs, and reads back its adapters. A VM that
 * already is as the landing says stays on. The wiring may name interfaces that are taken off it at the moment.
 */
export const reshape =
  (room: AzureLocal): Platform['reshape'] =>
  async ({ vm, token, landing, predecessor }) => {
    const { instances, belongings } = room;
    const first = await found(room, vm);
    await instances.claim(first.machine, token);
    const sized = await resized(room, vm, token, first, landing);
    const parked = sized.instance.nics.length > 0 ? [] : await belongings.marked('networkInterfaces', vm.id);
    const nics = matched(vm, landing, await nicsOf(room, vm, [...sized.instance.nics, ...parked]));
    const now = await description(room, vm, sized);
    const here = await offerGuestManagement(room, vm, token, sized, {
      generation: landing.generation ?? now.generation,
      os: now.os === 'unknown' ? predecessor.os : now.os,
    });
    return {
      description: await description(room, vm, here),
      wiring: nics.map((nic): NicWiring => wiringOf(nic)),
      macs: nics.map(({ mac }) => mac ?? ''),
    };
  };
