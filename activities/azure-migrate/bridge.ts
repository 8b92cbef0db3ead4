import type { AzureMigrateInstance } from '../../domain/estate.ts';
import type { Arm } from '../arm/arm.ts';
import { sameId, subscriptionOf } from '../arm/ids.ts';
import { type Json, listAt, textAt } from '../arm/reading.ts';
import { API } from '../arm/versions.ts';
import { mishap } from '../contracts/mishap.ts';

/** The Arc resource bridge of a cluster and the custom location that stands for it. `state` is `Running` when it works. */
export interface Bridge {
  readonly customLocation: string;
  readonly region: string | null;
  readonly state: string;
}

const ARM_ID = /^\/subscriptions\/[\w.()-]+(\/[\w.()-]+)+$/i;

/**
 * A custom location names its cluster only through an extension on the bridge: hence two joins. The names of the three columns
 * are the ones Microsoft's own tools read. A §1.3c
 */
const queryFor = (cluster: string): string =>
  [
    'resources',
    "| where type =~ 'microsoft.extendedlocation/customlocations'",
    '| mv-expand extension = properties.clusterExtensionIds to typeof(string)',
    '| project CustomLocation = id, customLocationRegion = location, extension = tolower(extension), host = tolower(tostring(properties.hostResourceId))',
    '| join kind=inner (kubernetesconfigurationresources',
    "  | where type =~ 'microsoft.kubernetesconfiguration/extensions'",
    `  | where tostring(properties.ConfigurationSettings.HCIClusterID) =~ '${cluster}'`,
    '  | project extension = tolower(id)) on extension',
    '| join kind=inner (resources',
    "  | where type =~ 'microsoft.resourceconnector/appliances'",
    '  | project host = tolower(id), statusOfTheBridge = tostring(properties.status)) on host',
    '| project CustomLocation, customLocationRegion, statusOfTheBridge',
  ].join('\n');

const bridgeOf = (row: Json): Bridge => ({
  customLocation: textAt(row, 'CustomLocation') ?? '',
  region: textAt(row, 'customLocationRegion'),
  state: textAt(row, 'statusOfTheBridge') ?? textAt(row, 'properties.status') ?? 'Unknown',
});

export interface Bridges {
  /** The bridge behind the custom location we land in; null when Resource Graph finds none for the cluster. */
  current(): Promise<Bridge | null>;
}

/** Resource Graph: a POST that reads. */
export const bridges = (arm: Arm, { target, subscription }: AzureMigrateInstance): Bridges => ({
  current: async () => {
    if (!ARM_ID.test(target.cluster))
      throw mishap.configuration(`${target.cluster} is no ARM id of a cluster`, {
        fix: 'Correct target.cluster of this instance in the plan.',
      });
    const subscriptions = [
      ...new Set([subscription, subscriptionOf(target.cluster), subscriptionOf(target.customLocation)]),
    ];
    const { body } = await arm.post('/providers/Microsoft.ResourceGraph/resources', API.resourceGraph, {
      subscriptions: subscriptions.filter((id) => id !== null),
      query: queryFor(target.cluster),
      options: { resultFormat: 'objectArray' },
    });
    const found = listAt(body ?? undefined, 'data').map(bridgeOf);
    return found.find(({ customLocation }) => sameId(customLocation, target.customLocation)) ?? null;
  },
});
