import { mishap } from '../contracts/mishap.ts';
import type { Platform } from '../contracts/platform.ts';
import type { AzureLocal } from './context.ts';
import { description, found } from './describe.ts';
import { nicsOf, settleNics } from './wiring.ts';

/** Puts the interfaces of the wiring back on the VM. Their network is a property of the interface and cannot be changed here. */
export const connect =
  (room: AzureLocal): Platform['connect'] =>
  async ({ vm, token, wiring }) => {
    const wanted = wiring.filter(({ connected }) => connected);
    const nics = await nicsOf(
      room,
      vm,
      wanted.map(({ id }) => id),
    );
    const moved = wanted.find(({ network }, n) => network !== null && nics[n]?.network !== network);
    if (moved)
      throw mishap.configuration(
        `Interface ${moved.id} of ${vm.name} is not on network ${moved.network}, and Azure Local cannot move it`,
        {
          vm: vm.name,
          fix: 'Make an interface on that network and put it on the VM in its place, then retry.',
        },
      );
    const here = await settleNics(
      room,
      vm,
      token,
      await found(room, vm),
      wanted.map(({ id }) => id),
    );
    return description(room, vm, here);
  };
