import type { Estate } from '../estate/types.ts';
import type { Answer, Ask } from '../wire/exchange.ts';
import { noSuchEntity } from './errors.ts';
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
      ...(c.function === 'AOS' && { network: { externalDataServiceIp: { ipv4: { value: DATA_SERVICES } } } }),
    }),
  });
};

/** Where iSCSI clients such as backup workers read. U §2.2 */
const DATA_SERVICES = '10.10.1.40';

/** Prism Central itself, with its version. */
export const domainManagers = (estate: Estate, ask: Ask): Answer => {
  const { prism } = estate.scenario;
  return listed(ask, [prism], {
    type: 'prism.v4.config.ListDomainManager',
    now: estate.now(),
    filterable: {},
    orderable: {},
    body: ({ instance, pc }) => ({
      $objectType: 'prism.v4.config.DomainManager',
      extId: stableId(`pc/${instance}`),
      config: { name: instance, buildInfo: { version: pc } },
    }),
  });
};

/** The lab makes none. O E.5 */
export const recoveryPoints = (estate: Estate, ask: Ask): Answer =>
  listed<{ readonly vmExtId: string }>(ask, [], {
    type: 'vmm.v4.ahv.config.ListVmRecoveryPoints',
    now: estate.now(),
    filterable: { vmExtId: (point) => point.vmExtId },
    orderable: {},
    body: (point) => ({ ...point }),
  });

type Subnet = Estate['scenario']['prism']['subnets'][number];

const subnetBody = (estate: Estate, { extId, name, vlan }: Subnet): Record<string, unknown> => ({
  $objectType: 'networking.v4.config.Subnet',
  extId,
  name,
  subnetType: 'VLAN',
  networkId: vlan,
  clusterReference: clusterId(estate.scenario.prism),
});

export const subnets = (estate: Estate, ask: Ask): Answer =>
  listed(ask, estate.scenario.prism.subnets, {
    type: 'networking.v4.config.ListSubnets',
    now: estate.now(),
    filterable: { name: (s) => s.name, extId: (s) => s.extId, networkId: (s) => s.vlan },
    orderable: { name: (s) => s.name },
    body: (s) => subnetBody(estate, s),
  });

export const getSubnet = (estate: Estate, extId: string): Answer => {
  const subnet = estate.scenario.prism.subnets.find((each) => each.extId === extId);
  if (!subnet) throw noSuchEntity('subnet', extId);
  return { status: 200, body: { data: subnetBody(estate, subnet) } };
};
