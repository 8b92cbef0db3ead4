import { guidOf } from '../guid.ts';
import { type Answer, list, notFound, ok } from '../http/answers.ts';
import type { Call, Route } from '../http/call.ts';
import { objectAt, textAt } from '../json.ts';
import { type Lab, putResource, resourceAt, type StoredResource } from '../lab.ts';
import { lastOf, sameId } from '../names.ts';

export const migrateVersions = ['2018-09-01-preview', '2020-05-01', '2020-06-01-preview', '2023-01-01'];

const solutionType = 'Microsoft.Migrate/MigrateProjects/Solutions';

const projectView = (lab: Lab): Record<string, unknown> => ({
  id: lab.names.project,
  name: lastOf(lab.names.project),
  type: 'Microsoft.Migrate/MigrateProjects',
  location: lab.estate.scenario.azure.location,
  tags: {},
  properties: {
    registeredTools: ['ServerDiscovery', 'ServerAssessment', 'ServerMigration_DataReplication'],
    lastSummaryRefreshedTime: '0001-01-01T00:00:00Z',
    refreshSummaryState: 'Completed',
    publicNetworkAccess: 'Enabled',
    provisioningState: 'Succeeded',
  },
});

/** The appliance map is a JSON text inside JSON, an array with one object per appliance. A §1.1 */
const applianceMap = (lab: Lab): string => {
  const { azure } = lab.estate.scenario;
  const entry = (name: string, site: string, isSource: boolean): Record<string, unknown> => ({
    [name]: {
      ApplianceName: name,
      SiteId: site,
      KeyVaultId: null,
      KeyVaultUrl: null,
      ApplianceDetails: {
        machineID: guidOf(`${azure.project}/${name}/machine`),
        HostName: name,
        isRegistered: true,
        discoveryStatus: isSource ? 'Success' : 'NotStarted',
      },
      ScaleOutList: null,
      isV2Site: false,
      supportAzStackTarget: isSource,
    },
  });
  return JSON.stringify(
    [
      entry(azure.sourceAppliance, lab.names.sourceSite, true),
      entry(azure.targetAppliance, lab.names.targetSite, false),
    ],
    null,
    2,
  ).replaceAll('\n', '\r\n');
};

const counters = (lab: Lab): Record<string, string> => {
  const items = lab.tables.items.list().map(({ value }) => value);
  const migrated = items.filter((item) => item.failedOverAt !== null).length;
  return {
    aszreplicatingCount: String(items.length - migrated),
    asztestMigratedCount: '0',
    aszmigratedCount: String(migrated),
  };
};

const discovery = (lab: Lab): Record<string, string> => ({
  masterSiteId: lab.names.masterSite,
  applianceNameToSiteIdMapV2: applianceMap(lab),
  applianceNameToSiteIdMapV3: applianceMap(lab),
});

const seeded = (lab: Lab, id: string): StoredResource => ({
  id,
  name: lastOf(id),
  type: solutionType,
  properties: {},
  createdAt: lab.estate.now(),
  hidden: {},
});

const solutionView = (lab: Lab, solution: StoredResource): Record<string, unknown> => {
  const isDiscovery = sameId(solution.id, lab.names.discoverySolution);
  const written = objectAt(solution.properties, 'details', 'extendedDetails');
  return {
    id: solution.id,
    name: solution.name,
    type: solutionType,
    etag: `"${guidOf(JSON.stringify(solution.properties)).slice(0, 8)}-0000-3300-0000-000000000000"`,
    properties: {
      tool: isDiscovery ? 'ServerDiscovery' : 'ServerMigration_DataReplication',
      purpose: isDiscovery ? 'Discovery' : 'Migration',
      goal: 'Servers',
      status: 'Inactive',
      cleanupState: 'None',
      summary: {
        instanceType: 'Servers',
        discoveredCount: isDiscovery ? lab.tables.machines.list().filter(({ value }) => value.listed).length : 0,
        assessedCount: 0,
        replicatingCount: 0,
        testMigratedCount: 0,
        migratedCount: 0,
      },
      details: {
        groupCount: 0,
        assessmentCount: 0,
        extendedDetails: {
          ...(isDiscovery ? discovery(lab) : { vaultId: lab.names.vault }),
          ...written,
          ...(isDiscovery ? {} : counters(lab)),
        },
      },
    },
  };
};

const solutions = (lab: Lab): readonly StoredResource[] =>
  [lab.names.discoverySolution, lab.names.migrationSolution].map((id) => resourceAt(lab, id) ?? seeded(lab, id));

const findSolution = (call: Call): StoredResource | undefined =>
  solutions(call.lab).find((each) => sameId(each.id, call.id));

/** Writing replaces `properties`; `extendedDetails` the service adds by itself stay. A §1.3b */
const write = (call: Call): Answer => {
  const solution = findSolution(call);
  if (!solution) return notFound(call.id);
  const sent = objectAt(call.body, 'properties');
  const kept = call.verb === 'PATCH' ? objectAt(solution.properties, 'details', 'extendedDetails') : {};
  const extendedDetails = { ...kept, ...objectAt(sent, 'details', 'extendedDetails') };
  solution.properties = { ...sent, details: { ...objectAt(sent, 'details'), extendedDetails } };
  return ok(solutionView(call.lab, putResource(call.lab, solution)));
};

/** The cache account the migration solution names, if it names one. */
export const cacheAccountId = (lab: Lab): string | null => {
  const solution = resourceAt(lab, lab.names.migrationSolution);
  return textAt(solution?.properties, 'details', 'extendedDetails', 'replicationStorageAccountId');
};

export const projectRoute: Route = {
  versions: migrateVersions,
  get: (call) => (sameId(call.id, call.lab.names.project) ? ok(projectView(call.lab)) : notFound(call.id)),
};

export const solutionRoute: Route = {
  versions: migrateVersions,
  get: (call) => {
    const solution = findSolution(call);
    return solution ? ok(solutionView(call.lab, solution)) : notFound(call.id);
  },
  put: write,
  patch: write,
};

export const solutionsRoute: Route = {
  versions: migrateVersions,
  list: (call) => list(solutions(call.lab).map((each) => solutionView(call.lab, each))),
};
