import type { LabVm } from '../../lab/estate/types.ts';
import { type ArmBench, armBench, inside, minutes } from './lab-arm-bench.ts';

let lab: ArmBench;
beforeEach(async () => {
  lab = await armBench();
});
afterEach(() => lab.stop());

const ready = async (wish: Partial<LabVm> = {}): Promise<LabVm> => {
  const vm = lab.staged(wish);
  await lab.prepare();
  return vm;
};

/** The first failed task of a job, and its error's code. */
const failure = (job: Record<string, unknown>): readonly unknown[] => {
  const tasks = job.tasks as readonly { readonly taskName: string; readonly state: string }[];
  return [tasks.find(({ state }) => state === 'Failed')?.taskName, inside(job, 'errors.0.code')];
};

const custom = async (vm: LabVm): Promise<Record<string, unknown>> =>
  (await lab.properties(vm)).customProperties as Record<string, unknown>;

test('initial replication copies every written block at the rate of the appliance, then the item is protected', async () => {
  const vm = await ready();
  await lab.settled(await lab.protect(vm));
  const begun = await lab.properties(vm);
  expect(begun).toMatchObject({ protectionState: 'InitialReplicationInProgress', allowedJobs: ['DisableProtection'] });

  const bytes = vm.disks.reduce((sum, { file }) => sum + lab.estate.disks.allocatedBytes(file), 0);
  const seen: unknown[] = [];
  let seconds = 0;
  while ((await lab.properties(vm)).protectionState === 'InitialReplicationInProgress') {
    seen.push((await custom(vm)).initialReplicationProgressPercentage);
    lab.pass(1_000);
    seconds += 1;
  }
  expect(seconds).toBeGreaterThanOrEqual(Math.floor(bytes / lab.estate.scenario.azure.replicationRate) - 1);
  expect(seen.some((percent) => Number(percent) > 0 && Number(percent) < 100)).toBe(true);
  expect((await custom(vm)).initialReplicationProgressPercentage).toBeNull();

  const found = await lab.until(vm, 'Protected');
  expect(found.allowedJobs).toEqual(['PlannedFailover', 'DisableProtection']);
  const jobs = inside((await lab.arm('GET', `${lab.names.vault}/jobs`)).body, 'value') as readonly unknown[];
  expect(jobs.map((job) => inside(job, 'properties'))).toContainEqual(
    expect.objectContaining({ displayName: 'Complete initial replication', objectId: null, state: 'Succeeded' }),
  );
  expect(lab.events('item.protected')).toHaveLength(1);
});

test('the first recovery point comes an hour after initial replication', async () => {
  const vm = await ready();
  await lab.protect(vm);
  await lab.until(vm, 'Protected');
  expect(await custom(vm)).toMatchObject({ lastRecoveryPointId: null });
  expect(await custom(vm)).not.toHaveProperty('lastRecoveryPointReceived');
  for (let n = 0; n < 70; n += 1) lab.pass(minutes(1));
  const point = (await custom(vm)).lastRecoveryPointReceived;
  expect(point).toBeDefined();
  for (let n = 0; n < 61; n += 1) lab.pass(minutes(1));
  expect(String((await custom(vm)).lastRecoveryPointReceived) > String(point)).toBe(true);
});

test('a second enabling of the same item is accepted and its job fails', async () => {
  const vm = await ready();
  await lab.protect(vm);
  const again = await lab.protect(vm);
  expect(again.status).toBe(200);
  lab.pass(100);
  expect(failure(await lab.job(again))).toEqual(['Creating or updating the protected item', '1001012']);
  expect((await lab.until(vm, 'Protected')).lastFailedEnableProtectionJob).toBeUndefined();
});

