import { diskRoute, disksRoute } from './azure-local/disks.ts';
import { guestAgentRoute, guestAgentsRoute, identitiesRoute, identityRoute } from './azure-local/guest-agents.ts';
import { operationRoute as instanceOperationRoute, instanceRoute, instancesRoute } from './azure-local/instances.ts';
import { interfaceRoute, interfacesRoute } from './azure-local/interfaces.ts';
import { machineRoute as hybridMachineRoute, machinesRoute as hybridMachinesRoute } from './azure-local/machines.ts';
import { networkRoute, networksRoute } from './azure-local/networks.ts';
import { containerRoute, containersRoute } from './azure-local/storage.ts';
import type { Routes } from './http/call.ts';
import { locationRoute } from './http/operations.ts';
import { projectRoute, solutionRoute, solutionsRoute } from './migrate/projects.ts';
import {
  hostRoute,
  hostsRoute,
  machineRoute,
  machinesRoute,
  runAsesRoute,
  runAsRoute,
  siteRoute,
  sourceClusterRoute,
  sourceClustersRoute,
} from './off-azure/sites.ts';
import {
  bridgeRoute,
  clusterRoute,
  clustersRoute,
  customLocationRoute,
  customLocationsRoute,
  updateSummaryRoute,
} from './platform/arc.ts';
import { groupRoute, groupsRoute, providerRoute, resourcesRoute, subscriptionRoute } from './platform/providers.ts';
import { resourceGraphRoute } from './platform/resource-graph.ts';
import { roleDefinitionRoute, roleRoute, rolesRoute } from './platform/roles.ts';
import { accountRoute, accountsRoute, storageVersions } from './platform/storage-accounts.ts';
import {
  agentRoute,
  agentsRoute,
  fabricRoute,
  fabricsRoute,
  vaultRoute,
  vaultsRoute,
} from './replication/appliances.ts';
import { itemRoute, itemsRoute } from './replication/items.ts';
import { jobRoute, jobsRoute, operationRoute } from './replication/jobs.ts';
import { extensionRoute, extensionsRoute, policiesRoute, policyRoute } from './replication/settings.ts';

/** Every type the lab knows; the plural ones are collections of a scope. */
const replication: Routes = {
  'microsoft.datareplication/replicationvaults/jobs': { ...jobsRoute, ...jobRoute },
  'microsoft.datareplication/replicationvaults/protecteditems': { ...itemsRoute, ...itemRoute },
  'microsoft.datareplication/replicationvaults/replicationpolicies': { ...policiesRoute, ...policyRoute },
  'microsoft.datareplication/replicationvaults/replicationextensions': { ...extensionsRoute, ...extensionRoute },
  'microsoft.datareplication/replicationvaults': { ...vaultsRoute, ...vaultRoute },
  'microsoft.datareplication/replicationfabrics/fabricagents': { ...agentsRoute, ...agentRoute },
  'microsoft.datareplication/replicationfabrics': { ...fabricsRoute, ...fabricRoute },
  'microsoft.datareplication/operationresults': operationRoute,
  'microsoft.datareplication/locations/operationresults': operationRoute,
};

const discovery: Routes = {
  'microsoft.migrate/migrateprojects/solutions': { ...solutionsRoute, ...solutionRoute },
  'microsoft.migrate/migrateprojects': projectRoute,
  'microsoft.offazure/hypervsites/machines': { ...machinesRoute, ...machineRoute },
  'microsoft.offazure/hypervsites/hosts': { ...hostsRoute, ...hostRoute },
  'microsoft.offazure/hypervsites/clusters': { ...sourceClustersRoute, ...sourceClusterRoute },
  'microsoft.offazure/hypervsites/runasaccounts': { ...runAsesRoute, ...runAsRoute },
  'microsoft.offazure/hypervsites': siteRoute,
};

const azureLocal: Routes = {
  'microsoft.hybridcompute/machines': { ...hybridMachinesRoute, ...hybridMachineRoute },
  'microsoft.azurestackhci/virtualmachineinstances/guestagents': { ...guestAgentsRoute, ...guestAgentRoute },
  'microsoft.azurestackhci/virtualmachineinstances/hybrididentitymetadata': { ...identitiesRoute, ...identityRoute },
  'microsoft.azurestackhci/virtualmachineinstances': { ...instancesRoute, ...instanceRoute },
  'microsoft.azurestackhci/logicalnetworks': { ...networksRoute, ...networkRoute },
  'microsoft.azurestackhci/storagecontainers': { ...containersRoute, ...containerRoute },
  'microsoft.azurestackhci/networkinterfaces': { ...interfacesRoute, ...interfaceRoute },
  'microsoft.azurestackhci/virtualharddisks': { ...disksRoute, ...diskRoute },
  'microsoft.azurestackhci/clusters/updatesummaries': updateSummaryRoute,
  'microsoft.azurestackhci/clusters': { ...clustersRoute, ...clusterRoute },
  'microsoft.azurestackhci/locations/operationstatuses': instanceOperationRoute,
};

const platform: Routes = {
  'microsoft.storage/storageaccounts': { ...accountsRoute, ...accountRoute },
  'microsoft.storage/locations/asyncoperations': locationRoute(storageVersions),
  'microsoft.authorization/roleassignments': { ...rolesRoute, ...roleRoute },
  'microsoft.authorization/roledefinitions': roleDefinitionRoute,
  'microsoft.extendedlocation/customlocations': { ...customLocationsRoute, ...customLocationRoute },
  'microsoft.resourceconnector/appliances': bridgeRoute,
  'microsoft.resourcegraph/resources': resourceGraphRoute,
  'microsoft.resources/subscriptions/resourcegroups': { ...groupsRoute, ...groupRoute },
  'microsoft.resources/subscriptions/resourcegroups/resources': resourcesRoute,
  'microsoft.resources/subscriptions/resources': resourcesRoute,
  'microsoft.resources/subscriptions/providers': providerRoute,
  'microsoft.resources/subscriptions': subscriptionRoute,
};

export const routes: Routes = { ...replication, ...discovery, ...azureLocal, ...platform };
