import type { VmRef } from '../../domain/vm.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { AzureLocal } from './context.ts';
import { type Found, found } from './describe.ts';

/**
 * Offers the guest agent to a migrated VM, which comes without, and has it installed where it answers already. A generation 1 VM
 * must be off for that or may become unmanageable: one that is on is left alone, and `health` says so. Best effort: what Azure
 * refuses here shows in `health` and stops nothing. A §3
 */
export const offerGuestManagement = async (
  room: AzureLocal,
  vm: VmRef,
  token: string,
  here: Found,
  shape: { readonly generation: 1 | 2 | null; readonly os: 'windows' | 'linux' | 'unknown' },
): Promise<Found> => {
  const { asked, instances } = room;
  const { instance } = here;
  const offer = `offerAgent ${vm.id} ${token}`;
  const install = `installAgent ${vm.id} ${token}`;

  if (instance.agentConnected && asked.since(install) === null && (await instances.agentInstall(vm.id)) === null)
    asked.keep(install, await instances.installAgent(vm.id));
  if (instance.agentOffered || instance.agentConnected || shape.os === 'unknown') return here;
  if (shape.generation !== 2 && instance.power !== 'off') return here;
  if (asked.since(offer) === null) {
    if (instance.busy) return notFinished(`Azure is at work on ${vm.name}`);
    asked.keep(offer, await instances.offerAgent(vm.id, shape.os));
    return found(room, vm);
  }
  const end = await asked.ended(offer);
  return end.state === 'running' && instance.busy ? notFinished(`The guest agent is offered to ${vm.name}`) : here;
};
