import type { LabVm } from '../../lab/estate/types.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import type { Reply } from '../support/lab-http.ts';
import { type ArmBench, armBench, inside } from './lab-arm-bench.ts';

let lab: ArmBench;
beforeEach(async () => {
  lab = await armBench();
});
afterEach(() => lab.stop());

const machine = (): string => `${lab.names.group}/providers/Microsoft.HybridCompute/machines/web-01`;
const instance = (): string => `${machine()}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;

const migrated = async (wish: Partial<LabVm> = {}, running = true): Promise<LabVm> => {
  const vm = lab.staged(wish);
  await lab.prepare();
  await lab.protect(vm);
  await lab.until(vm, 'Protected', 2_000);
  await lab.settled(await lab.fail(vm), 30_000);
  if (running) for (let n = 0; n < 3; n += 1) lab.pass(30_000);
  return lab.vm('azure-local');
};

const read = async (path: string): Promise<unknown> => inside((await lab.arm('GET', instance())).body, path);

const ended = async (reply: Reply, step = 10_000): Promise<unknown> => {
  const url = (reply.headers.get('azure-asyncoperation') ?? '').replace(/^https:\/\/[^/]+/, '');
  for (let n = 0; n < 90; n += 1) {
    const { body } = await lab.raw('GET', url, { authorization: `Bearer ${lab.token()}` });
    if (inside(body, 'status') !== 'InProgress') return inside(body, 'error.code') ?? inside(body, 'status');
    lab.pass(step);
  }
  return 'InProgress';
};

test('a migrated VM is an Arc machine of kind HCI without an agent, and an instance that goes from Starting to Running', async () => {
  await migrated({}, false);
  const states: unknown[] = [];
  for (let n = 0; n < 4; n += 1) {
    states.push(await read('properties.status.powerState'));
    lab.pass(15_000);
  }
  expect(states.at(-1)).toBe('Running');
  const arc = await lab.arm('GET', machine());
  expect(arc.body).toMatchObject({ kind: 'HCI', properties: { status: 'Disconnected' } });
  expect((await lab.arm('GET', `${instance()}/guestAgents/default`)).status).toBe(404);
  expect(await read('properties.guestAgentInstallStatus')).toBeUndefined();
  expect(await read('properties.provisioningState')).toBe('Succeeded');
  expect(
    inside((await lab.arm('GET', `${instance()}/hybridIdentityMetadata/default`)).body, 'properties.identity.type'),
  ).toBe('SystemAssigned');
});

test('stop asks the guest, start boots it, restart does both', async () => {
  const vm = await migrated();
  expect(await ended(await lab.arm('POST', `${instance()}/stop`))).toBe('Succeeded');
  expect(lab.vm('azure-local').power).toBe('off');
  expect(lab.events('vm.power').at(-1)).toMatchObject({ vm: vm.id, to: 'off', how: 'guest', by: 'arm:stop' });
  expect(await read('properties.status.powerState')).toBe('Stopped');

  expect(await ended(await lab.arm('POST', `${instance()}/start`))).toBe('Succeeded');
  for (let n = 0; n < 3; n += 1) lab.pass(30_000);
  expect(await ended(await lab.arm('POST', `${instance()}/restart`))).toBe('Succeeded');
  expect(lab.vm('azure-local').power).toBe('on');
});

test('a guest that will not shut down fails the stop and runs on', async () => {
  await migrated();
  lab.arms({ kind: 'guestRefuses', point: 'shutdown.azure-local' });
  expect(await ended(await lab.arm('POST', `${instance()}/stop`))).toBe('ShutdownFailed');
  expect(lab.vm('azure-local').power).toBe('on');
});

test('one operation at a time', async () => {
  await migrated();
  await lab.arm('POST', `${instance()}/stop`);
  expect((await lab.arm('POST', `${instance()}/restart`)).status).toBe(409);
});

test('the size changes only while the VM is stopped', async () => {
  await migrated();
  const size = { properties: { hardwareProfile: { processors: 6, memoryMB: 8192 } } };
  expect(await ended(await lab.arm('PATCH', instance(), size))).toBe('InvalidState');
  await ended(await lab.arm('POST', `${instance()}/stop`));
  expect(await ended(await lab.arm('PATCH', instance(), size))).toBe('Succeeded');
  expect(lab.vm('azure-local')).toMatchObject({ cpus: 6, memoryMb: 8192 });
  expect(lab.events('vm.reshaped').at(-1)).toMatchObject({ cpus: 6, memoryMb: 8192, by: 'arm:update' });
});

test('deleting the instance leaves disks and adapters, which can be deleted then', async () => {
  const vm = await migrated();
  const osDisk = String(await read('properties.storageProfile.osDisk.id'));
  const adapter = String(await read('properties.networkProfile.networkInterfaces.0.id'));
  expect((await lab.arm('DELETE', osDisk)).status).toBe(409);
  expect((await lab.arm('DELETE', machine())).status).toBe(409);

  expect(await ended(await lab.arm('DELETE', instance()))).toBe('Succeeded');
  expect((await lab.arm('GET', instance())).status).toBe(404);
  expect((await lab.arm('DELETE', instance())).status).toBe(204);
  expect(lab.events('vm.removed').at(-1)).toMatchObject({ vm: vm.id, keptDisks: true });
  expect(vm.disks.every(({ file }) => lab.estate.disks.exists(file))).toBe(true);

  expect((await lab.arm('DELETE', machine())).status).toBe(200);
  expect((await lab.arm('DELETE', adapter)).status).toBe(200);
  expect((await lab.arm('DELETE', osDisk)).status).toBe(200);
  expect(lab.estate.disks.exists(vm.disks.find(({ boot }) => boot)?.file ?? '')).toBe(false);
});

const configAgent = { properties: { osProfile: { windowsConfiguration: { provisionVMConfigAgent: true } } } };
const install = { properties: { credentials: { username: 'a', password: 'b' }, provisioningAction: 'install' } };

test('guest management is off until both agents are enabled', async () => {
  await migrated();
  const agent = `${instance()}/guestAgents/default`;
  expect(await ended(await lab.arm('PUT', agent, install))).toBe('GuestManagementNotEnabled');
  expect(await ended(await lab.arm('PATCH', instance(), configAgent))).toBe('Succeeded');
  expect(await ended(await lab.arm('PUT', agent, install))).toBe('Succeeded');
  expect(inside((await lab.arm('GET', agent)).body, 'properties')).toMatchObject({
    status: 'connected',
    provisioningState: 'Succeeded',
  });
  expect(inside((await lab.arm('GET', machine())).body, 'properties')).toMatchObject({
    status: 'Connected',
    osType: 'windows',
  });
});

test('a generation 1 VM that is running when guest management is enabled is never reached again', async () => {
  const scenario = oneVm({ speed: 1 });
  await lab.stop();
  lab = await armBench({ ...scenario, vms: scenario.vms.map((vm) => ({ ...vm, firmware: 'bios' })) });
  await migrated({ generation: 1, firmware: 'bios' });
  await ended(await lab.arm('PATCH', instance(), configAgent));
  expect(await read('properties.instanceView.vmAgent.statuses.0.level')).toBe('Error');
  expect(await ended(await lab.arm('PUT', `${instance()}/guestAgents/default`, install))).toBe(
    'GuestManagementNotEnabled',
  );
});

test('logical networks and storage containers tell what a landing needs', async () => {
  const network = await lab.arm('GET', lab.names.logicalNetwork('lnet-db-120'));
  expect(inside(network.body, 'properties.subnets.0.properties')).toMatchObject({
    addressPrefix: '10.10.120.0/24',
    ipAllocationMethod: 'Static',
    vlan: 120,
  });
  const container = await lab.arm('GET', lab.names.storageContainer('storage-a'));
  expect(inside(container.body, 'properties')).toMatchObject({
    path: 'C:\\ClusterStorage\\UserStorage_1',
    status: { availableSizeMB: 4 * 2 ** 20 },
  });
});

test('the tags of a network interface are what was sent last, and its other properties stay', async () => {
  const id = `${lab.names.group}/providers/Microsoft.AzureStackHCI/networkInterfaces/spare`;
  const subnet = { id: lab.names.logicalNetwork('lnet-db-120') };
  const made = await lab.arm('PUT', id, {
    location: 'westeurope',
    properties: { ipConfigurations: [{ properties: { subnet } }] },
  });
  await lab.arm('PATCH', id, { tags: { one: '1', two: '2' } });
  await lab.arm('PATCH', id, { tags: { two: '3' } });
  await lab.arm('PATCH', id, {});
  expect((await lab.arm('GET', id)).body).toEqual({ ...(made.body as object), tags: { two: '3' } });
  expect((await lab.arm('PATCH', `${id}-2`, { tags: {} })).status).toBe(404);
});

test('a cluster tells the release of its solution in its update summary', async () => {
  const { body } = await lab.arm('GET', `${lab.names.cluster}/updateSummaries/default`);
  expect(inside(body, 'properties.currentVersion')).toMatch(/^\d+\.\d{4}\.\d+\.\d+$/);
});

test('what lands on a container takes its space', async () => {
  const free = async (): Promise<number> =>
    Number(
      inside((await lab.arm('GET', lab.names.storageContainer('storage-a'))).body, 'properties.status.availableSizeMB'),
    );
  const before = await free();
  const vm = await migrated();
  const allocated = vm.disks.reduce((sum, { file }) => sum + lab.estate.disks.allocatedBytes(file), 0) / 2 ** 20;
  expect(before - (await free())).toBeGreaterThanOrEqual(Math.floor(2 * allocated) - 8);
});
