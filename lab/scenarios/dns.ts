import type { DnsScenario, ExpectedName, Scenario, VmScenario } from '../estate/scenario.ts';

const ZONE = 'lab.example';

const reverseOf = (ip: string): string => `${ip.split('.').slice(0, 3).toReversed().join('.')}.in-addr.arpa`;

/** Reverse zones of every range a VM has or is to have an address in. */
const reverseZonesOf = (vms: readonly VmScenario[]): readonly string[] => {
  const ips = vms.flatMap(({ nics, expected }) => [
    ...nics.map(({ ip }) => ip),
    ...[...expected.staging.nics, ...expected.target.nics].flatMap(({ ip }) => ip ?? []),
  ]);
  return [...new Set(ips.map(reverseOf))];
};

const namesOf = (vm: VmScenario): readonly ExpectedName[] =>
  vm.nics.map((_, nic) => ({ zone: ZONE, name: vm.hostname, nic }));

/** The same estate with a DNS server, whose records are to follow every VM. */
export const withDns = (scenario: Scenario, wish: Partial<DnsScenario> = {}): Scenario => ({
  ...scenario,
  dns: {
    instance: 'dns01',
    server: `dns01.${ZONE}`,
    zone: ZONE,
    reverseZones: reverseZonesOf(scenario.vms),
    ttl: 3600,
    ...wish,
  },
  vms: scenario.vms.map((vm) => ({ ...vm, expected: { ...vm.expected, dns: namesOf(vm) } })),
});
