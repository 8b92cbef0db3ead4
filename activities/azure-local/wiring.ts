import type { NicWiring, VmRef } from '../../domain/vm.ts';
import { sameId } from '../arm/ids.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import type { NicResource } from './belongings.ts';
import type { AzureLocal } from './context.ts';
import { type Found, found } from './describe.ts';

export const wiringOf = (nic: NicResource): NicWiring => ({
  id: nic.id,
  mac: nic.mac ?? '',
  network: nic.network,
  vlan: null,
  connected: true,
});

/** Reads interfaces that must be there. */
export const nicsOf = async (
  { belongings }: AzureLocal,
  vm: VmRef,
  ids: readonly string[],
): Promise<readonly NicResource[]> =>
  Promise.all(
    ids.map(async (id) => {
      const nic = await belongings.nic(id);
      if (nic) return nic;
      throw mishap.missing(`Network interface ${id} of ${vm.name} is gone`, {
        vm: vm.name,
        fix: 'Look who removed it; make it again before going on.',
      });
    }),
  );

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((id) => b.some((other) => sameId(id, other)));

/**
 * Gives the VM exactly these interfaces and returns when Azure lists just them. ARM has no unplugged state: an adapter is either
 * on the VM, connected, or off it, and keeps its MAC and network as a resource. That is how a VM is isolated and connected here. A §3
 */
export const settleNics = async (
  room: AzureLocal,
  vm: VmRef,
  token: string,
  here: Found,
  ids: readonly string[],
): Promise<Found> => {
  const { asked, instances } = room;
  const key = `nics ${vm.id} ${token}`;
  if (sameSet(here.instance.nics, ids)) {
    asked.forget(key);
    return here;
  }
  if (asked.since(key) !== null) {
    const end = await asked.ended(key);
    if (end.state === 'failed') {
      asked.forget(key);
      throw mishap.configuration(`Azure did not change the network interfaces of ${vm.name}: ${end.error}`, {
        vm: vm.name,
        changed: `it still has ${here.instance.nics.length} interfaces`,
        fix: 'Azure Local can only be told to take interfaces off a VM and put them back. Do it in the portal or on the cluster node, then retry.',
      });
    }
    return notFinished(`The network interfaces of ${vm.name} are being changed`);
  }
  if (here.instance.busy) return notFinished(`Azure is at work on ${vm.name}`);
  asked.keep(key, await instances.attach(vm.id, ids));
  const after = await found(room, vm);
  return sameSet(after.instance.nics, ids)
    ? settleNics(room, vm, token, after, ids)
    : notFinished(`Azure accepted the change of the network interfaces of ${vm.name}`);
};
