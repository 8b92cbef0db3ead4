import type { Guest, ReaddressOrder } from '../contracts/guest.ts';
import { notFinished } from '../contracts/mishap.ts';
import { ipv4Of } from './addresses.ts';
import { isBlind } from './channels.ts';
import { seenUp } from './outside.ts';
import type { GuestRoom } from './parts.ts';

type Applied = { readonly applied: readonly string[] };

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * The first-boot package does it; what can be seen is that the guest is up, and its addresses where it runs a KVP daemon. An address
 * that is shown and is not the planned one means that the package is not done.
 */
const fromOutside = async (room: GuestRoom, order: ReaddressOrder): Promise<Applied> => {
  const seen = await seenUp(room, order);
  const shownOf = (mac: string): readonly string[] =>
    ipv4Of(seen.adapters.find((adapter) => same(adapter.mac, mac))?.addresses ?? []);
  const wrong = order.nics.flatMap(({ mac, address }) => {
    const shown = shownOf(mac);
    return typeof address === 'string' || shown.length === 0 || shown.includes(address.ip)
      ? []
      : [`${mac} has ${shown.join(', ')}, not yet ${address.ip}`];
  });
  if (wrong.length > 0) notFinished(`${order.vm.name} is up, its first-boot package not done: ${wrong.join('; ')}`);
  const isSeen = ({ mac, address }: ReaddressOrder['nics'][number]): boolean =>
    typeof address !== 'string' && shownOf(mac).includes(address.ip);
  return { applied: order.nics.filter(isSeen).map(({ mac }) => mac) };
};

const plannedIps = ({ nics }: ReaddressOrder): readonly string[] =>
  nics.flatMap(({ address }) => (typeof address === 'string' ? [] : [address.ip]));

/**
 * Waits for the guest to come up, then gives each adapter its address, found by its MAC. Safe to repeat; ends when every address
 * was read back. A Linux without network is seen from its host only. V §3.2
 */
export const readdress =
  (room: GuestRoom): Guest['readdress'] =>
  async (order) => {
    if (isBlind(order)) return fromOutside(room, order);
    const nics = order.nics.flatMap(({ mac, address }) => {
      if (address === 'keep') return [];
      return [address === 'dhcp' ? { mac, dhcp: true } : { mac, dhcp: false, ...address }];
    });
    // Once it has its new address, the old one answers no more.
    const addresses = order.addresses.length === 0 ? [] : [...order.addresses, ...plannedIps(order)];
    const { applied } = await room.ask({ ...order, addresses }, 'readdress', { nics });
    const missing = nics.filter(({ mac }) => !applied.some((done) => same(done, mac)));
    if (missing.length > 0)
      notFinished(`${order.vm.name} does not have its addresses yet: ${missing.map(({ mac }) => mac).join(', ')}`);
    return { applied };
  };
