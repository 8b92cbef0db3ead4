import { guidOf } from '../guid.ts';
import { type Answer, notFound, ok } from '../http/answers.ts';
import { type Call, type Handler, lastName, type Route } from '../http/call.ts';
import { isoOf, type Lab } from '../lab.ts';
import { sameId } from '../names.ts';
import { discovered, machineView } from './discovery.ts';

export const offAzureVersions = [
  '2020-01-01',
  '2020-07-07',
  '2023-06-06',
  '2023-10-01-preview',
  '2024-05-01-preview',
  '2024-12-01-preview',
];

const pageSize = 25;

const siteView = (lab: Lab, id: string, appliance: string): Record<string, unknown> => ({
  id: id.replace('HyperVSites', 'hypervSites'),
  name: `${appliance}site`,
  type: 'Microsoft.OffAzure/hypervSites',
  location: lab.estate.scenario.azure.location,
  kind: 'Migrate',
  properties: {
    masterSiteId: lab.names.masterSite,
    agentDetails: {
      id: `${guidOf(appliance)}-agent`,
      version: '2.0.3183.547',
      lastHeartBeatUtc: isoOf(lab.estate.now()),
    },
    applianceName: appliance,
    discoverySolutionId: lab.names.discoverySolution,
    serviceEndpoint: 'https://discoverysrv.lab.migration.windowsazure.com/',
    provisioningState: 'Succeeded',
  },
});

const sites = (lab: Lab): readonly Record<string, unknown>[] => {
  const { sourceAppliance, targetAppliance } = lab.estate.scenario.azure;
  return [siteView(lab, lab.names.sourceSite, sourceAppliance), siteView(lab, lab.names.targetSite, targetAppliance)];
};

export const siteRoute: Route = {
  versions: offAzureVersions,
  get: (call) => {
    const site = sites(call.lab).find((each) => sameId(String(each.id), call.id));
    return site ? ok(site) : notFound(call.id);
  },
};

const isSource = (call: Call): boolean =>
  call.id.toLowerCase().startsWith(`${call.lab.names.sourceSite.toLowerCase()}/`);

/** Pages as the service pages: a `nextLink` with a token, as long as there is more. */
const machines = (call: Call): Answer => {
  const { lab } = call;
  const all = isSource(call) ? lab.tables.machines.list().filter(({ value }) => value.listed) : [];
  const from = Number(call.query.get('continuationToken') ?? 0);
  const page = all.slice(from, from + pageSize).map(({ value }) => machineView(lab, value));
  if (from + pageSize >= all.length) return ok({ value: page });
  const nextLink = `${call.origin}${call.id}?api-version=${call.version}&continuationToken=${from + pageSize}`;
  return ok({ value: page, nextLink });
};

export const machineRoute: Route = {
  versions: offAzureVersions,
  get: (call) => {
    const record = isSource(call) ? discovered(call.lab, lastName(call)) : undefined;
    return record ? ok(machineView(call.lab, record)) : notFound(call.id);
  },
};

export const machinesRoute: Route = { versions: offAzureVersions, list: machines };

const times = (lab: Lab): Record<string, unknown> => {
  const at = isoOf(lab.tables.clock.get('discovery')?.at ?? lab.estate.now());
  return { createdTimestamp: at, updatedTimestamp: at };
};

const hostView = (lab: Lab): Record<string, unknown> => {
  const { host } = lab.estate.scenario.hyperV;
  const id = lab.names.host(host);
  return {
    id,
    name: id.split('/').at(-1),
    type: 'Microsoft.OffAzure/HyperVSites/hosts',
    properties: { ...times(lab), fqdn: host, runAsAccountId: lab.names.runAsAccount, version: '10.0', errors: [] },
  };
};

const clusterView = (lab: Lab): Record<string, unknown> => {
  const fqdn = `${lab.estate.scenario.hyperV.host}-cl`;
  const id = lab.names.sourceCluster(fqdn);
  return {
    id,
    name: id.split('/').at(-1),
    type: 'Microsoft.OffAzure/HyperVSites/clusters',
    properties: {
      ...times(lab),
      fqdn,
      functionalLevel: 11,
      status: null,
      runAsAccountId: lab.names.runAsAccount,
      hostFqdnList: [lab.estate.scenario.hyperV.host],
      errors: [],
    },
  };
};

const accountView = (lab: Lab): Record<string, unknown> => ({
  id: lab.names.runAsAccount,
  name: lab.names.runAsAccount.split('/').at(-1),
  type: 'Microsoft.OffAzure/HyperVSites/runasaccounts',
  properties: { ...times(lab), displayName: 'staging host', credentialType: 'HyperVFabric' },
});

type View = (lab: Lab) => readonly Record<string, unknown>[];

const oneOf =
  (views: View): Handler =>
  (call) => {
    const found = views(call.lab).find((each) => sameId(String(each.id), call.id));
    return found ? ok(found) : notFound(call.id);
  };

const allOf =
  (views: View): Handler =>
  (call) =>
    ok({ value: isSource(call) ? views(call.lab) : [] });

const hosts: View = (lab) => (lab.estate.scenario.hyperV.clustered ? [] : [hostView(lab)]);
const clusters: View = (lab) => (lab.estate.scenario.hyperV.clustered ? [clusterView(lab)] : []);
const accounts: View = (lab) => [accountView(lab)];

export const hostRoute: Route = { versions: offAzureVersions, get: oneOf(hosts) };
export const hostsRoute: Route = { versions: offAzureVersions, list: allOf(hosts) };
export const sourceClusterRoute: Route = { versions: offAzureVersions, get: oneOf(clusters) };
export const sourceClustersRoute: Route = { versions: offAzureVersions, list: allOf(clusters) };
export const runAsRoute: Route = { versions: offAzureVersions, get: oneOf(accounts) };
export const runAsesRoute: Route = { versions: offAzureVersions, list: allOf(accounts) };
