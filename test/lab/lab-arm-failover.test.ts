import type { LabVm } from '../../lab/estate/types.ts';
import type { Reply } from '../support/lab-http.ts';
import { type ArmBench, armBench, inside } from './lab-arm-bench.ts';

let lab: ArmBench;
beforeEach(async () => {
  lab = await armBench();
});
afterEach(() => lab.stop());

const protectedVm = async (wish: Partial<LabVm> = {}, ip?: string): Promise<LabVm> => {
  const vm = lab.staged(wish, ip);
  await lab.prepare();
  await lab.protect(vm);
  await lab.until(vm, 'Protected', 2_000);
  return vm;
};

const tasks = (job: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    (job.tasks as { taskName: string; state: string }[]).map(({ taskName, state }) => [taskName, state]),
  );

const failedTask = (job: Record<string, unknown>): string | undefined =>
  Object.entries(tasks(job)).find(([, state]) => state === 'Failed')?.[0];

const targets = (): readonly LabVm[] => lab.estate.vms.list('azure-local');

const machine = (): string => `${lab.names.group}/providers/Microsoft.HybridCompute/machines/web-01`;
const instance = (): string => `${machine()}/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default`;

/** Runs an operation of the VM provider to its end. */
const done = async (reply: Reply): Promise<unknown> => {
  const url = (reply.headers.get('azure-asyncoperation') ?? '').replace(/^https:\/\/[^/]+/, '');
  for (let n = 0; n < 60; n += 1) {
    const { body } = await lab.raw('GET', url, { authorization: `Bearer ${lab.token()}` });
    if (inside(body, 'status') !== 'InProgress') return inside(body, 'status');
    lab.pass(10_000);
  }
  return 'InProgress';
};

/** Every block of the source is on the target, byte for byte. */
const expectSameDisks = (source: LabVm, target: LabVm): void => {
  for (const [n, { file }] of source.disks.entries()) {
    const copy = target.disks[n]?.file ?? '';
    const blocks = lab.estate.disks.changedSince(file, 0);
    expect(blocks.length).toBeGreaterThan(0);
    const differing = blocks.filter(
      (block) =>
        !Buffer.from(lab.estate.disks.read(file, block)).equals(Buffer.from(lab.estate.disks.read(copy, block))),
    );
    expect(differing).toEqual([]);
  }
};

test('a planned failover stops the source, sends what it wrote last, and starts the target with all of it', async () => {
  const vm = await protectedVm();
  for (let n = 0; n < 20; n += 1) lab.pass(1_000);
  const accepted = await lab.fail(vm);
  while (targets().length === 0) lab.pass(2_000);
  const source = lab.estate.vms.get(vm.id);
  expect(source).toMatchObject({ power: 'off' });
  if (source && targets()[0]) expectSameDisks(source, targets()[0] as LabVm);

  const job = await lab.settled(accepted);
  expect(Object.values(tasks(job))).toEqual(Array.from({ length: 5 }, () => 'Succeeded'));
  expect(lab.events('vm.power').findLast((event) => event.vm === vm.id)).toMatchObject({
    to: 'off',
    how: 'guest',
    by: 'arm:plannedFailover',
  });
  expect(lab.events('failover.ended')).toEqual([
    expect.objectContaining({ result: 'Succeeded', task: null, target: targets()[0]?.id }),
  ]);
});

test('the target has the size of the item, a new MAC, and lies in the storage container', async () => {
  const vm = await protectedVm();
  await lab.settled(await lab.fail(vm));
  expect(targets()).toEqual([
    expect.objectContaining({
      name: 'web-01',
      cpus: 3,
      memoryMb: 6144,
      generation: 2,
      power: 'on',
      origin: vm.origin,
      instance: 'azl-01',
    }),
  ]);
  const [target] = targets();
  expect(target?.nics).toEqual([expect.objectContaining({ network: 'lnet-db-120', vlan: 120, connected: true })]);
  expect(target?.nics[0]?.mac).not.toBe(vm.nics[0]?.mac);
  expect(target?.disks.map(({ path }) => path)).toEqual([
    expect.stringMatching(/^c:\\clusterstorage\\userstorage_1\\.+\\web-01-OSdisk-0-.{4}\.vhdx$/),
    expect.stringMatching(/^c:\\clusterstorage\\userstorage_1\\.+\\web-01-datadisk-0-.{4}\.vhdx$/),
  ]);
});

