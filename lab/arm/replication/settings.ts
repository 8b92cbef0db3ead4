import { guidOf } from '../guid.ts';
import { type Answer, badRequest, list, notFound, ok } from '../http/answers.ts';
import { type Call, lastName, type Route } from '../http/call.ts';
import { stored } from '../http/stored.ts';
import { objectAt, textAt } from '../json.ts';
import { type Lab, putResource, resourceAt, resourcesOfType, type StoredResource } from '../lab.ts';
import { sameId } from '../names.ts';
import { replicationVersions } from './appliances.ts';
import { startJob } from './jobs.ts';
import { operationHeaders } from './signed-url.ts';

const common = { versions: replicationVersions, announces: '2021-02-16-preview, 2024-09-01' };
const policyType = 'Microsoft.DataReplication/replicationVaults/replicationPolicies';
const extensionType = 'Microsoft.DataReplication/replicationVaults/replicationExtensions';

/** The one instance type the lab moves. */
export const instanceType = 'HyperVToAzStackHCI';

const view = (resource: StoredResource): Record<string, unknown> => ({ ...stored(resource), systemData: null });

const findSetting = (
  lab: Lab,
  kind: 'replicationPolicies' | 'replicationExtensions',
  name: string,
): StoredResource | undefined => resourceAt(lab, `${lab.names.vault}/${kind}/${name}`);

export const policyNamed = (lab: Lab, name: string): StoredResource | undefined =>
  findSetting(lab, 'replicationPolicies', name);
export const extensionNamed = (lab: Lab, name: string): StoredResource | undefined =>
  findSetting(lab, 'replicationExtensions', name);

const inVault = (call: Call): boolean => call.id.toLowerCase().startsWith(`${call.lab.names.vault.toLowerCase()}/`);

const write = (call: Call, kind: 'policy' | 'extension', custom: Record<string, unknown>): Answer => {
  const known = resourceAt(call.lab, call.id);
  const setting = putResource(call.lab, {
    id: known?.id ?? call.id,
    name: lastName(call),
    type: kind === 'policy' ? policyType : extensionType,
    properties: { provisioningState: known ? 'Updating' : 'Creating', customProperties: custom },
    createdAt: known?.createdAt ?? call.now,
    hidden: {},
  });
  const job = startJob(call.lab, { kind, object: setting.name, objectId: setting.id, internalName: setting.name });
  return { status: 201, body: view(setting), headers: operationHeaders(call, job.name) };
};

const putPolicy = (call: Call): Answer => {
  const custom = objectAt(call.body, 'properties', 'customProperties');
  if (!inVault(call)) return notFound(call.id);
  if (custom.instanceType !== instanceType)
    return badRequest(`The instance type '${String(custom.instanceType)}' is not supported.`);
  for (const key of [
    'recoveryPointHistoryInMinutes',
    'crashConsistentFrequencyInMinutes',
    'appConsistentFrequencyInMinutes',
  ]) {
    if (typeof custom[key] !== 'number') return badRequest(`The property '${key}' is required.`);
  }
  return write(call, 'policy', custom);
};

const putExtension = (call: Call): Answer => {
  const { lab } = call;
  const custom = objectAt(call.body, 'properties', 'customProperties');
  if (!inVault(call)) return notFound(call.id);
  if (custom.instanceType !== instanceType)
    return badRequest(`The instance type '${String(custom.instanceType)}' is not supported.`);
  const source = textAt(custom, 'hyperVFabricArmId');
  const target = textAt(custom, 'azStackHciFabricArmId');
  if (!source || !target)
    return badRequest("The properties 'hyperVFabricArmId' and 'azStackHciFabricArmId' are required.");
  if (!sameId(source, lab.names.sourceFabric)) return notFound(source);
  if (!sameId(target, lab.names.targetFabric)) return notFound(target);
  return write(call, 'extension', {
    hyperVFabricArmId: source,
    hyperVSiteId: lab.names.sourceSite,
    azStackHciFabricArmId: target,
    azStackHciSiteId: target,
    storageAccountId: textAt(custom, 'storageAccountId'),
    storageAccountSasSecretName: textAt(custom, 'storageAccountSasSecretName') ?? '',
    asrServiceUri: 'https://agent-asrrp1.lab.siterecovery.azure.com',
    rcmServiceUri: 'https://pod01-rcm1.lab.hypervrecoverymanager.windowsazure.com',
    gatewayServiceUri: 'https://pod01-gws1.lab.hypervrecoverymanager.windowsazure.com',
    sourceGatewayServiceId: 'lab-pod01-gws1',
    targetGatewayServiceId: 'lab-pod01-gws1',
    sourceStorageContainerName: `migrateconfig-${guidOf(source)}`,
    targetStorageContainerName: `migrateconfig-${guidOf(target)}`,
    resourceLocation: lab.estate.scenario.azure.location,
    subscriptionId: lab.estate.scenario.azure.subscription,
    resourceGroup: lab.estate.scenario.azure.resourceGroup,
    instanceType,
  });
};

const remove = (call: Call): Answer => {
  const { lab } = call;
  if (!resourceAt(lab, call.id)) return { status: 204 };
  const inUse = lab.tables.items.list().some(({ value }) => [value.policy, value.extension].includes(lastName(call)));
  if (inUse)
    return {
      status: 409,
      body: { error: { code: 'Conflict', message: `'${lastName(call)}' is used by protected items.` } },
    };
  lab.tables.resources.delete(call.id.toLowerCase());
  return { status: 200 };
};

const get = (call: Call): Answer => {
  const setting = resourceAt(call.lab, call.id);
  return setting ? ok(view(setting)) : notFound(call.id);
};

export const policyRoute: Route = { ...common, get, put: putPolicy, remove };
export const policiesRoute: Route = {
  ...common,
  list: (call) => list(resourcesOfType(call.lab, policyType).map(view)),
};
export const extensionRoute: Route = { ...common, get, put: putExtension, remove };
export const extensionsRoute: Route = {
  ...common,
  list: (call) => list(resourcesOfType(call.lab, extensionType).map(view)),
};
