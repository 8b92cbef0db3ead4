import type { PreflightMover } from '../../activities/contracts/mover.ts';
import { failing, fakeArm, NOW } from './azure-fake.ts';
import { CACHE, LANDING, MACHINE, moverOver, PROJECT, project, protectOrder, SITE, VAULT } from './azure-project.ts';

const POLICY = `${VAULT}/replicationPolicies/shop-vaultHyperVToAzStackHCIpolicy`;
const EXTENSION = `${VAULT}/replicationExtensions/src1234-tgt1234-MigReplicationExtn`;
const SOLUTION = `${PROJECT}/solutions/Servers-Migration-ServerMigration_DataReplication`;
const PROVIDERS = [
  'Microsoft.DataReplication',
  'Microsoft.OffAzure',
  'Microsoft.Migrate',
  'Microsoft.AzureStackHCI',
  'Microsoft.HybridCompute',
];

const registered = () => {
  const azure = project();
  for (const name of PROVIDERS)
    azure.script((_, path) =>
      path === `/subscriptions/s1/providers/${name}` ? { body: { registrationState: 'Registered' } } : undefined,
    );
  return azure;
};

const preflightOrder = (over: Partial<PreflightMover> = {}): PreflightMover => {
  const { predecessor: _, ...order } = protectOrder();
  return { ...order, bytesNeeded: 0, ...over };
};

const worst = async (azure: ReturnType<typeof project>, over: Partial<PreflightMover> = {}) => {
  const { findings } = await moverOver(azure).preflight(preflightOrder(over));
  return findings.filter(({ severity }) => severity !== 'info').map(({ id, severity }) => `${id} ${severity}`);
};

