import { guidOf } from '../guid.ts';
import { list, notFound, ok } from '../http/answers.ts';
import type { Route } from '../http/call.ts';
import { isoOf, type Lab } from '../lab.ts';
import { lastOf, sameId } from '../names.ts';

export const replicationVersions = ['2024-09-01'];
const announces = '2021-02-16-preview, 2024-09-01';
const common = { versions: replicationVersions, announces };

const vaultView = (lab: Lab): Record<string, unknown> => ({
  location: lab.estate.scenario.azure.location,
  tags: { 'Migrate Project': lab.estate.scenario.azure.project },
  properties: { provisioningState: 'Succeeded', serviceResourceId: lab.names.vaultServiceId, vaultType: 'Migrate' },
  identity: {
    type: 'SystemAssigned',
    principalId: lab.names.vaultPrincipal,
    tenantId: lab.estate.scenario.azure.tenant,
  },
  id: lab.names.vault,
  name: lastOf(lab.names.vault),
  type: 'Microsoft.DataReplication/replicationVaults',
  systemData: null,
});

/** The service's own number for a fabric: decimal digits. */
const digits = (text: string, length: number): string =>
  BigInt(`0x${guidOf(text).replaceAll('-', '')}`)
    .toString()
    .slice(0, length);

const fabricView = (lab: Lab, id: string): Record<string, unknown> => {
  const isSource = sameId(id, lab.names.sourceFabric);
  const { azure } = lab.estate.scenario;
  const site = isSource
    ? { hyperVSiteId: lab.names.sourceSite }
    : {
        azStackHciSiteId: lab.names.targetSite,
        applianceName: [azure.targetAppliance],
        cluster: {
          clusterName: azure.cluster,
          resourceName: lab.names.cluster.replace('/subscriptions/', '/Subscriptions/'),
          storageAccountName: null,
          storageContainers: null,
        },
      };
  return {
    location: azure.location,
    tags: {},
    properties: {
      provisioningState: 'Succeeded',
      serviceEndpoint: null,
      serviceResourceId: fabricServiceId(id),
      health: 'Normal',
      healthErrors: [],
      customProperties: {
        ...site,
        fabricResourceId: digits(id, 19),
        fabricContainerId: digits(`${id}/container`, 13),
        migrationSolutionId: lab.names.migrationSolution,
        migrationHubUri: null,
        instanceType: isSource ? 'HyperVMigrate' : 'AzStackHCI',
      },
    },
    id,
    name: lastOf(id),
    type: 'Microsoft.DataReplication/replicationFabrics',
    systemData: null,
  };
};

export const fabricServiceId = (id: string): string => guidOf(`${id}/service`);
export const agentMachineId = (lab: Lab, appliance: string): string =>
  guidOf(`${lab.estate.scenario.azure.project}/${appliance}/machine`);

/** An appliance stops answering while a fault of point `arm.agent` about it is fired. */
export const isResponsive = (lab: Lab, agent: string): boolean =>
  lab.estate.faults.at('arm.agent', lastOf(agent)) === undefined;

const agentView = (lab: Lab, id: string): Record<string, unknown> => {
  const isSource = sameId(id, lab.names.sourceAgent);
  const { azure } = lab.estate.scenario;
  const appliance = isSource ? azure.sourceAppliance : azure.targetAppliance;
  const objectId = isSource ? lab.names.sourceAgentPrincipal : lab.names.targetAgentPrincipal;
  const applicationId = guidOf(`${objectId}/application`);
  const identity = {
    tenantId: azure.tenant,
    applicationId,
    objectId,
    audience: applicationId,
    aadAuthority: `https://login.windows.net/${azure.tenant}`,
  };
  const responsive = isResponsive(lab, id);
  return {
    properties: {
      correlationId: guidOf(`${id}/correlation`),
      machineId: agentMachineId(lab, appliance),
      machineName: appliance,
      authenticationIdentity: identity,
      resourceAccessIdentity: identity,
      isResponsive: responsive,
      lastHeartbeat: isoOf(lab.estate.now() - (responsive ? 15_000 : lab.estate.scaled(900_000))),
      versionNumber: '1.25.819.2',
      provisioningState: 'Succeeded',
      healthErrors: [],
      customProperties: { instanceType: isSource ? 'HyperVMigrate' : 'AzStackHCI' },
    },
    id,
    name: lastOf(id),
    type: 'Microsoft.DataReplication/replicationFabrics/fabricAgents',
    systemData: null,
  };
};

const fabrics = (lab: Lab): readonly string[] => [lab.names.sourceFabric, lab.names.targetFabric];
const agents = (lab: Lab): readonly string[] => [lab.names.sourceAgent, lab.names.targetAgent];

export const vaultRoute: Route = {
  ...common,
  get: (call) => (sameId(call.id, call.lab.names.vault) ? ok(vaultView(call.lab)) : notFound(call.id)),
};

export const vaultsRoute: Route = { ...common, list: (call) => list([vaultView(call.lab)]) };

export const fabricRoute: Route = {
  ...common,
  get: (call) => {
    const id = fabrics(call.lab).find((each) => sameId(each, call.id));
    return id ? ok(fabricView(call.lab, id)) : notFound(call.id);
  },
};

export const fabricsRoute: Route = {
  ...common,
  list: (call) => list(fabrics(call.lab).map((id) => fabricView(call.lab, id))),
};

export const agentRoute: Route = {
  versions: replicationVersions,
  announces: '2024-09-01',
  get: (call) => {
    const id = agents(call.lab).find((each) => sameId(each, call.id));
    return id ? ok(agentView(call.lab, id)) : notFound(call.id);
  },
};

export const agentsRoute: Route = {
  versions: replicationVersions,
  announces: '2024-09-01',
  list: (call) => {
    const fabric = call.id.slice(0, call.id.lastIndexOf('/')).toLowerCase();
    const own = agents(call.lab).filter((id) => id.toLowerCase().startsWith(`${fabric}/`));
    return ok({ value: own.map((id) => agentView(call.lab, id)), nextLink: null });
  },
};
