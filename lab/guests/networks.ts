import { createHash } from 'node:crypto';
import type { Scenario } from '../estate/scenario.ts';
import type { LabNic, LabPlatform, LabVm } from '../estate/types.ts';
import type { Lease } from './adapters.ts';

/** A place on the network where addresses of one range work: `range` is the network address as text with its prefix. */
interface Segment {
  readonly platform: LabPlatform;
  readonly network: string;
  readonly vlan: number | null;
  readonly range: string;
}

/** Where every address range of a scenario lives, by what its VMs have and what their plan asks for. */
export interface Networks {
  /** DHCP exists on Azure Local's logical networks that are not static, nowhere else. */
  lease(platform: LabPlatform, nic: LabNic): Lease | null;
  /** Whether an adapter with this address is plugged in where that range lives. */
  fits(vm: Pick<LabVm, 'platform'>, nic: LabNic, ip: string, prefix: number): boolean;
}

export const networksOf = (scenario: Scenario): Networks => {
  const segments = segmentsOf(scenario);
  return {
    fits: ({ platform }, nic, ip, prefix) =>
      nic.connected &&
      segments.some(
        (s) =>
          s.platform === platform &&
          s.range === rangeOf(ip, prefix) &&
          s.network === subnetName(scenario, platform, nic.network) &&
          (s.vlan === (nic.vlan ?? null) || (platform !== 'hyper-v' && nic.vlan === null)),
      ),
    lease: (platform, nic) => {
      const network = scenario.azure.logicalNetworks.find((n) => n.name === nic.network);
      if (platform !== 'azure-local' || !network || network.static) return null;
      const [base = '0.0.0.0', bits = '24'] = network.cidr.split('/');
      const host = 100 + ((createHash('sha256').update(nic.mac).digest()[0] ?? 0) % 100);
      return { ip: textOf(numberOf(base) + host), prefix: Number(bits), gateway: textOf(numberOf(base) + 1), dns: [] };
    },
  };
};

const segmentsOf = (scenario: Scenario): readonly Segment[] =>
  scenario.vms.flatMap((vm) => {
    const source = vm.nics.map((nic): Segment => {
      const subnet = scenario.prism.subnets.find((s) => s.name === nic.subnet || s.extId === nic.subnet);
      const network = subnet?.name ?? nic.subnet;
      return { platform: 'ahv', network, vlan: subnet?.vlan ?? null, range: rangeOf(nic.ip, nic.prefix) };
    });
    const planned = (platform: LabPlatform, nics: typeof vm.expected.staging.nics): readonly Segment[] =>
      nics.map((nic, index) => {
        const ip = nic.ip ?? vm.nics[index]?.ip ?? '0.0.0.0';
        const prefix = nic.ip === null ? (vm.nics[index]?.prefix ?? nic.prefix) : nic.prefix;
        return { platform, network: nic.network, vlan: nic.vlan, range: rangeOf(ip, prefix) };
      });
    return [
      ...source,
      ...planned('hyper-v', vm.expected.staging.nics),
      ...planned('azure-local', vm.expected.target.nics),
    ];
  });

const subnetName = (scenario: Scenario, platform: LabPlatform, network: string | null): string | null =>
  (platform === 'ahv' ? scenario.prism.subnets.find((s) => s.extId === network)?.name : undefined) ?? network;

const numberOf = (ip: string): number => ip.split('.').reduce((n, part) => n * 256 + Number(part), 0);

const textOf = (n: number): string => [24, 16, 8, 0].map((bits) => Math.floor(n / 2 ** bits) % 256).join('.');

/** `10.1.2.3`, 24 → `10.1.2.0/24` */
export const rangeOf = (ip: string, prefix: number): string => {
  const size = 2 ** (32 - prefix);
  return `${textOf(Math.floor(numberOf(ip) / size) * size)}/${prefix}`;
};
