import type { Guest } from '../contracts/guest.ts';
import type { GuestRoom } from './parts.ts';

/** Takes off what hypervisors left: NGT, VMware Tools, VirtIO, QEMU agents. Only after sign-off, so that a rollback keeps its tools. U §8.4 */
export const tidy =
  (room: GuestRoom): Guest['tidy'] =>
  async (order) => {
    const { facts } = await room.ask(order, 'inspect', {});
    return room.ask(order, 'tidy', { agents: facts.agents });
  };
