import type { Finding } from '../../domain/finding.ts';
import type { Landing } from '../../domain/landing.ts';
import { finding } from '../arm/finding.ts';
import { sameId } from '../arm/ids.ts';
import { whyNotIn } from './addresses.ts';
import type { NicResource } from './belongings.ts';
import type { LogicalNetwork } from './clusters.ts';
import type { AzureLocal } from './context.ts';

type LandingNic = Landing['nics'][number];

const addressFindings = (
  { network, address }: LandingNic,
  lnet: LogicalNetwork,
  taken: readonly NicResource[],
): readonly Finding[] => {
  if (address === 'keep') return [];
  const fits = (kind: string) => lnet.subnets.some(({ allocation }) => allocation === kind || allocation === 'unknown');
  if (address === 'dhcp')
    return fits('dynamic')
      ? []
      : [
          finding(
            'PF-504',
            'block',
            network,
            'It gives static addresses only.',
            'Give the adapter an address, or name a network with DHCP.',
          ),
        ];
  const reasons = lnet.subnets.map((subnet) => whyNotIn(subnet, address.ip));
  const holder = taken.find(({ addresses }) => addresses.includes(address.ip));
  return [
    ...(fits('static')
      ? []
      : [
          finding(
            'PF-504',
            'block',
            network,
            'It gives addresses by DHCP only.',
            'Name a network with static addresses.',
          ),
        ]),
    ...(reasons.some((reason) => reason === null)
      ? []
      : [
          finding(
            'PF-505',
            'block',
            network,
            `${reasons[0] ?? 'it has no subnet'}.`,
            'Choose an address of the network, or extend it.',
          ),
        ]),
    ...(holder
      ? [
          finding(
            'PF-505',
            'block',
            network,
            `${address.ip} is held by ${holder.id}.`,
            'Free the address or choose another.',
          ),
        ]
      : []),
  ];
};

/** Whether the networks of a landing are there, of the right kind, and have the addresses it wants. */
export const networkFindings = async (
  { clusters, belongings, instance }: AzureLocal,
  landing: Landing,
): Promise<readonly Finding[]> => {
  const taken = landing.nics.some(({ address }) => typeof address === 'object') ? await belongings.allNics() : [];
  const rows = await Promise.all(
    landing.nics.map(async (nic) => {
      const id = instance.logicalNetworks[nic.network];
      if (!id)
        return [
          finding(
            'PF-504',
            'block',
            nic.network,
            `Network ${nic.network} is not in this instance.`,
            'Add its ARM id to the plan.',
          ),
        ];
      const lnet = await clusters.logicalNetwork(id);
      if (!lnet)
        return [
          finding(
            'PF-504',
            'block',
            nic.network,
            `There is no logical network ${id}.`,
            'Correct its ARM id in the plan.',
          ),
        ];
      const elsewhere = lnet.customLocation !== null && !sameId(lnet.customLocation, instance.customLocation);
      const vlans = lnet.subnets.flatMap(({ vlan }) => vlan ?? []);
      const otherVlan = nic.vlan !== null && vlans.length > 0 && !vlans.includes(nic.vlan);
      return [
        ...(lnet.state.toLowerCase() === 'succeeded'
          ? []
          : [finding('PF-504', 'block', nic.network, `The logical network is ${lnet.state}.`, 'Repair it.')]),
        ...(elsewhere
          ? [
              finding(
                'PF-504',
                'block',
                nic.network,
                'The logical network is on another cluster.',
                'Name one of this cluster.',
              ),
            ]
          : []),
        ...(otherVlan
          ? [
              finding(
                'PF-504',
                'warn',
                nic.network,
                `It is VLAN ${vlans.join(', ')}, the landing says ${nic.vlan}.`,
                'Correct the landing or name another network.',
              ),
            ]
          : []),
        ...addressFindings(nic, lnet, taken),
      ];
    }),
  );
  return rows.flat();
};
