import type { Json } from '../../activities/arm/reading.ts';
import { TOKEN_TAG } from '../../activities/arm/tags.ts';
import { azureLocalPlatform } from '../../activities/azure-local/index.ts';
import type { PlatformPreflight } from '../../activities/contracts/platform.ts';
import type { AzureLocalInstance } from '../../domain/estate.ts';
import { factsOf } from '../../domain/facts.ts';
import type { Landing } from '../../domain/landing.ts';
import { tokenOf } from '../../domain/token.ts';
import { ENDPOINT, type FakeArm, failing, fakeArm } from './azure-fake.ts';

const GROUP = '/subscriptions/s1/resourceGroups/landed';
const HCI = `${GROUP}/providers/Microsoft.AzureStackHCI`;
const MACHINE = `${GROUP}/providers/Microsoft.HybridCompute/machines/web-01`;
const VM = `${MACHINE}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;
const NIC = [`${HCI}/networkInterfaces/web-01-nic-a`, `${HCI}/networkInterfaces/web-01-nic-b`] as const;
const DISK = [`${HCI}/virtualHardDisks/web-01-os`, `${HCI}/virtualHardDisks/web-01-data`] as const;

const INSTANCE: AzureLocalInstance = {
  endpoint: ENDPOINT,
  login: { authority: 'https://login.example', tenant: 't', clientId: 'c', clientSecret: 'env:S' },
  subscription: 's1',
  resourceGroup: 'landed',
  cluster: `${HCI}/clusters/edge`,
  customLocation: `${GROUP}/providers/Microsoft.ExtendedLocation/customLocations/edge`,
  location: 'swedencentral',
  logicalNetworks: { front: `${HCI}/logicalNetworks/front`, back: `${HCI}/logicalNetworks/back` },
  storagePaths: { fast: `${HCI}/storageContainers/fast` },
  apiVersions: { azureStackHci: '2024-01-01', hybridCompute: '2024-07-10' },
};

const LANDING: Landing = {
  name: 'web-01',
  cpus: 4,
  memoryMb: 8192,
  generation: 2,
  power: 'on',
  storagePath: 'fast',
  nics: [
    { source: 0, network: 'back', vlan: null, address: 'keep' },
    { source: 1, network: 'front', vlan: null, address: 'keep' },
  ],
  disks: [
    { source: 0, storagePath: null },
    { source: 1, storagePath: null },
  ],
};

interface Shape {
  readonly power?: string;
  readonly nics?: readonly string[];
  readonly cpus?: number;
  readonly offered?: boolean;
  readonly provisioning?: string;
}

const shape = (
  azure: FakeArm,
  { power = 'Running', nics = NIC, cpus = 4, offered = true, provisioning = 'Succeeded' }: Shape = {},
) =>
  azure.put(VM, {
    properties: {
      provisioningState: provisioning,
      status: { powerState: power },
      hardwareProfile: { vmSize: 'Custom', processors: cpus, memoryMB: 8192 },
      networkProfile: { networkInterfaces: nics.map((id) => ({ id })) },
      storageProfile: { osDisk: { id: DISK[0], osType: 'Linux' }, dataDisks: [{ id: DISK[1] }] },
      osProfile: { linuxConfiguration: { provisionVMConfigAgent: offered } },
    },
  });

const nicBody = (mac: string, network: string, ip: string): Json => ({
  tags: { owner: 'shop' },
  properties: {
    macAddress: mac,
    ipConfigurations: [
      { properties: { privateIPAddress: ip, subnet: { id: `${HCI.toUpperCase()}/LOGICALNETWORKS/${network}` } } },
    ],
  },
});

const estate = (over: Shape = {}): FakeArm => {
  const azure = fakeArm();
  azure.put(MACHINE, { kind: 'HCI', properties: { status: 'Connected' } });
  azure.put(NIC[0], nicBody('02-EC-AA-00-00-01', 'front', '10.0.0.12'));
  azure.put(NIC[1], nicBody('02ecaa000002', 'back', '10.1.0.7'));
  azure.put(DISK[0], { properties: { diskSizeGB: 127, hyperVGeneration: 'V2' } });
  azure.put(DISK[1], { properties: { diskSizeGB: 1 } });
  azure.put(INSTANCE.cluster, { properties: { connectivityStatus: 'Connected' } });
  azure.put(`${INSTANCE.cluster}/updateSummaries/default`, { properties: { currentVersion: '12.2503.1002.5' } });
  azure.put(INSTANCE.customLocation, { location: 'swedencentral', properties: { provisioningState: 'Succeeded' } });
  azure.put(INSTANCE.storagePaths.fast ?? '', {
    extendedLocation: { name: INSTANCE.customLocation.toUpperCase() },
    properties: { provisioningState: 'Succeeded', status: { availableSizeMB: 800_000, containerSizeMB: 1_000_000 } },
  });
  for (const [name, method] of [
    ['front', 'Static'],
    ['back', 'Dynamic'],
  ] as const)
    azure.put(INSTANCE.logicalNetworks[name] ?? '', {
      properties: {
        provisioningState: 'Succeeded',
        subnets: [
          {
            properties: {
              addressPrefix: '10.0.0.0/24',
              ipAllocationMethod: method,
              vlan: 7,
              ipPools: [{ ipPoolType: 'vm', start: '10.0.0.10', end: '10.0.0.20' }],
            },
          },
        ],
      },
    });
  shape(azure, over);
  /** Network interfaces change as ARM changes them. */
  azure.script(({ method, body }, path) => {
    const wanted = (body as { properties?: { networkProfile?: { networkInterfaces: { id: string }[] } } } | undefined)
      ?.properties?.networkProfile;
    if (method !== 'PATCH' || path !== VM || !wanted) return undefined;
    shape(azure, { ...over, nics: wanted.networkInterfaces.map(({ id }) => id) });
    return { status: 202 };
  });
  return azure;
};

const platformOver = (azure: FakeArm, now: () => number = () => 0, instance = INSTANCE) =>
  azureLocalPlatform({ instance, arm: azure.arm, agentVersion: 'test', now });

const order = (verb: string) => ({
  to: { product: 'azure-local', instance: 'edge', contract: 1 } as const,
  vm: { id: MACHINE, name: 'web-01' },
  token: tokenOf({ vm: 'journey-1', hop: 2, verb, round: 0 }),
});

const operation = (azure: FakeArm, verb: string, state: () => Json) => {
  azure.script(({ method }, path) => {
    if (method === 'POST' && path === `${VM}/${verb}`)
      return { status: 202, headers: { 'azure-asyncoperation': `${ENDPOINT}/operations/o1?s=SIGNED` } };
    return path === '/operations/o1' ? { body: state() } : undefined;
  });
};

test('describe reads power, size, disks and adapters', async () => {
  expect(await platformOver(estate()).describe(order('describe'))).toEqual({
    ref: { id: MACHINE, name: 'web-01' },
    power: 'on',
    os: 'linux',
    firmware: 'uefi',
    generation: 2,
    secureBoot: false,
    cpus: 4,
    memoryMb: 8192,
    disks: [
      { id: DISK[0], bytes: 127 * 1024 ** 3, boot: true },
      { id: DISK[1], bytes: 1024 ** 3, boot: false },
    ],
    nics: [
      { id: NIC[0], mac: '02:ec:aa:00:00:01', network: 'front', vlan: null, connected: true, addresses: ['10.0.0.12'] },
      { id: NIC[1], mac: '02:ec:aa:00:00:02', network: 'back', vlan: null, connected: true, addresses: ['10.1.0.7'] },
    ],
    autostart: null,
    guestReachable: false,
    note: null,
    obstacles: [],
  });
});

test('a machine without a VM under it is missing', async () => {
  const azure = estate();
  azure.drop(VM);
  expect(await failing(platformOver(azure).describe(order('describe')))).toMatchObject({ type: 'Missing' });
});

const shutDownOrder = async (platform: ReturnType<typeof platformOver>) => ({
  ...order('shutDown'),
  graceMs: 60_000,
  expectFacts: factsOf(await platform.describe(order('describe'))),
});

test('a shutdown is asked for once and observed', async () => {
  const azure = estate();
  operation(azure, 'stop', () => ({ status: 'InProgress' }));
  const platform = platformOver(azure);
  const asked = await shutDownOrder(platform);
  expect(await failing(platform.shutDown(asked))).toMatchObject({ type: 'NotFinished' });
  expect(await failing(platform.shutDown(asked))).toMatchObject({ type: 'NotFinished' });
  shape(azure, { power: 'Stopped' });
  expect(await platform.shutDown(asked)).toMatchObject({ how: 'acpi' });
  expect(azure.count('POST', /\/stop$/)).toBe(1);
});

test('while Azure is at it a poll reads the VM and the operation, and nothing else', async () => {
  const azure = estate();
  operation(azure, 'stop', () => ({ status: 'InProgress' }));
  const platform = platformOver(azure);
  const asked = await shutDownOrder(platform);
  await failing(platform.shutDown(asked));
  const before = azure.sent.length;
  expect(await failing(platform.shutDown(asked))).toMatchObject({ type: 'NotFinished' });
  expect(azure.sent.length - before).toBe(2);
});

test('a guest that does not shut down in its grace time has refused', async () => {
  const azure = estate();
  let clock = 0;
  const platform = platformOver(azure, () => clock);
  const asked = await shutDownOrder(platform);
  await failing(platform.shutDown(asked));
  clock = 61_000;
  expect(await failing(platform.shutDown(asked))).toMatchObject({ type: 'GuestRefused' });
  expect(azure.count('POST', /\/stop$/)).toBe(1);
});

test('a shutdown that Azure could not do is told as a guest’s refusal', async () => {
  const azure = estate();
  operation(azure, 'stop', () => ({
    status: 'Failed',
    error: { code: 'Failed', message: '0x800710DF the device is not ready' },
  }));
  const platform = platformOver(azure);
  const asked = await shutDownOrder(platform);
  await failing(platform.shutDown(asked));
  const { type, message } = await failing(platform.shutDown(asked));
  expect(type).toBe('GuestRefused');
  expect(message).toContain('0x800710DF');
  expect(message).not.toContain('SIGNED');
});

test('a VM that changed since it was approved is not shut down', async () => {
  const azure = estate();
  const platform = platformOver(azure);
  const asked = await shutDownOrder(platform);
  shape(azure, { cpus: 8 });
  expect(await failing(platform.shutDown(asked))).toMatchObject({ type: 'Drift' });
  expect(azure.count('POST', /./)).toBe(0);
});

test('an API version that can pull the plug does, an older one says what a person must do', async () => {
  const newer = estate();
  const preview = { ...INSTANCE, apiVersions: { ...INSTANCE.apiVersions, azureStackHci: '2026-04-01-preview' } };
  await failing(platformOver(newer, () => 0, preview).forceOff(order('forceOff')));
  expect(newer.sent.find(({ method }) => method === 'POST')).toMatchObject({
    url: expect.stringContaining('/powerOff?'),
    body: { skipShutdown: true },
  });

  const older = estate();
  operation(older, 'stop', () => ({ status: 'Failed', error: { message: 'not ready' } }));
  const platform = platformOver(older);
  await failing(platform.forceOff(order('forceOff')));
  const { type, told } = await failing(platform.forceOff(order('forceOff')));
  expect(type).toBe('Refused');
  expect(told.fix).toContain('Stop-VM -TurnOff');
});

test('a VM is started once and observed running', async () => {
  const azure = estate({ power: 'Stopped' });
  const platform = platformOver(azure);
  expect(await failing(platform.powerOn(order('powerOn')))).toMatchObject({ type: 'NotFinished' });
  shape(azure, { power: 'Starting' });
  expect(await failing(platform.powerOn(order('powerOn')))).toMatchObject({ type: 'NotFinished' });
  shape(azure);
  expect(await platform.powerOn(order('powerOn'))).toMatchObject({ power: 'on' });
  expect(azure.count('POST', /\/start$/)).toBe(1);
});

test('isolating takes the interfaces off, keeps them, and connecting puts the same ones back', async () => {
  const azure = estate();
  const platform = platformOver(azure);
  const { wiring, autostart, description } = await platform.isolate({ ...order('isolate'), extent: 'full' });
  expect(description.nics).toEqual([]);
  expect(autostart).toBeNull();
  expect(wiring.map(({ id, mac, network }) => ({ id, mac, network }))).toEqual([
    { id: NIC[0], mac: '02:ec:aa:00:00:01', network: 'front' },
    { id: NIC[1], mac: '02:ec:aa:00:00:02', network: 'back' },
  ]);
  expect(azure.get(NIC[0])).toMatchObject({ tags: { owner: 'shop' } });
  const connected = await platform.connect({ ...order('connect'), wiring, autostart });
  expect(connected.nics.map(({ id }) => id)).toEqual([...NIC]);
});

test('isolating again, also by another process, gives the same wiring', async () => {
  const azure = estate();
  const first = await platformOver(azure).isolate({ ...order('isolate'), extent: 'full' });
  const again = await platformOver(azure).isolate({ ...order('isolate'), extent: 'full' });
  expect(again.wiring).toEqual(first.wiring);
  expect(
    azure.sent.filter(({ method, url }) => method === 'PATCH' && url.includes('virtualMachineInstances')),
  ).toHaveLength(1);
});

test('the autostart extent changes nothing', async () => {
  const azure = estate();
  const { wiring } = await platformOver(azure).isolate({ ...order('isolate'), extent: 'autostart' });
  expect(wiring).toHaveLength(2);
  expect(azure.sent.every(({ method }) => method === 'GET')).toBe(true);
});

test('Azure refusing to take an interface off ends with what a person can do', async () => {
  const azure = estate();
  azure.script(({ method }, path) => {
    if (method === 'PATCH' && path === VM) return { status: 202, headers: { location: `${ENDPOINT}/operations/o1` } };
    return path === '/operations/o1' ? { body: { status: 'Failed', error: { message: 'in use' } } } : undefined;
  });
  const platform = platformOver(azure);
  await failing(platform.isolate({ ...order('isolate'), extent: 'full' }));
  expect(await failing(platform.isolate({ ...order('isolate'), extent: 'full' }))).toMatchObject({
    type: 'Configuration',
  });
});

const reshapeOrder = async (platform: ReturnType<typeof platformOver>, landing: Landing = LANDING) => ({
  ...order('reshape'),
  landing,
  predecessor: await platform.describe(order('describe')),
});

test('a VM that landed as planned is adopted without being touched', async () => {
  const azure = estate();
  const platform = platformOver(azure);
  const { macs, wiring } = await platform.reshape(await reshapeOrder(platform));
  expect(macs).toEqual(['02:ec:aa:00:00:02', '02:ec:aa:00:00:01']);
  expect(wiring.map(({ network }) => network)).toEqual(['back', 'front']);
  expect(azure.get(MACHINE)).toMatchObject({ tags: { [TOKEN_TAG]: expect.stringContaining('journey-1') } });
  expect(azure.sent.filter(({ method, url }) => method === 'PATCH' && url.includes('virtualMachineInstances'))).toEqual(
    [],
  );
});

test('a VM of another size is resized only while it is off', async () => {
  const azure = estate({ cpus: 2 });
  const platform = platformOver(azure);
  expect(await failing(platform.reshape(await reshapeOrder(platform)))).toMatchObject({ type: 'Refused' });
  shape(azure, { cpus: 2, power: 'Stopped' });
  expect(await failing(platform.reshape(await reshapeOrder(platform)))).toMatchObject({ type: 'NotFinished' });
  expect(
    azure.sent.find(({ method, url }) => method === 'PATCH' && url.includes('virtualMachineInstances'))?.body,
  ).toEqual({
    properties: { hardwareProfile: { vmSize: 'Custom', processors: 4, memoryMB: 8192 } },
  });
});

test('a landing network the VM did not get is told', async () => {
  const platform = platformOver(estate({ nics: [NIC[0]] }));
  expect(await failing(platform.reshape(await reshapeOrder(platform)))).toMatchObject({
    type: 'Configuration',
    message: expect.stringContaining('back'),
  });
});

test('the guest agent is offered to generation 2, and to generation 1 only while it is off', async () => {
  const offers = (azure: FakeArm) =>
    azure.sent.filter(
      ({ method, body }) => method === 'PATCH' && JSON.stringify(body).includes('provisionVMConfigAgent'),
    );
  const second = estate({ offered: false });
  await platformOver(second).reshape(await reshapeOrder(platformOver(second)));
  expect(offers(second)).toHaveLength(1);

  const first = estate({ offered: false });
  const gen1: Landing = { ...LANDING, generation: 1 };
  const platform = platformOver(first);
  await platform.reshape(await reshapeOrder(platform, gen1));
  expect(offers(first)).toEqual([]);
  first.put(MACHINE, { properties: { status: 'Disconnected' } });
  const { findings } = await platform.health({ ...order('health'), landing: gen1, hop: 2 });
  expect(findings).toMatchObject([
    { id: 'V2-02', severity: 'warn', fix: expect.stringContaining('Turn the generation 1 VM off first') },
  ]);
});

test('a healthy VM passes, 1 GB data disks included', async () => {
  const report = await platformOver(estate()).health({ ...order('health'), landing: LANDING, hop: 2 });
  expect(report).toEqual({ passed: ['V2-01', 'V2-02', 'V1-02', 'V2-06', 'V2-10'], findings: [] });
});

test('a VM that does not run, or on other networks, does not pass', async () => {
  const { findings } = await platformOver(estate({ power: 'Stopped', nics: [NIC[0]] })).health({
    ...order('health'),
    landing: LANDING,
    hop: 2,
  });
  expect(findings.map(({ id, severity }) => `${id} ${severity}`)).toEqual(['V2-01 block', 'V2-06 block']);
});

const removeOrder = (alive: { id: string; name: string }[] = []) => ({
  ...order('remove'),
  journey: 'journey-1',
  alive,
});
const ours = (azure: FakeArm, vm = 'journey-1') =>
  azure.put(MACHINE, { tags: { [TOKEN_TAG]: tokenOf({ vm, hop: 2, verb: 'cutOver', round: 0 }) } });

test('a VM of this migration goes with its disks and interfaces, its machine last', async () => {
  const azure = estate({ power: 'Stopped' });
  ours(azure);
  azure.put(`${HCI}/virtualHardDisks/other`, {});
  expect(await platformOver(azure).remove(removeOrder())).toEqual({ removed: true });
  for (const id of [VM, MACHINE, ...NIC, ...DISK]) expect(azure.get(id)).toBeUndefined();
  expect(azure.get(`${HCI}/virtualHardDisks/other`)).toBeDefined();
  const deleted = azure.sent.filter(({ method }) => method === 'DELETE').map(({ url }) => new URL(url).pathname);
  expect(deleted.at(-1)).toBe(MACHINE);
  expect(await platformOver(azure).remove(removeOrder())).toEqual({ removed: true });
});

test('a removal that was cut short after the VM went on takes its disks along', async () => {
  const azure = estate({ power: 'Stopped' });
  ours(azure);
  let cut = true;
  azure.script(({ method }, path) => {
    if (!cut || method !== 'DELETE' || !path.includes('networkInterfaces')) return undefined;
    return { status: 500 };
  });
  expect(await failing(platformOver(azure).remove(removeOrder()))).toMatchObject({ type: 'Unreachable' });
  expect(azure.get(VM)).toBeUndefined();
  cut = false;
  expect(await platformOver(azure).remove(removeOrder())).toEqual({ removed: true });
  expect(azure.get(DISK[1])).toBeUndefined();
});

test.each([
  ['carries no token', (azure: FakeArm) => azure.put(MACHINE, {}), []],
  ['carries another migration’s token', (azure: FakeArm) => ours(azure, 'other'), []],
  ['runs', (azure: FakeArm) => shape(azure), []],
  ['lives on', () => undefined, [{ id: MACHINE.toUpperCase(), name: 'web-01' }]],
])('a VM that %s is not removed', async (_, change, alive) => {
  const azure = estate({ power: 'Stopped' });
  ours(azure);
  change(azure);
  expect(await failing(platformOver(azure).remove(removeOrder(alive)))).toMatchObject({ type: 'Unsafe' });
  expect(azure.count('DELETE', /./)).toBe(0);
});

test('a VM that shares a disk with one that lives on is not removed', async () => {
  const azure = estate({ power: 'Stopped' });
  ours(azure);
  const other = `${GROUP}/providers/Microsoft.HybridCompute/machines/web-02`;
  azure.put(`${other}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`, {
    properties: { storageProfile: { dataDisks: [{ id: DISK[1].toUpperCase() }] } },
  });
  expect(await failing(platformOver(azure).remove(removeOrder([{ id: other, name: 'web-02' }])))).toMatchObject({
    type: 'Unsafe',
  });
  expect(azure.count('DELETE', /./)).toBe(0);
});

const preflightOrder = (over: Partial<PlatformPreflight> = {}): PlatformPreflight => {
  const { vm: _, ...rest } = order('preflight');
  return {
    ...rest,
    role: 'target',
    vm: null,
    landing: { ...LANDING, name: 'web-09' },
    bytesNeeded: 100 * 1024 ** 3,
    journey: 'journey-1',
    ...over,
  };
};

const static10 = (ip: string): Landing => ({
  ...LANDING,
  name: 'web-09',
  nics: [{ source: 0, network: 'front', vlan: null, address: { ip, prefix: 24, gateway: null, dns: [] } }],
});

const worst = async (azure: FakeArm, over: Partial<PlatformPreflight> = {}) => {
  const { findings } = await platformOver(azure).preflight(preflightOrder(over));
  return findings.filter(({ severity }) => severity !== 'info').map(({ id, severity }) => `${id} ${severity}`);
};

test('a target where all is in place gives no blocker', async () => {
  expect(await worst(estate())).toEqual([]);
  expect(await worst(estate(), { landing: static10('10.0.0.15') })).toEqual([]);
});

test.each([
  ['an address outside the subnet', '10.9.0.15', 'PF-505 block'],
  ['an address outside the pools', '10.0.0.99', 'PF-505 block'],
  ['an address that is held', '10.0.0.12', 'PF-505 block'],
])('preflight finds %s', async (_, ip, expected) => {
  expect(await worst(estate(), { landing: static10(ip) })).toContain(expected);
});

test('preflight finds a network of the wrong kind, an unknown one, and a taken or illegal name', async () => {
  const nic = { source: 0, network: 'front', vlan: null, address: 'dhcp' as const };
  const landing = { ...LANDING, name: 'web-09' };
  expect(await worst(estate(), { landing: { ...landing, nics: [nic] } })).toEqual(['PF-504 block']);
  expect(await worst(estate(), { landing: { ...landing, nics: [{ ...nic, network: 'nowhere' }] } })).toEqual([
    'PF-504 block',
  ]);
  expect(await worst(estate(), { landing: LANDING })).toEqual(['PF-216 block']);
  expect(await worst(estate(), { landing: { ...LANDING, name: '-bad-' } })).toEqual(['PF-216 block']);
});

test('the machine of this very migration does not take its name', async () => {
  const azure = estate();
  ours(azure);
  expect(await worst(azure, { landing: LANDING })).toEqual([]);
});

test('preflight weighs the room on the storage path', async () => {
  expect(await worst(estate(), { bytesNeeded: 700_000 * 1024 ** 2 })).toEqual(['PF-506 warn']);
  expect(await worst(estate(), { bytesNeeded: 900_000 * 1024 ** 2 })).toEqual(['PF-506 block']);
});

test('preflight finds a cluster that is cut off or too old', async () => {
  const azure = estate();
  azure.put(INSTANCE.cluster, { properties: { connectivityStatus: 'Disconnected' } });
  azure.put(`${INSTANCE.cluster}/updateSummaries/default`, { properties: { currentVersion: '10.2411.0.22' } });
  expect(await worst(azure)).toEqual(['PF-502 block', 'PF-501 block']);
});
