import type { Estate } from '../estate/types.ts';
import type { Answer, Ask } from '../wire/exchange.ts';
import { listed } from './listing.ts';
import { clusterId, stableId } from './naming.ts';

interface Cluster {
  readonly extId: string;
  readonly name: string;
  readonly version: string;
  readonly function: 'AOS' | 'PRISM_CENTRAL';
}

/** The AHV cluster, and Prism Central itself, which lists as one too. */
export const clusters = (estate: Estate, ask: Ask): Answer => {
  const { prism } = estate.scenario;
  const items: readonly Cluster[] = [
    { extId: clusterId(prism), name: prism.cluster, version: prism.aos, function: 'AOS' },
    { extId: stableId(`pc/${prism.instance}`), name: 'Unnamed', version: prism.pc, function: 'PRISM_CENTRAL' },
  ];
  return listed(ask, items, {
    type: 'clustermgmt.v4.config.ListClusters',
    now: estate.now(),
    filterable: { name: (c) => c.name, extId: (c) => c.extId, 'config/clusterFunction': (c) => c.function },
    orderable: { name: (c) => c.name },
    body: (c) => ({
      $objectType: 'clustermgmt.v4.config.Cluster',
      extId: c.extId,
      name: c.name,
      config: {
        clusterFunction: [c.function],
        hypervisorTypes: c.function === 'AOS' ? ['AHV'] : [],
        buildInfo: { version: c.version },
        isAvailable: true,
      },
    }),
  });
};

export const subnets = (estate: Estate, ask: Ask): Answer =>
  listed(ask, estate.scenario.prism.subnets, {
    type: 'networking.v4.config.ListSubnets',
    now: estate.now(),
    filterable: { name: (s) => s.name, extId: (s) => s.extId, networkId: (s) => s.vlan },
    orderable: { name: (s) => s.name },
    body: (s) => ({
      $objectType: 'networking.v4.config.Subnet',
      extId: s.extId,
      name: s.name,
      subnetType: 'VLAN',
      networkId: s.vlan,
      clusterReference: clusterId(estate.scenario.prism),
    }),
  });
