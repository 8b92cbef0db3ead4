import type { Reply } from '../support/lab-http.ts';
import { type ArmBench, armBench, inside, minutes } from './lab-arm-bench.ts';

let lab: ArmBench;
beforeEach(async () => {
  lab = await armBench();
});
afterEach(() => lab.stop());

const vaultUrl = (version = '2024-09-01'): string => `${lab.names.vault}?api-version=${version}`;
const get = (path: string): Promise<Reply> => lab.raw('GET', path, { authorization: `Bearer ${lab.token()}` });
const code = (reply: Reply): unknown => inside(reply.body, 'error.code');

test('a request without a token is challenged', async () => {
  const reply = await lab.raw('GET', vaultUrl());
  expect([reply.status, code(reply)]).toEqual([401, 'AuthenticationFailed']);
  expect(reply.headers.get('www-authenticate')).toMatch(/^Bearer authorization_uri=/);
});

test('a forged token is refused', async () => {
  const forged = `${lab.token().slice(0, -4)}AAAA`;
  expect(code(await lab.raw('GET', vaultUrl(), { authorization: `Bearer ${forged}` }))).toBe(
    'InvalidAuthenticationToken',
  );
});

test('a token expires', async () => {
  const token = lab.token();
  lab.pass(minutes(61));
  const reply = await lab.raw('GET', vaultUrl(), { authorization: `Bearer ${token}` });
  expect([reply.status, code(reply)]).toEqual([401, 'ExpiredAuthenticationToken']);
});

test('a token for another audience is refused', async () => {
  const token = lab.token('https://vault.azure.net');
  expect(code(await lab.raw('GET', vaultUrl(), { authorization: `Bearer ${token}` }))).toBe(
    'InvalidAuthenticationTokenAudience',
  );
});

test('ids are the same in any case, and doubled slashes count as one', async () => {
  expect((await get(`/${vaultUrl()}`)).status).toBe(200);
  expect((await get(lab.names.vault.toUpperCase().concat('?api-version=2024-09-01'))).status).toBe(200);
});

test('the api-version is required and must be one the type has', async () => {
  expect(code(await get(lab.names.vault))).toBe('MissingApiVersionParameter');
  const old = await get(vaultUrl('2019-01-01'));
  expect([old.status, code(old)]).toEqual([400, 'NoRegisteredProviderFound']);
  expect(old.headers.get('api-supported-versions')).toBe('2021-02-16-preview, 2024-09-01');
});

test('an unknown type and an unknown provider are refused', async () => {
  const type = await get(
    `${lab.names.group}/providers/Microsoft.DataReplication/replicationRobots/r2?api-version=2024-09-01`,
  );
  expect([type.status, code(type)]).toEqual([400, 'InvalidResourceType']);
  const provider = await get(`${lab.names.group}/providers/Microsoft.Nowhere/things/a?api-version=2024-09-01`);
  expect([provider.status, code(provider)]).toEqual([400, 'NoRegisteredProviderFound']);
});

test('another subscription, another group and an absent resource are not found', async () => {
  const stranger = vaultUrl().replace(lab.names.subscription, '/subscriptions/11111111-2222-4333-8444-555555555555');
  expect(code(await get(stranger))).toBe('SubscriptionNotFound');
  expect(code(await get(vaultUrl().replace('rg-migration-01', 'rg-other')))).toBe('ResourceGroupNotFound');
  const absent = await get(`${lab.names.vault}/protectedItems/nobody?api-version=2024-09-01`);
  expect([absent.status, code(absent)]).toEqual([404, 'ResourceNotFound']);
});

test('a body that is not JSON is refused before anything happens', async () => {
  const headers = { authorization: `Bearer ${lab.token()}`, 'content-type': 'application/json' };
  const reply = await lab.raw(
    'PUT',
    `${lab.names.vault}/replicationPolicies/p?api-version=2024-09-01`,
    headers,
    '{"properties":',
  );
  expect([reply.status, code(reply)]).toEqual([400, 'InvalidRequestContent']);
});

