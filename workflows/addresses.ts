import type { Baseline, GuestOrder } from '../activities/contracts/guest.ts';
import type { NicAddress } from '../domain/landing.ts';
import type { HopOrder, JourneyOrder } from '../domain/plan.ts';
import type { VmDescription, VmRef } from '../domain/vm.ts';
import { type Hop, successorOf } from './hop-context.ts';
import { token } from './journey.ts';
import { step } from './step.ts';
import { guestAddress } from './verbs.ts';

/** The address an adapter shall have: `keep` becomes what the baseline had, told by the predecessor's MAC. */
const wanted = (h: Hop, index: number, address: NicAddress): NicAddress => {
  if (address !== 'keep') return address;
  const mac = h.facts.nics[index]?.mac;
  const before = h.baseline?.nics.find((nic) => nic.mac === mac);
  const ip = before?.addresses.find((text) => text.includes('.'));
  if (!before || !ip || before.dhcp) return 'keep';
  const [plain, prefix] = ip.split('/');
  return plain ? { ip: plain, prefix: Number(prefix ?? 24), gateway: before.gateway, dns: before.dns } : 'keep';
};

/**
 * The baseline was taken of a guest whose adapters were unplugged, as that of a VM that was off is, and shows no address of one that is to
 * be kept; now it is plugged in.
 */
export const isBaselineBlind = (h: Hop): boolean =>
  h.order.landing.nics.some(({ source, address }) => {
    const nic = h.facts.nics[source];
    const before = h.baseline?.nics.find(({ mac }) => mac === nic?.mac);
    const shown = before?.addresses.some((text) => text.includes('.')) ?? true;
    return address === 'keep' && nic?.connected === true && !shown && before?.dhcp === false;
  });

/** Per landing adapter: the MAC given, and the address it shall have. */
export const plannedAddresses = (h: Hop, macs: readonly string[]): { mac: string; address: NicAddress }[] =>
  h.order.landing.nics.flatMap((nic, index) => {
    const mac = macs[index];
    return mac ? [{ mac, address: wanted(h, nic.source, nic.address) }] : [];
  });

/** What the first-boot package is written from: the predecessor's adapters and the addresses of the next landing. */
export const plannedPackage = (h: Hop): { mac: string; address: NicAddress }[] =>
  h.order.landing.nics.flatMap((nic) => {
    const mac = h.facts.nics[nic.source]?.mac;
    return mac ? [{ mac, address: wanted(h, nic.source, nic.address) }] : [];
  });

/** Where the guest answers after the hop. */
export const addressesAfter = (h: Hop, macs: readonly string[]): string[] =>
  plannedAddresses(h, macs).flatMap(({ address }) => (typeof address === 'string' ? [] : [address.ip]));

/** `side` of the hop on which the guest runs. What it runs is what the plan says; where it does not know, what the platform says. */
export const guestOrderAt = (
  { os }: JourneyOrder,
  hop: HopOrder,
  side: 'before' | 'after',
  facts: VmDescription,
  what: Pick<GuestOrder, 'vm' | 'addresses' | 'token'>,
): GuestOrder => ({
  ...what,
  to: guestAddress(side === 'before' ? hop.guests.source : hop.guests.target),
  platform: side === 'before' ? hop.from : hop.to,
  os: os === 'unknown' ? facts.os : os,
});

export const guestOrder = (
  h: Hop,
  side: 'before' | 'after',
  verb: string,
  vm: VmRef,
  addresses: readonly string[],
): GuestOrder => guestOrderAt(h.j.order, h.order, side, h.facts, { vm, addresses, token: token(h.j, h.n, verb) });

/** Gives the guest the addresses of its landing, adapter by adapter. */
export const giveAddresses = async (h: Hop, macs: readonly string[], addresses: readonly string[]): Promise<void> => {
  await h.verbs.guestAfter.readdress.executeWithOptions({ summary: `addresses of ${h.order.landing.name}` }, [
    { ...guestOrder(h, 'after', 'readdress', successorOf(h), addresses), nics: plannedAddresses(h, macs) },
  ]);
};

/** Waits for the guest to come up and gives it its addresses; also the proof that it boots before anything is given up. */
export const readdress = async (h: Hop, macs: readonly string[], repair: () => Promise<void>): Promise<void> => {
  const vm = successorOf(h);
  h.baseline ??= await step<Baseline>(
    h.j,
    'inspect',
    () =>
      h.verbs.guestAfter.inspect.executeWithOptions({ summary: `baseline of ${vm.name}` }, [
        guestOrder(h, 'after', 'inspect', vm, []),
      ]),
    { hop: h.n, repair },
  );
  await step(h.j, 'readdress', () => giveAddresses(h, macs, []), { hop: h.n, repair });
};
