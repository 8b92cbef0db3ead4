import { list, notFound, ok } from '../http/answers.ts';
import type { Handler, Route } from '../http/call.ts';
import type { Lab } from '../lab.ts';
import { isoOf } from '../lab.ts';
import { sameId } from '../names.ts';

/** The Arc resource bridge answers `Offline` while a fault of point `arm.bridge` is fired. */
export const bridgeStatus = (lab: Lab): 'Running' | 'Offline' =>
  lab.estate.faults.at('arm.bridge', lab.estate.scenario.azure.cluster) ? 'Offline' : 'Running';

export const customLocationView = (lab: Lab): Record<string, unknown> => {
  const { azure } = lab.estate.scenario;
  return {
    id: lab.names.customLocation,
    name: `${azure.cluster}-customlocation`,
    type: 'Microsoft.ExtendedLocation/customLocations',
    location: azure.customLocationRegion,
    properties: {
      hostType: 'Kubernetes',
      hostResourceId: lab.names.resourceBridge,
      namespace: azure.cluster,
      displayName: `${azure.cluster}-customlocation`,
      provisioningState: 'Succeeded',
      clusterExtensionIds: [lab.names.clusterExtension],
      authentication: {},
    },
  };
};

export const bridgeView = (lab: Lab, status: string = bridgeStatus(lab)): Record<string, unknown> => ({
  id: lab.names.resourceBridge,
  name: `${lab.estate.scenario.azure.cluster}-arcbridge`,
  type: 'Microsoft.ResourceConnector/appliances',
  location: lab.estate.scenario.azure.customLocationRegion,
  properties: {
    provisioningState: 'Succeeded',
    status,
    distro: 'AKSEdge',
    infrastructureConfig: { provider: 'HCI' },
    version: '1.3.0',
  },
});

const clusterView = (lab: Lab): Record<string, unknown> => {
  const { azure } = lab.estate.scenario;
  return {
    id: lab.names.cluster,
    name: azure.cluster,
    type: 'Microsoft.AzureStackHCI/clusters',
    location: azure.customLocationRegion,
    properties: {
      provisioningState: 'Succeeded',
      status: 'ConnectedRecently',
      connectivityStatus: 'Connected',
      lastSyncTimestamp: isoOf(lab.estate.now()),
      trialDaysRemaining: 0,
      reportedProperties: {
        clusterName: azure.cluster,
        clusterVersion: '10.0.26100',
        manufacturer: 'Lab',
        nodes: [{ name: `${azure.cluster}-n1` }, { name: `${azure.cluster}-n2` }],
        supportedCapabilities: ['ArcVm'],
      },
    },
  };
};

const only =
  (idOf: (lab: Lab) => string, view: (lab: Lab) => Record<string, unknown>): Handler =>
  (call) =>
    sameId(call.id, idOf(call.lab)) ? ok(view(call.lab)) : notFound(call.id);

export const customLocationRoute: Route = {
  versions: ['2021-08-15', '2021-08-31-preview'],
  get: only((lab) => lab.names.customLocation, customLocationView),
};

export const customLocationsRoute: Route = {
  versions: ['2021-08-15', '2021-08-31-preview'],
  list: (call) => list([customLocationView(call.lab)]),
};

export const bridgeRoute: Route = {
  versions: ['2022-10-27'],
  get: only((lab) => lab.names.resourceBridge, bridgeView),
};

const clusterVersions = ['2022-05-01', '2023-03-01', '2023-08-01', '2024-01-01', '2024-04-01'];

export const clusterRoute: Route = { versions: clusterVersions, get: only((lab) => lab.names.cluster, clusterView) };

export const clustersRoute: Route = { versions: clusterVersions, list: (call) => list([clusterView(call.lab)]) };

/** The one summary a cluster has: which release of the solution its nodes run. */
const updateSummaryView = (lab: Lab): Record<string, unknown> => ({
  id: `${lab.names.cluster}/updateSummaries/default`,
  name: 'default',
  type: 'Microsoft.AzureStackHCI/clusters/updateSummaries',
  properties: {
    provisioningState: 'Succeeded',
    currentVersion: '12.2506.1001.24',
    healthState: 'Success',
    state: 'AppliedSuccessfully',
    lastChecked: isoOf(lab.estate.now()),
  },
});

export const updateSummaryRoute: Route = {
  versions: clusterVersions.slice(1),
  get: only((lab) => `${lab.names.cluster}/updateSummaries/default`, updateSummaryView),
};
