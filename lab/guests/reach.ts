import type { Scenario } from '../estate/scenario.ts';
import type { Estate, LabVm } from '../estate/types.ts';
import { shownOn } from './adapters.ts';
import { type Networks, networksOf, rangeOf } from './networks.ts';

/** What a guest can reach now. An isolated VM, or one whose address does not live on the network it is plugged into, reaches nothing. */
export interface Reach {
  gateway(ip: string): boolean;
  /** A host by address: in a range of its own, or over a gateway it reaches. */
  host(ip: string): boolean;
}

const known = new WeakMap<Scenario, Networks>();

const networksFor = (scenario: Scenario): Networks => {
  const found = known.get(scenario) ?? networksOf(scenario);
  known.set(scenario, found);
  return found;
};

export const reachOf = (estate: Estate, vm: LabVm): Reach => {
  const networks = networksFor(estate.scenario);
  const links = vm.nics.flatMap((nic) => {
    const link = shownOn(vm.guest, nic, (n) => networks.lease(vm.platform, n));
    const works = link && (isLeased(vm, nic.mac) || networks.fits(vm, nic, link.ip, link.prefix));
    return works ? [{ ...link, range: rangeOf(link.ip, link.prefix) }] : [];
  });
  const isNear = (ip: string): boolean => links.some((link) => rangeOf(ip, link.prefix) === link.range);
  const gateway = (ip: string): boolean => links.some((link) => link.gateway === ip) && isNear(ip);

  return {
    gateway,
    host: (ip) => isNear(ip) || links.some((link) => link.gateway !== null && gateway(link.gateway)),
  };
};

const isLeased = (vm: LabVm, mac: string): boolean => vm.guest.addresses.some((a) => a.mac === mac && a.dhcp);
