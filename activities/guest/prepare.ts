import type { Guest, PrepareOrder } from '../contracts/guest.ts';
import type { GuestRoom } from './parts.ts';

/** `keep` is left out: the package touches only what the plan names. `index` is the adapter's place in the landing. */
const packaged = ({ nics }: PrepareOrder): readonly object[] =>
  nics.flatMap(({ mac, address }, index) => {
    if (address === 'keep') return [];
    return [address === 'dhcp' ? { mac, index, dhcp: true } : { mac, index, ...address }];
  });

/**
 * Drivers (Linux), SAN policy (Windows) and a package that gives the landing's addresses on the first boot as another machine.
 * Safe to repeat. The machine it is placed on keeps its own addresses, also when it restarts. U §8.2, §8.4
 */
export const prepare =
  (room: GuestRoom): Guest['prepare'] =>
  (order) =>
    room.ask(order, 'prepare', { nics: packaged(order), hop: order.hop });