test('a guest keeps its address over the new MAC only by its first-boot package', async () => {
  const vm = await protectedVm();
  const accepted = await lab.fail(vm);
  await lab.settled(accepted);
  lab.pass(60_000);
  const target = targets()[0];
  expect(lab.estate.vms.addressesOf(target?.id ?? '')).toEqual([{ mac: target?.nics[0]?.mac, ips: [] }]);
});

test('a first-boot package placed before the final delta takes effect on the target', async () => {
  const vm = await protectedVm();
  lab.estate.vms.change(vm.id, 'test', (edited) => {
    edited.guest.firstBoot = [{ index: 0, ip: '10.10.120.31', prefix: 24, gateway: '10.10.120.1', dns: [] }];
  });
  await lab.settled(await lab.fail(vm));
  lab.pass(60_000);
  const target = targets()[0];
  expect(lab.estate.vms.addressesOf(target?.id ?? '')).toEqual([{ mac: target?.nics[0]?.mac, ips: ['10.10.120.31'] }]);
});

test('a failover of an item that is not protected yet is accepted and its job fails', async () => {
  const vm = lab.staged();
  await lab.prepare();
  await lab.protect(vm);
  lab.pass(10_000);
  const early = await lab.fail(vm);
  expect(early.status).toBe(202);
  lab.pass(100);
  const job = await lab.job(early);
  expect([failedTask(job), inside(job, 'errors.0.code')]).toEqual(['Prerequisite check', '1001012']);
  expect(lab.events('failover.ended')).toEqual([expect.objectContaining({ result: 'Failed', refused: true })]);
});

test('a second POST while one runs, or after it is done, fails by itself and changes nothing', async () => {
  const vm = await protectedVm();
  const first = await lab.fail(vm);
  lab.pass(10_000);
  const second = await lab.fail(vm);
  lab.pass(100);
  expect(inside(await lab.job(second), 'errors.0.code')).toBe('1001012');
  expect(await lab.settled(first)).toMatchObject({ state: 'Succeeded' });
  const third = await lab.fail(vm);
  lab.pass(100);
  expect(inside(await lab.job(third), 'errors.0.code')).toBe('1001012');
  expect(targets()).toHaveLength(1);
  expect(await lab.properties(vm)).toMatchObject({ protectionState: 'PlannedFailoverCompleted' });
});

test('a guest that refuses to shut down fails the failover with its WMI error and keeps running', async () => {
  const vm = await protectedVm();
  lab.arms({ kind: 'guestRefuses', point: 'shutdown.hyper-v' });
  const job = await lab.settled(await lab.fail(vm));
  expect([failedTask(job), inside(job, 'errors.0.code')]).toEqual(['Turning off resource on primary', '1000001']);
  expect(lab.estate.vms.get(vm.id)).toMatchObject({ power: 'on' });
  expect(await lab.properties(vm)).toMatchObject({
    protectionState: 'PlannedFailoverFailed',
    allowedJobs: ['PlannedFailover', 'DisableProtection'],
  });
  expect(targets()).toEqual([]);
});

test('a source that was shut down by hand can be failed over', async () => {
  const vm = await protectedVm();
  lab.estate.vms.powerOff(vm.id, 'test');
  lab.pass(10_000);
  expect(await lab.settled(await lab.fail(vm))).toMatchObject({ state: 'Succeeded' });
});

test('without shutting the source down the task is skipped and the source runs on', async () => {
  const vm = await protectedVm();
  const job = await lab.settled(await lab.fail(vm, false));
  expect(tasks(job)['Turning off resource on primary']).toBe('Skipped');
  expect(lab.estate.vms.get(vm.id)).toMatchObject({ power: 'on' });
});

