import type { Finding } from '../../domain/finding.ts';
import type { Landing } from '../../domain/landing.ts';
import { isOurs } from '../../domain/token.ts';
import { finding } from '../arm/finding.ts';
import { groupId } from '../arm/ids.ts';
import type { Platform, PlatformPreflight } from '../contracts/platform.ts';
import type { Cluster } from './clusters.ts';
import type { AzureLocal } from './context.ts';
import { describeVm } from './describe.ts';
import { networkFindings } from './network-findings.ts';
import { storageFindings } from './room-findings.ts';

/** Year and month of an Azure Local release, as in `12.2503.1002.5`. */
const releaseOf = (version: string | null): number | null => {
  const release = /^\d+\.(\d{4})(\.|$)/.exec(version ?? '')?.[1];
  return release ? Number(release) : null;
};

/** Older releases cannot take migrated VMs; 2411 cannot remove its seed disks. U §2.6 PF-501 */
const releaseFindings = (name: string, version: string | null): readonly Finding[] => {
  const release = releaseOf(version);
  if (release === null)
    return [
      finding(
        'PF-501',
        'info',
        name,
        'Azure does not tell the release of the cluster.',
        'Make sure by hand that it is 2503 or later.',
      ),
    ];
  if (release >= 2503) return [];
  return [
    finding('PF-501', 'block', name, `The cluster runs release ${release}.`, 'Update Azure Local to 2503 or later.'),
  ];
};

const connectivityFindings = (name: string, connectivity: string): readonly Finding[] => {
  const state = connectivity.toLowerCase();
  if (state === 'connected' || state === 'connectedrecently') return [];
  const severity = state === 'disconnected' ? 'block' : 'warn';
  return [
    finding('PF-502', severity, name, `The cluster is ${connectivity}.`, 'Bring the cluster back in touch with Azure.'),
  ];
};

const clusterFindings = (name: string, cluster: Cluster | null): readonly Finding[] => {
  if (!cluster)
    return [
      finding('PF-502', 'block', name, 'There is no such cluster.', 'Correct `cluster` of this instance in the plan.'),
    ];
  return [
    ...connectivityFindings(name, cluster.connectivity),
    ...releaseFindings(name, cluster.version),
    finding(
      'PF-502',
      'info',
      name,
      'Azure does not tell whether every node is up.',
      'Look at Get-ClusterNode before the batch.',
    ),
  ];
};

const placeFindings = async ({ clusters, instance }: AzureLocal): Promise<readonly Finding[]> => {
  const place = await clusters.customLocation();
  if (place?.state.toLowerCase() === 'succeeded') return [];
  return [
    finding(
      'PF-503',
      'block',
      instance.customLocation,
      place ? `The custom location is ${place.state}.` : 'There is no such custom location.',
      'Correct or repair the custom location.',
    ),
  ];
};

const NAME = /^[a-zA-Z0-9]([-._a-zA-Z0-9]{0,62}[a-zA-Z0-9])?$/;

const nameFindings = async (
  { instances, instance }: AzureLocal,
  landing: Landing,
  journey: string,
): Promise<readonly Finding[]> => {
  const { name } = landing;
  if (!NAME.test(name))
    return [
      finding(
        'PF-216',
        'block',
        name,
        'Azure Local takes no such name.',
        'Use 1 to 64 letters, digits, hyphens, dots and underscores, with a letter or digit at both ends.',
      ),
    ];
  const there = await instances.machine(
    `${groupId(instance.subscription, instance.resourceGroup)}/providers/Microsoft.HybridCompute/machines/${name}`,
  );
  if (!there || isOurs(there.token, journey)) return [];
  return [
    finding(
      'PF-216',
      'block',
      name,
      'A machine of this name is already in the resource group.',
      'Remove or rename it, or land under another name.',
    ),
  ];
};

const targetFindings = async (
  room: AzureLocal,
  landing: Landing,
  { bytesNeeded, journey }: PlatformPreflight,
): Promise<readonly Finding[]> =>
  (
    await Promise.all([
      placeFindings(room),
      storageFindings(room, landing, bytesNeeded),
      networkFindings(room, landing),
      nameFindings(room, landing, journey),
    ])
  ).flat();

/** Cluster, custom location, storage paths with their room, logical networks with the addresses wanted, and the name. U §2.6 */
export const preflight =
  (room: AzureLocal): Platform['preflight'] =>
  async (order) => {
    const { clusters, instance, agentVersion } = room;
    const cluster = await clusters.cluster();
    const target = order.role === 'target' && order.landing ? await targetFindings(room, order.landing, order) : [];
    return {
      productVersion: `Azure Local ${cluster?.version ?? 'of unknown release'}`,
      agentVersion,
      findings: [...clusterFindings(instance.cluster, cluster), ...target],
      ...(order.vm && order.role === 'source' ? { description: await describeVm(room, { vm: order.vm }) } : {}),
    };
  };
