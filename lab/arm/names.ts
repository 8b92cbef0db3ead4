import type { AzureScenario } from '../estate/scenario.ts';
import { guidOf, shortHash } from './guid.ts';

/** Every ARM id of the lab's Azure side, spelled as the service spells it; plans for the lab are written from these. A §1.1 */
export interface ArmNames {
  readonly subscription: string;
  readonly group: string;
  readonly project: string;
  readonly discoverySolution: string;
  readonly migrationSolution: string;
  readonly masterSite: string;
  readonly sourceSite: string;
  readonly targetSite: string;
  readonly runAsAccount: string;
  readonly host: (fqdn: string) => string;
  readonly sourceCluster: (fqdn: string) => string;
  readonly vault: string;
  readonly vaultServiceId: string;
  readonly vaultPrincipal: string;
  readonly sourceFabric: string;
  readonly targetFabric: string;
  readonly sourceAgent: string;
  readonly targetAgent: string;
  readonly sourceAgentPrincipal: string;
  readonly targetAgentPrincipal: string;
  readonly cluster: string;
  readonly customLocation: string;
  readonly resourceBridge: string;
  readonly clusterExtension: string;
  readonly logicalNetwork: (name: string) => string;
  readonly storageContainer: (name: string) => string;
}

export const lastOf = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** ARM ids are the same resource whatever their case: A §1.1. */
export const sameId = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const slug = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]+/g, '-');

export const armNames = (azure: AzureScenario): ArmNames => {
  const subscription = `/subscriptions/${azure.subscription}`;
  const group = `${subscription}/resourceGroups/${azure.resourceGroup}`;
  const provider = (path: string): string => `${group}/providers/${path}`;
  const project = provider(`Microsoft.Migrate/MigrateProjects/${azure.project}`);
  const site = (appliance: string): string => provider(`Microsoft.OffAzure/HyperVSites/${appliance}site`);
  const registered = (appliance: string): string => `${appliance}${shortHash(`${azure.project}/${appliance}`, 4)}`;
  const fabric = (appliance: string): string =>
    provider(`Microsoft.DataReplication/replicationFabrics/${registered(appliance)}replicationfabric`);
  const source = site(azure.sourceAppliance);
  return {
    subscription,
    group,
    project,
    discoverySolution: `${project}/Solutions/Servers-Discovery-ServerDiscovery`,
    migrationSolution: `${project}/Solutions/Servers-Migration-ServerMigration_DataReplication`,
    masterSite: provider(`Microsoft.OffAzure/MasterSites/${azure.project}mastersite`),
    sourceSite: source,
    targetSite: site(azure.targetAppliance),
    runAsAccount: `${source}/runasaccounts/${guidOf(`${source}/runas`)}`,
    host: (fqdn) => `${source}/hosts/${slug(fqdn)}-${guidOf(fqdn)}`,
    sourceCluster: (fqdn) => `${source}/clusters/${slug(fqdn)}-${guidOf(`${fqdn}/cluster`)}`,
    vault: provider(`Microsoft.DataReplication/replicationVaults/${azure.project}replicationvault`),
    vaultServiceId: guidOf(`${azure.project}/vault`),
    vaultPrincipal: guidOf(`${azure.project}/vault/principal`),
    sourceFabric: fabric(azure.sourceAppliance),
    targetFabric: fabric(azure.targetAppliance),
    sourceAgent: `${fabric(azure.sourceAppliance)}/fabricAgents/${registered(azure.sourceAppliance)}dra`,
    targetAgent: `${fabric(azure.targetAppliance)}/fabricAgents/${registered(azure.targetAppliance)}dra`,
    sourceAgentPrincipal: guidOf(`${azure.project}/${azure.sourceAppliance}/principal`),
    targetAgentPrincipal: guidOf(`${azure.project}/${azure.targetAppliance}/principal`),
    cluster: provider(`Microsoft.AzureStackHCI/clusters/${azure.cluster}`),
    customLocation: provider(`Microsoft.ExtendedLocation/customLocations/${azure.cluster}-customlocation`),
    resourceBridge: provider(`Microsoft.ResourceConnector/appliances/${azure.cluster}-arcbridge`),
    clusterExtension: provider(
      `Microsoft.ResourceConnector/appliances/${azure.cluster}-arcbridge/providers/Microsoft.KubernetesConfiguration/extensions/vmss-hci`,
    ),
    logicalNetwork: (name) => provider(`Microsoft.AzureStackHCI/logicalNetworks/${name}`),
    storageContainer: (name) => provider(`Microsoft.AzureStackHCI/storageContainers/${name}`),
  };
};