test.each([
  ['a VM that is off', 'Enabling Protection', (vm: LabVm) => lab.estate.vms.powerOff(vm.id, 'test')],
  [
    'a VM that was deleted',
    'Creating or updating the protected item',
    (vm: LabVm) => lab.estate.vms.remove(vm.id, 'test', { keepDisks: true }),
  ],
])('%s cannot be protected: the job fails at %s', async (_, task, spoil) => {
  const vm = await ready();
  spoil(vm);
  const job = await lab.settled(await lab.protect(vm));
  expect(failure(job)[0]).toBe(task);
  expect(await lab.properties(vm)).toMatchObject({
    protectionState: 'EnablingFailed',
    allowedJobs: ['DisableProtection'],
  });
});

test('a VM whose disks still hang on a restore point cannot be protected', async () => {
  const vm = await ready();
  lab.estate.vms.change(vm.id, 'test', (edited) => {
    for (const disk of edited.disks) disk.parent = 'point';
  });
  expect(failure(await lab.settled(await lab.protect(vm)))).toEqual([
    'Enabling Protection',
    'FetchingHyperVDiskPropertiesFailed',
  ]);
});

test('enabling needs the roles on the cache account to have taken effect', async () => {
  const vm = await ready();
  const scope = `${lab.names.group}/providers/Microsoft.Storage/storageAccounts/migratersalab01/providers/Microsoft.Authorization/roleAssignments`;
  await lab.arm('DELETE', `${scope}/00000000-0000-4000-8000-000000000003`);
  expect(failure(await lab.settled(await lab.protect(vm)))[0]).toBe('Initializing Protection');
});

test.each([
  ['a silent appliance', (): void => lab.arms({ kind: 'refused', point: 'arm.agent' }), 'Initializing Protection'],
  ['a full storage container', (): void => fill(), 'Enabling Protection'],
])('%s fails the enabling', async (_, spoil, task) => {
  const vm = await ready();
  spoil();
  expect(failure(await lab.settled(await lab.protect(vm)))[0]).toBe(task);
});

/** Takes all the room of storage-a, or gives it back. */
const fill = (bytes = 0): void => {
  Object.assign(lab.estate.scenario.azure.storagePaths[0] ?? {}, { bytes });
};

test('replication that finds no room says so and goes on when there is room again', async () => {
  const vm = await ready();
  await lab.settled(await lab.protect(vm));
  fill();
  lab.pass(1_000);
  expect(await lab.properties(vm)).toMatchObject({
    replicationHealth: 'Critical',
    protectionState: 'InitialReplicationInProgress',
  });
  fill(2 ** 40);
  expect(await lab.until(vm, 'Protected', 2_000)).toMatchObject({ replicationHealth: 'Normal' });
});

test('a VM that is turned off stops replicating, and its item turns critical until it runs again', async () => {
  const vm = await ready();
  await lab.settled(await lab.protect(vm));
  lab.estate.vms.powerOff(vm.id, 'test');
  lab.pass(1_000);
  const before = (await custom(vm)).initialReplicationProgressPercentage;
  for (let n = 0; n < 20; n += 1) lab.pass(2_000);
  expect((await custom(vm)).initialReplicationProgressPercentage).toBe(before);
  expect(await lab.properties(vm)).toMatchObject({
    replicationHealth: 'Critical',
    healthErrors: [expect.objectContaining({ category: 'SystemError' })],
  });
  lab.estate.vms.powerOn(vm.id, 'test');
  expect(await lab.until(vm, 'Protected', 2_000)).toMatchObject({ replicationHealth: 'Normal' });
});

test('progress can hang for ever', async () => {
  const vm = await ready();
  lab.arms({ kind: 'stuckProgress', point: 'arm.replication', subject: vm.origin, detail: { percent: 25 } });
  await lab.settled(await lab.protect(vm));
  for (let n = 0; n < 60; n += 1) lab.pass(minutes(1));
  const percent = Number((await custom(vm)).initialReplicationProgressPercentage);
  expect(percent).toBeGreaterThan(15);
  expect(percent).toBeLessThanOrEqual(25);
});

