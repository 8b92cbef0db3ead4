import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { Agent, createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { ResourceManagementClient } from '@azure/arm-resources';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
} from '@azure/core-rest-pipeline';
import { ClientSecretCredential } from '@azure/identity';
import { authority, handle } from '../../lab/arm/index.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { serverIdentity } from '../../lab/tls/authority.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

const scenario = oneVm({ speed: 60 });
const { tenant, clientId, clientSecret, subscription } = scenario.azure;

let bench: Bench;
let servers: Server[];
let arm: string;
let login: string;
let trusting: HttpClient;

beforeEach(async () => {
  bench = labBench(scenario);
  const { key, cert, ca } = await serverIdentity(bench.dir);
  const open = async (listener: RequestListener): Promise<string> => {
    const server = createServer({ key, cert }, listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };
  servers = [];
  arm = await open(handle(bench.estate));
  login = await open(authority(bench.estate));

  const plain = createDefaultHttpClient();
  const agent = new Agent({ ca: readFileSync(ca) });
  trusting = { sendRequest: (request) => plain.sendRequest(Object.assign(request, { agent })) };
});

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  bench.clear();
});

const credential = (secret = clientSecret): ClientSecretCredential =>
  new ClientSecretCredential(tenant, clientId, secret, {
    authorityHost: login,
    disableInstanceDiscovery: true,
    httpClient: trusting,
    retryOptions: { maxRetries: 0 },
  });

const client = (secret?: string): ResourceManagementClient =>
  new ResourceManagementClient(credential(secret), subscription, {
    endpoint: arm,
    credentialScopes: [`${arm}/.default`],
    httpClient: trusting,
    retryOptions: { maxRetries: 0 },
  });

const group = `subscriptions/${subscription}/resourceGroups/${scenario.azure.resourceGroup}`;
const vault = `${group}/providers/Microsoft.DataReplication/replicationVaults/${scenario.azure.project}replicationvault`;

test('a client secret is a token, and the token reads resources by id', async () => {
  const found = await client().resources.getById(vault, '2024-09-01');
  expect(found.type).toBe('Microsoft.DataReplication/replicationVaults');
  expect(found.identity?.type).toBe('SystemAssigned');
});

test('a leading slash, which the SDK doubles, is tolerated', async () => {
  expect((await client().resources.getById(`/${vault}`, '2024-09-01')).name).toBe('migrate-01replicationvault');
});

test('a long-running PUT is polled to its end', async () => {
  const advancing = setInterval(() => bench.pass(2_000), 20);
  const custom = {
    instanceType: 'HyperVToAzStackHCI',
    recoveryPointHistoryInMinutes: 4320,
    crashConsistentFrequencyInMinutes: 60,
    appConsistentFrequencyInMinutes: 240,
  };
  const made = await client().resources.beginCreateOrUpdateByIdAndWait(
    `${vault}/replicationPolicies/p`,
    '2024-09-01',
    { properties: { customProperties: custom } },
    { updateIntervalInMs: 20 },
  );
  clearInterval(advancing);
  expect(made.properties).toMatchObject({ provisioningState: 'Succeeded' });
}, 40_000);

test('an action goes over the same pipeline', async () => {
  const url = `${arm}/${vault}/protectedItems/nobody/plannedFailover?api-version=2024-09-01`;
  const body = JSON.stringify({
    properties: { customProperties: { instanceType: 'HyperVToAzStackHCI', shutdownSourceVM: true } },
  });
  const headers = createHttpHeaders({ 'content-type': 'application/json' });
  const answer = await client().sendRequest(createPipelineRequest({ method: 'POST', url, headers, body }));
  expect([answer.status, JSON.parse(answer.bodyAsText ?? '{}')]).toEqual([
    404,
    { error: expect.objectContaining({ code: 'ResourceNotFound' }) },
  ]);
});

test('a missing resource is a RestError with the code of ARM', async () => {
  await expect(client().resources.getById(`${vault}/protectedItems/nobody`, '2024-09-01')).rejects.toMatchObject({
    name: 'RestError',
    statusCode: 404,
    code: 'ResourceNotFound',
  });
});

test('a wrong secret gets no token', async () => {
  await expect(client('wrong').resources.getById(vault, '2024-09-01')).rejects.toThrow(/AADSTS7000215/);
});

const form = (fields: Record<string, string>): RequestInit => ({ method: 'POST', body: new URLSearchParams(fields) });

test('the authority describes itself and refuses what Entra refuses', async () => {
  const ask = async (
    path: string,
    init?: { method: string; body: string },
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const answer = await trusting.sendRequest(
      createPipelineRequest({
        url: `${login}${path}`,
        method: init ? 'POST' : 'GET',
        headers: createHttpHeaders(init ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        ...(init ? { body: init.body } : {}),
      }),
    );
    return { status: answer.status, body: JSON.parse(answer.bodyAsText ?? '{}') as Record<string, unknown> };
  };
  const token = (fields: Record<string, string>): ReturnType<typeof ask> =>
    ask(`/${tenant}/oauth2/v2.0/token`, { method: 'POST', body: String(form(fields).body) });
  const good = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope: `${arm}/.default`,
  };

  expect((await ask(`/${tenant}/v2.0/.well-known/openid-configuration`)).body).toMatchObject({
    token_endpoint: `${login}/${tenant}/oauth2/v2.0/token`,
    issuer: `${login}/${tenant}/v2.0`,
  });
  expect((await token(good)).body).toMatchObject({
    token_type: 'Bearer',
    expires_in: expect.any(Number),
    access_token: expect.any(String),
  });
  expect((await token({ ...good, client_id: 'who' })).body.error).toBe('unauthorized_client');
  expect((await token({ ...good, scope: arm })).body.error).toBe('invalid_scope');
  expect((await token({ ...good, grant_type: 'password' })).body.error).toBe('unsupported_grant_type');
  expect((await ask('/another-tenant/v2.0/.well-known/openid-configuration')).status).toBe(400);
});