test.each([
  ['Prerequisite check', 'PlannedFailoverFailed', 'on', 0],
  ['Turning off resource on primary', 'PlannedFailoverFailed', 'on', 0],
  ['Starting failover', 'PlannedFailoverFailed', 'off', 0],
  ['Preparing protected entities', 'PlannedFailoverCompletionFailed', 'off', 1],
  ['Turning on resource on recovery', 'PlannedFailoverCompletionFailed', 'off', 1],
])('a failure at %s leaves %s, the source %s and %i half-made VM', async (task, state, power, half) => {
  const vm = await protectedVm();
  lab.arms({ kind: 'failoverFails', point: 'arm.failover', subject: vm.origin, detail: { task } });
  const job = await lab.settled(await lab.fail(vm));
  expect(failedTask(job)).toBe(task);
  expect(job).toMatchObject({ state: 'Failed', allowedActions: ['Restart'] });
  expect(await lab.properties(vm)).toMatchObject({
    protectionState: state,
    lastFailedPlannedFailoverJob: { state: 'Failed' },
  });
  expect(lab.estate.vms.get(vm.id)).toMatchObject({ power });
  expect(targets()).toHaveLength(half);
  expect(targets().every((target) => target.power === 'off')).toBe(true);
  expect((await lab.arm('GET', instance())).status).toBe(half === 1 ? 200 : 404);
  expect(lab.events('failover.ended').at(-1)).toMatchObject({ result: 'Failed', task });
});

test('a half-made VM is in the way until it is removed; then the retry reuses its adapter and carries everything', async () => {
  const vm = await protectedVm();
  lab.arms({ kind: 'failoverFails', point: 'arm.failover', detail: { task: 'Turning on resource on recovery' } });
  await lab.settled(await lab.fail(vm));
  const adapter = targets()[0]?.nics[0]?.mac;
  expect(inside((await lab.arm('GET', instance())).body, 'properties.provisioningState')).toBe('Failed');

  expect(failedTask(await lab.settled(await lab.fail(vm)))).toBe('Preparing protected entities');
  lab.estate.vms.powerOn(vm.id, 'test');
  for (let n = 0; n < 60; n += 1) lab.pass(1_000);

  expect(await done(await lab.arm('DELETE', instance()))).toBe('Succeeded');
  expect((await lab.arm('DELETE', machine())).status).toBe(200);
  const retry = await lab.fail(vm);
  while (targets().length === 0) lab.pass(2_000);
  const source = lab.estate.vms.get(vm.id);
  if (source && targets()[0]) expectSameDisks(source, targets()[0] as LabVm);
  expect(await lab.settled(retry)).toMatchObject({ state: 'Succeeded' });
  expect(targets()[0]?.nics[0]?.mac).toBe(adapter);
  expect(targets()).toHaveLength(1);
});

test('an address another adapter holds on the logical network fails the failover', async () => {
  const vm = await protectedVm();
  const other = `${lab.names.group}/providers/Microsoft.AzureStackHCI/networkInterfaces/other`;
  const ipConfigurations = [
    { properties: { subnet: { id: lab.names.logicalNetwork('lnet-db-120') }, privateIPAddress: '10.10.120.31' } },
  ];
  expect((await lab.arm('PUT', other, { location: 'westeurope', properties: { ipConfigurations } })).status).toBe(201);

  const job = await lab.settled(await lab.fail(vm));
  expect([failedTask(job), inside(job, 'errors.0.code')]).toEqual(['Preparing protected entities', '1000037']);
  expect(inside(job, 'errors.0.message')).toContain('address is already in use: Already Set');
});

test('an offline bridge stops a failover before it touches the source', async () => {
  const vm = await protectedVm();
  lab.arms({ kind: 'refused', point: 'arm.bridge' });
  expect(failedTask(await lab.settled(await lab.fail(vm)))).toBe('Prerequisite check');
  expect(lab.estate.vms.get(vm.id)).toMatchObject({ power: 'on' });
});

test('a container without room for the migrated disks fails the failover before anything stands on the target', async () => {
  const vm = await protectedVm();
  const seeds = vm.disks.reduce((sum, { file }) => sum + lab.estate.disks.allocatedBytes(file), 0);
  Object.assign(lab.estate.scenario.azure.storagePaths[0] ?? {}, { bytes: Math.ceil(seeds * 1.5) });
  const job = await lab.settled(await lab.fail(vm));
  expect([failedTask(job), inside(job, 'errors.0.message')]).toEqual([
    'Starting failover',
    'The storage container is full.',
  ]);
  expect(targets()).toEqual([]);
});

test('completing a migration leaves the migrated VM and its disks alone', async () => {
  const vm = await protectedVm();
  await lab.settled(await lab.fail(vm));
  await lab.settled(await lab.arm('DELETE', lab.item(vm)));
  expect((await lab.arm('GET', lab.item(vm))).status).toBe(404);
  expect(targets()).toEqual([expect.objectContaining({ power: 'on' })]);
  expect(targets()[0]?.disks.every(({ file }) => lab.estate.disks.exists(file))).toBe(true);
});