test('lost change tracking means a resynchronisation, during which nothing can be failed over', async () => {
  const vm = await ready();
  await lab.protect(vm);
  await lab.until(vm, 'Protected');
  lab.arms({ kind: 'lostCbt', point: 'arm.replication' });
  for (let n = 0; n < 300 && (await lab.properties(vm)).resynchronizationState === 'None'; n += 1) lab.pass(minutes(1));
  const found = await lab.properties(vm);
  expect(found).toMatchObject({
    resynchronizationState: 'ResynchronizationInitiated',
    allowedJobs: ['DisableProtection'],
  });
  expect(String(found.resyncRequired)).toBe('true');
  for (let n = 0; n < 30; n += 1) lab.pass(2_000);
  expect(await lab.properties(vm)).toMatchObject({
    resynchronizationState: 'ResynchronizationCompleted',
    allowedJobs: ['PlannedFailover', 'DisableProtection'],
  });
});

test('whether a resynchronisation is required is a boolean on some items and a text on others', async () => {
  await ready();
  const types = new Set<string>();
  for (let n = 0; n < 8; n += 1) {
    const vm = { ...lab.vm('hyper-v'), id: `item-${n}` };
    await lab.protect(vm);
    types.add(typeof (await lab.properties(vm)).resyncRequired);
  }
  expect([...types].sort()).toEqual(['boolean', 'string']);
});

test('an update changes size and networks, and nothing else', async () => {
  const vm = await ready();
  await lab.protect(vm);
  await lab.until(vm, 'Protected');
  const update = await lab.arm('PATCH', lab.item(vm), {
    properties: { customProperties: { instanceType: 'HyperVToAzStackHCI', targetCpuCores: 7, targetVmName: 'other' } },
  });
  expect([update.status, update.headers.get('retry-after')]).toEqual([202, '15']);
  expect(await lab.settled(update)).toMatchObject({ displayName: 'Update protected item', state: 'Succeeded' });
  expect(await custom(vm)).toMatchObject({ targetCpuCores: 7, targetVmName: 'web-01' });
});

test('deleting an item takes its seed disks away, and a second delete finds nothing', async () => {
  const vm = await ready();
  await lab.protect(vm);
  await lab.until(vm, 'Protected');
  const disks = `${lab.names.group}/providers/Microsoft.AzureStackHCI/virtualHardDisks`;
  const names = async (): Promise<readonly unknown[]> =>
    (inside((await lab.arm('GET', disks)).body, 'value') as readonly unknown[]).map((disk) => inside(disk, 'name'));
  expect(await names()).toEqual([expect.stringMatching(/-seed$/), expect.stringMatching(/-seed$/)]);

  const removal = await lab.arm('DELETE', lab.item(vm));
  expect(removal.status).toBe(202);
  lab.pass(1_000);
  expect(await lab.properties(vm)).toMatchObject({
    protectionState: 'DisablingProtection',
    provisioningState: 'Deleting',
    allowedJobs: [],
  });
  await lab.settled(removal);
  expect((await lab.arm('GET', lab.item(vm))).status).toBe(404);
  expect((await lab.arm('DELETE', lab.item(vm))).status).toBe(204);
  expect(await names()).toEqual([]);
  expect(lab.events('item.removed')).toHaveLength(1);
});

test('a forced delete past a dead appliance leaves the seed disks behind', async () => {
  const vm = await ready();
  await lab.protect(vm);
  await lab.until(vm, 'Protected');
  lab.arms({ kind: 'refused', point: 'arm.agent', times: 2 });
  expect(failure(await lab.settled(await lab.arm('DELETE', lab.item(vm))))[0]).toBe('Prerequisite check');
  await lab.until(vm, 'DisablingFailed');
  const forced = await lab.arm('DELETE', lab.item(vm), undefined, '&forceDelete=True');
  expect(forced.headers.get('location')).toContain('forceDelete=True');
  expect(await lab.settled(forced)).toMatchObject({ state: 'Succeeded' });
  expect(
    inside(
      (await lab.arm('GET', `${lab.names.group}/providers/Microsoft.AzureStackHCI/virtualHardDisks`)).body,
      'value',
    ),
  ).toHaveLength(2);
});
