import type { GuestInstance, Login } from '../../domain/estate.ts';
import type { GuestOrder } from '../contracts/guest.ts';
import { failures } from './failures.ts';

/** One way into a guest. PowerShell Direct goes through the Hyper-V host and needs no address. */
export type Way =
  | { readonly channel: 'direct'; readonly login: Login }
  | { readonly channel: 'winrm' | 'ssh'; readonly login: Login; readonly address: string };

/** A Linux on isolated staging has no network, and PowerShell Direct does not enter it: only its host can be asked. */
export const isBlind = (order: GuestOrder): boolean =>
  order.os === 'linux' && order.platform.product === 'hyper-v' && order.addresses.length === 0;

const windowsWays = (instance: GuestInstance, order: GuestOrder, addresses: readonly string[]): readonly Way[] => {
  const login = instance.windows;
  if (!login) throw failures.noChannel(order, 'it has no log-in for Windows');
  const throughHost = instance.channels.includes('direct') && order.platform.product === 'hyper-v';
  const overNetwork = instance.channels.includes('winrm');
  if (!throughHost && !overNetwork)
    throw failures.noChannel(
      order,
      order.platform.product === 'hyper-v' ? 'neither direct nor winrm is listed' : 'winrm is not listed',
    );
  return [
    ...(throughHost ? [{ channel: 'direct' as const, login }] : []),
    ...(overNetwork ? addresses.map((address) => ({ channel: 'winrm' as const, login, address })) : []),
  ];
};

const linuxWays = (instance: GuestInstance, order: GuestOrder, addresses: readonly string[]): readonly Way[] => {
  const login = instance.linux;
  if (!login) throw failures.noChannel(order, 'it has no log-in for Linux');
  if (!instance.channels.includes('ssh')) throw failures.noChannel(order, 'ssh is not listed');
  return addresses.map((address) => ({ channel: 'ssh' as const, login, address }));
};

/**
 * The ways into a guest, in the order they are tried: PowerShell Direct where its host is a Hyper-V and the instance lists it, else
 * WinRM for Windows and SSH for Linux, address by address. Throws `Configuration` where the instance has none, or no address is known.
 */
export const waysInto = (
  instance: GuestInstance,
  order: GuestOrder,
  addresses: readonly string[],
): readonly [Way, ...Way[]] => {
  if (order.os === 'unknown') throw failures.noChannel(order, 'whether it is Windows or Linux is not known');
  const ways = (order.os === 'windows' ? windowsWays : linuxWays)(instance, order, addresses);
  const [first, ...others] = ways;
  if (!first) throw failures.noAddress(order);
  return [first, ...others];
};