test('throttling says how long to wait only where the service does', async () => {
  lab.arms({ kind: 'throttled', point: 'arm.GET replicationVaults', detail: { retryAfter: 7 } });
  lab.arms({ kind: 'throttled', point: 'arm.GET replicationVaults' });
  const polite = await get(vaultUrl());
  expect([polite.status, code(polite), polite.headers.get('retry-after')]).toEqual([429, 'TooManyRequests', '7']);
  const blunt = await get(vaultUrl());
  expect([blunt.status, blunt.headers.get('retry-after')]).toEqual([429, null]);
  expect((await get(vaultUrl())).status).toBe(200);
});

test('a hammering caller empties the bucket and gets room again', async () => {
  const replies = await Promise.all(
    Array.from({ length: 252 }, () => get(`${lab.names.sourceSite}?api-version=2020-01-01`)),
  );
  expect(replies.filter(({ status }) => status === 429)).toHaveLength(2);
  expect(replies[0]?.headers.get('x-ms-ratelimit-remaining-subscription-reads')).toBe('249');
  expect(replies[0]?.headers.get('x-ms-ratelimit-remaining-subscription-global-reads')).toBe('3749');
  lab.pass(1_000);
  expect((await get(`${lab.names.sourceSite}?api-version=2020-01-01`)).status).toBe(200);
});

test('a write can take effect although its answer is an error, or is never heard', async () => {
  const policy = (name: string): string => `${lab.names.vault}/replicationPolicies/${name}`;
  const custom = {
    instanceType: 'HyperVToAzStackHCI',
    recoveryPointHistoryInMinutes: 1,
    crashConsistentFrequencyInMinutes: 60,
    appConsistentFrequencyInMinutes: 240,
  };
  lab.arms({ kind: 'errorAfterEffect', point: 'arm.PUT replicationPolicies', subject: 'one' });
  lab.arms({ kind: 'dropAnswer', point: 'arm.PUT replicationPolicies', subject: 'two' });
  lab.arms({
    kind: 'refused',
    point: 'arm.PUT replicationPolicies',
    subject: 'three',
    detail: { status: 503, code: 'ServiceUnavailable' },
  });

  expect((await lab.arm('PUT', policy('one'), { properties: { customProperties: custom } })).status).toBe(500);
  await expect(lab.arm('PUT', policy('two'), { properties: { customProperties: custom } })).rejects.toThrow();
  expect((await lab.arm('PUT', policy('three'), { properties: { customProperties: custom } })).status).toBe(503);
  expect((await lab.arm('GET', policy('one'))).status).toBe(200);
  expect((await lab.arm('GET', policy('two'))).status).toBe(200);
  expect((await lab.arm('GET', policy('three'))).status).toBe(404);
});

test('every mutating call is in the event log, reads are not', async () => {
  await get(vaultUrl());
  await lab.arm('DELETE', `${lab.names.vault}/protectedItems/nobody`);
  expect(lab.events('call')).toEqual([
    expect.objectContaining({ product: 'arm', verb: 'DELETE protectedItems', subject: 'nobody', status: 204 }),
  ]);
});

test('a namespace that was unregistered refuses its calls until it is registered again', async () => {
  const provider = `${lab.names.subscription}/providers/Microsoft.DataReplication`;
  const ask = (verb: string, path: string): Promise<Reply> =>
    lab.raw(verb, `${path}?api-version=2021-04-01`, { authorization: `Bearer ${lab.token()}` });
  await ask('POST', `${provider}/unregister`);
  expect(code(await get(vaultUrl()))).toBe('MissingSubscriptionRegistration');
  expect(inside((await ask('POST', `${provider}/register`)).body, 'registrationState')).toBe('Registering');
  lab.pass(minutes(2));
  expect(inside((await ask('GET', provider)).body, 'registrationState')).toBe('Registered');
  expect((await get(vaultUrl())).status).toBe(200);
});