test('a project where all is in place gives no blocker and says what the mover can do', async () => {
  const report = await moverOver(registered()).preflight(preflightOrder());
  expect(report.findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
  expect(report.capabilities).toMatchObject({
    cutover: 'switch',
    undoableUntil: 'cutOver',
    stopsBeforeStart: true,
    fixesAtProtect: true,
    rehearsal: false,
    cancellable: false,
    preservesIp: false,
  });
});

test('a VM that is not on staging yet is said, not blocked', async () => {
  const azure = registered();
  azure.drop(MACHINE);
  expect(await worst(azure)).toEqual([]);
  expect(await worst(azure, { hop: 1 })).toEqual(['PF-513 block']);
});

test.each([
  [
    'an unregistered provider',
    (azure: ReturnType<typeof project>) =>
      azure.script((_, path) =>
        path.endsWith('/providers/Microsoft.DataReplication')
          ? { body: { registrationState: 'NotRegistered' } }
          : undefined,
      ),
    'PF-509 block',
  ],
  ['a missing policy', (azure: ReturnType<typeof project>) => azure.drop(POLICY), 'PF-516 block'],
  ['a missing extension', (azure: ReturnType<typeof project>) => azure.drop(EXTENSION), 'PF-516 block'],
  [
    'a cache account elsewhere',
    (azure: ReturnType<typeof project>) =>
      azure.put(CACHE, { location: 'westus2', properties: { provisioningState: 'Succeeded' } }),
    'PF-511 block',
  ],
  [
    'a private cache account',
    (azure: ReturnType<typeof project>) =>
      azure.put(CACHE, { location: 'centralus', properties: { publicNetworkAccess: 'Disabled' } }),
    'PF-511 block',
  ],
  [
    'a bridge that is down',
    (azure: ReturnType<typeof project>) =>
      azure.script((_, path) => (path.includes('ResourceGraph') ? { body: { data: [] } } : undefined)),
    'PF-503 block',
  ],
  [
    'another region',
    (azure: ReturnType<typeof project>) => azure.put(PROJECT, { location: 'brazilsouth' }),
    'PF-510 warn',
  ],
  ['no project', (azure: ReturnType<typeof project>) => azure.drop(PROJECT), 'PF-510 block'],
])('preflight finds %s', async (_, breakIt, expected) => {
  const azure = registered();
  breakIt(azure);
  expect(await worst(azure)).toContain(expected);
});

test('preflight finds an appliance that does not answer', async () => {
  const azure = registered();
  azure.script((_, path) =>
    path.endsWith('src1234/fabricAgents')
      ? { body: { value: [{ name: 'a', properties: { machineName: 'SRC', isResponsive: false } }] } }
      : undefined,
  );
  expect(await worst(azure)).toContain('PF-512 block');
});

test('an appliance that may read none of its hosts blocks, one unreadable host among others is a warning', async () => {
  const azure = registered();
  azure.put(`${SITE}/clusters/c1`, {
    properties: { fqdn: 'stage-cl', errors: [{ code: '760', summaryMessage: 'Access is denied.' }] },
  });
  const { findings } = await moverOver(azure).preflight(preflightOrder());
  expect(findings).toContainEqual(
    expect.objectContaining({
      id: 'PF-308',
      severity: 'block',
      subject: 'stage-cl',
      message: expect.stringContaining('Access is denied.'),
    }),
  );
  azure.put(`${SITE}/hosts/h1`, { properties: { fqdn: 'stage-01', errors: [] } });
  expect(await worst(azure)).toEqual(['PF-308 warn']);
});

test('an appliance that knows no host blocks', async () => {
  const azure = registered();
  azure.drop(`${SITE}/clusters/c1`);
  expect(await worst(azure)).toContain('PF-308 block');
});

test('preflight finds settings and landings it cannot make', async () => {
  const azure = registered();
  expect(await worst(azure, { settings: { speed: 'fast' } })).toEqual(['PF-001 block']);
  expect(await worst(azure, { landing: { ...LANDING, name: 'login-1', cpus: 999 } })).toEqual([
    'PF-216 block',
    'PF-517 block',
  ]);
});

test('a landing that shall be off is no hindrance: it is told that it runs first', async () => {
  const { findings } = await moverOver(registered()).preflight(
    preflightOrder({ landing: { ...LANDING, power: 'off' } }),
  );
  expect(findings.filter(({ id }) => id === 'PF-517')).toMatchObject([{ severity: 'info' }]);
});

test('a right that is missing is a finding, an outage is asked again', async () => {
  const azure = registered();
  azure.script((_, path) =>
    path.endsWith('/providers/Microsoft.OffAzure')
      ? { status: 403, body: { error: { code: 'AuthorizationFailed', message: 'no' } } }
      : undefined,
  );
  expect(await worst(azure)).toEqual(['PF-509 block']);
  azure.script((_, path) => (path.endsWith('/providers/Microsoft.OffAzure') ? { status: 500 } : undefined));
  expect(await failing(moverOver(azure).preflight(preflightOrder()))).toMatchObject({ type: 'Unreachable' });
});

test('initialise changes nothing where policy and extension stand', async () => {
  const azure = project();
  expect(await moverOver(azure).initialise()).toEqual({
    policy: 'shop-vaultHyperVToAzStackHCIpolicy',
    extension: 'src1234-tgt1234-MigReplicationExtn',
    storageAccount: CACHE,
  });
  expect(azure.sent.filter(({ method }) => method !== 'GET')).toEqual([]);
});

test('initialise makes policy, account, roles, record and extension, each once, and waits for the roles to count', async () => {
  const azure = project();
  azure.drop(POLICY);
  azure.drop(EXTENSION);
  azure.drop(CACHE);
  azure.put(SOLUTION, {
    properties: {
      tool: 'ServerMigration_DataReplication',
      details: { extendedDetails: { vaultId: VAULT, other: 'kept' } },
    },
  });
  let clock = Date.parse(NOW);
  const granted: { properties: object }[] = [];
  azure.script(({ method, body }, path) => {
    const headers = { date: new Date(clock).toUTCString() };
    if (!path.includes('/roleAssignments')) return undefined;
    if (method === 'GET') return { headers, body: { value: granted as never } };
    granted.push({
      properties: { ...(body as { properties: object }).properties, createdOn: new Date(clock).toISOString() },
    });
    return { status: 201 };
  });
  const mover = moverOver(azure);
  for (let poll = 0; poll < 4; poll += 1)
    expect(await failing(mover.initialise())).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('PUT', /replicationExtensions/)).toBe(0);
  clock += 121_000;
  expect(await failing(mover.initialise())).toMatchObject({
    type: 'NotFinished',
    message: expect.stringContaining('extension'),
  });
  const { storageAccount } = await mover.initialise();
  expect(granted).toHaveLength(6);
  expect(azure.count('PUT', /replicationPolicies/)).toBe(1);
  expect(azure.count('PUT', /storageAccounts\/[^/]+$/)).toBe(1);
  expect(azure.count('PUT', /replicationExtensions/)).toBe(1);
  expect(azure.get(SOLUTION)).toMatchObject({
    properties: {
      details: { extendedDetails: { vaultId: VAULT, other: 'kept', replicationStorageAccountId: storageAccount } },
    },
  });
});

test('a failed extension is made anew when a person asks, not by a poll', async () => {
  const azure = project();
  azure.put(EXTENSION, { properties: { provisioningState: 'Failed' } });
  azure.script((_, path) => (path.includes('/roleAssignments') ? { body: { value: [] } } : undefined));
  azure.script(({ method }, path) =>
    method === 'PUT' && path.includes('/roleAssignments') ? { status: 201 } : undefined,
  );
  const grants = ['src-principal', 'TGT-principal', 'vault-principal'].flatMap((principalId) =>
    ['b24988ac-6180-42a0-ab88-20f7382dd24c', 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'].map((role) => ({
      properties: {
        principalId,
        roleDefinitionId: `/subscriptions/s1/providers/Microsoft.Authorization/roleDefinitions/${role}`,
      },
    })),
  );
  azure.script(({ method }, path) =>
    method === 'GET' && path.includes('/roleAssignments') ? { body: { value: grants } } : undefined,
  );
  expect(await failing(moverOver(azure, () => 2).initialise())).toMatchObject({ type: 'Vendor' });
  expect(await failing(moverOver(azure, () => 1).initialise())).toMatchObject({ type: 'NotFinished' });
  expect(azure.count('DELETE', /replicationExtensions/)).toBe(1);
});

test('initialise cannot begin before the appliances are registered', async () => {
  expect(await failing(moverOver(fakeArm()).initialise())).toMatchObject({ type: 'Configuration' });
});