test('Resource Graph finds the bridge of the cluster, in whatever words the join is written', async () => {
  const query = `resources
    | where type =~ 'microsoft.extendedlocation/customLocations'
    | mv-expand ext = properties.clusterExtensionIds
    | join kind=inner (kubernetesconfigurationresources | where properties.ConfigurationSettings.HCIClusterID =~ '${lab.names.cluster}' | project ext = id) on ext
    | join kind=inner (
        resources | where type =~ 'microsoft.resourceconnector/appliances'
        | project bridge = tolower(id), bridgeStatus = tostring(properties.status)
      ) on bridge
    | project customLocation = id, region = location, bridgeStatus`;
  const ask = (): Promise<Reply> => lab.arm('POST', '/providers/Microsoft.ResourceGraph/resources', { query });
  const row = inside((await ask()).body, 'data.0');
  expect(row).toMatchObject({
    CustomLocation: lab.names.customLocation.toUpperCase(),
    customLocationRegion: 'westeurope',
    customLocation: lab.names.customLocation,
    region: 'westeurope',
    bridgeStatus: 'Running',
  });
  lab.arms({ kind: 'refused', point: 'arm.bridge' });
  expect(inside((await ask()).body, 'data.0.statusOfTheBridge')).toBe('Offline');
});

test('the appliance map of the discovery solution is JSON inside a string', async () => {
  const solution = await lab.arm('GET', lab.names.discoverySolution);
  const map = JSON.parse(
    String(inside(solution.body, 'properties.details.extendedDetails.applianceNameToSiteIdMapV3')),
  ) as unknown;
  expect(inside(map, '0.hv-appliance-01.SiteId')).toBe(lab.names.sourceSite);
  expect(
    inside((await lab.arm('GET', lab.names.migrationSolution)).body, 'properties.details.extendedDetails.vaultId'),
  ).toBe(lab.names.vault);
});

test('the migration solution keeps the storage account that was written to it', async () => {
  const before = await lab.arm('GET', lab.names.migrationSolution);
  const details = inside(before.body, 'properties.details.extendedDetails') as Record<string, string>;
  await lab.arm('PUT', lab.names.migrationSolution, {
    properties: {
      tool: 'ServerMigration_DataReplication',
      purpose: 'Migration',
      details: { extendedDetails: { ...details, replicationStorageAccountId: '/x' } },
    },
  });
  const after = inside((await lab.arm('GET', lab.names.migrationSolution)).body, 'properties.details.extendedDetails');
  expect(after).toMatchObject({
    replicationStorageAccountId: '/x',
    vaultId: lab.names.vault,
    aszreplicatingCount: '0',
  });
});

test('an appliance that does not answer is not responsive', async () => {
  lab.arms({ kind: 'refused', point: 'arm.agent', subject: lab.names.targetAgent.split('/').at(-1) ?? '' });
  const read = async (fabric: string): Promise<unknown> =>
    inside((await lab.arm('GET', `${fabric}/fabricAgents`)).body, 'value.0.properties.isResponsive');
  expect([
    await read(lab.names.sourceFabric),
    await read(lab.names.targetFabric),
    await read(lab.names.targetFabric),
  ]).toEqual([true, false, true]);
});

test('the same role cannot be assigned twice under two names', async () => {
  await lab.prepare();
  const scope = `${lab.names.group}/providers/Microsoft.Storage/storageAccounts/migratersalab01`;
  const roles = `${scope}/providers/Microsoft.Authorization/roleAssignments`;
  expect(inside((await lab.arm('GET', roles)).body, 'value')).toHaveLength(6);
  const properties = inside((await lab.arm('GET', `${roles}/00000000-0000-4000-8000-000000000001`)).body, 'properties');
  const twin = await lab.arm('PUT', `${roles}/00000000-0000-4000-8000-0000000000ff`, { properties });
  expect([twin.status, code(twin)]).toEqual([409, 'RoleAssignmentExists']);
});
