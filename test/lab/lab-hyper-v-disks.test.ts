import type { LabVm } from '../../lab/estate/types.ts';
import { type HostBench, hostBench, scenarioWith, staging } from '../support/lab-host.ts';

const commands = 'Microsoft.HyperV.PowerShell.Commands';
const volume = 'C:\\ClusterStorage\\Volume1';
const block = 65_536;
let host: HostBench;

beforeEach(() => {
  host = hostBench();
});
afterEach(() => host.clear());

const first = (vm: LabVm): LabVm['disks'][number] => {
  const [disk] = vm.disks;
  if (!disk) throw new Error('the VM has no disk');
  return disk;
};

const writeTo = (vm: LabVm, blocks: number): void => {
  for (let n = 0; n < blocks; n += 1) host.estate.disks.write(first(vm).file, 9000 + n, Buffer.alloc(block, 7));
};

const drivesOf = async (VMName: string): Promise<readonly { Path: string }[]> =>
  (await host.call('Get-VMHardDiskDrive', { VMName })) as readonly { Path: string }[];

test('a dynamic disk takes what was ever written to it', async () => {
  const vm = host.staged();
  const size = async (): Promise<number> => Number(await host.read('Get-VHD', { Path: first(vm).path }, 'FileSize'));
  const before = await size();
  expect(before).toBe(host.estate.disks.allocatedBytes(first(vm).file));
  writeTo(vm, 3);
  expect((await size()) - before).toBe(3 * block);
  expect((await host.call('Get-VHD', { VMId: vm.id }))[0]).toMatchObject({
    VhdFormat: 'VHDX',
    VhdType: 'Dynamic',
    Size: first(vm).bytes,
    ParentPath: '',
    LogicalSectorSize: 512,
  });
});

test('generation 1 has four disks on IDE, generation 2 all on SCSI', async () => {
  host.staged({ generation: 1 });
  host.staged({ name: 'new-01' });
  expect(await host.read('Get-VMHardDiskDrive', { VMName: 'web-01_replica' }, 'ControllerType')).toBe('IDE');
  expect(await host.read('Get-VMHardDiskDrive', { VMName: 'new-01' }, 'ControllerType')).toBe('SCSI');
});

test('a mounted VM runs on a differencing disk', async () => {
  const vm = host.staged();
  host.estate.vms.change(vm.id, 'test:mount', ({ disks }) => {
    for (const disk of disks) disk.parent = 'restore-point';
  });
  const [drive] = await drivesOf(vm.name);
  expect(drive?.Path).toMatch(/\.avhdx$/);
  expect((await host.call('Get-VHD', { Path: drive?.Path }))[0]).toMatchObject({
    VhdType: 'Differencing',
    ParentPath: first(vm).path,
  });
  expect(await host.call('Test-VHD', { Path: drive?.Path })).toEqual([true]);
});

test('a disk that is not there is an error, not false', async () => {
  const error = await host.refusal('Test-VHD', { Path: `${staging}\\none.vhdx` });
  expect(error.fullyQualifiedErrorId).toBe('ObjectNotFound,Microsoft.Vhd.PowerShell.Cmdlets.TestVHD');
});

test('a checkpoint puts a differencing disk over each disk, every call another', async () => {
  const vm = host.staged();
  await host.call('Checkpoint-VM', { Name: vm.name, SnapshotName: 'vm/1/before' });
  await host.call('Checkpoint-VM', { Name: vm.name, SnapshotName: 'vm/1/before' });
  expect(await host.call('Get-VMSnapshot', { VMName: vm.name, Name: 'vm/1/before' })).toHaveLength(2);
  const [drive] = await drivesOf(vm.name);
  const under = await host.read('Get-VHD', { Path: drive?.Path }, 'ParentPath');
  expect(under).toMatch(/\.avhdx$/);
  expect(await host.read('Get-VHD', { Path: under }, 'ParentPath')).toBe(first(vm).path);
  expect(await host.read('Get-VM', { Id: vm.id }, 'ParentSnapshotName')).toBe('vm/1/before');
});

test('writes after a checkpoint grow the differencing disk, not the disk below', async () => {
  const vm = host.staged();
  const before = await host.read('Get-VHD', { Path: first(vm).path }, 'FileSize');
  await host.call('Checkpoint-VM', { Name: vm.name });
  writeTo(vm, 5);
  const [drive] = await drivesOf(vm.name);
  expect(await host.read('Get-VHD', { Path: drive?.Path }, 'FileSize')).toBe(5 * block);
  expect(await host.read('Get-VHD', { Path: first(vm).path }, 'FileSize')).toBe(before);
});

test('a removed checkpoint is gone at once and merges for a while', async () => {
  const vm = host.staged();
  await host.call('Checkpoint-VM', { Name: vm.name, SnapshotName: 'one' });
  await host.call('Remove-VMSnapshot', { VMName: vm.name, Name: 'one' });
  expect(await host.call('Get-VMSnapshot', { VMName: vm.name })).toEqual([]);
  expect(await host.read('Get-VM', { Id: vm.id }, 'OperationalStatus')).toContain('MergingDisks');
  expect((await drivesOf(vm.name))[0]?.Path).toMatch(/\.avhdx$/);
  host.pass(10_000);
  expect(await host.read('Get-VM', { Id: vm.id }, 'OperationalStatus')).toEqual(['Ok']);
  expect((await drivesOf(vm.name))[0]?.Path).toBe(first(vm).path);
});

test('a merge that a kill of the lab interrupts goes on afterwards', async () => {
  const vm = host.staged();
  await host.call('Checkpoint-VM', { Name: vm.name });
  await host.call('Remove-VMSnapshot', { VMName: vm.name });
  host.reopen();
  host.pass(10_000);
  const chain = host.estate.vms.get(vm.id)?.extra['hyperV.snapshots'] as { mergedAt: number }[];
  expect(chain.every(({ mergedAt }) => mergedAt <= host.estate.now())).toBe(true);
});

test('what is written on a volume is missing from its free space', async () => {
  const free = async (): Promise<number> =>
    Number(await host.read('Get-Volume', { FilePath: volume }, 'SizeRemaining'));
  const empty = await free();
  const vm = host.staged();
  const taken = empty - (await free());
  expect(taken).toBeGreaterThanOrEqual(
    vm.disks.reduce((sum, disk) => sum + host.estate.disks.allocatedBytes(disk.file), 0),
  );
  expect(await host.read('Get-ClusterSharedVolume', {}, 'SharedVolumeInfo.Partition.FreeSpace')).toBe(empty - taken);
});

test('nothing starts and no checkpoint is made on a full volume', async () => {
  host.clear();
  host = hostBench(scenarioWith({ volumes: [{ path: volume, bytes: 1024 * 1024, csv: true }] }));
  const { name } = host.staged();
  const start = await host.refusal('Start-VM', { Name: name });
  const checkpoint = await host.refusal('Checkpoint-VM', { Name: name });
  expect([start.message, checkpoint.message]).toEqual([
    expect.stringContaining('0x80070070'),
    expect.stringContaining('0x80070070'),
  ]);
  expect(checkpoint.fullyQualifiedErrorId).toMatch(/^OperationFailed,/);
});

test('files of a VM that runs cannot be deleted, those of a removed VM can', async () => {
  const vm = host.staged();
  const path = first(vm).path;
  await host.call('Start-VM', { Name: vm.name });
  expect((await host.refusal('Remove-Item', { LiteralPath: path })).fullyQualifiedErrorId).toBe(
    'RemoveFileSystemItemIOError,Microsoft.PowerShell.Commands.RemoveItemCommand',
  );
  await host.call('Stop-VM', { Name: vm.name, TurnOff: true });
  await host.call('Remove-VM', { Name: vm.name, Force: true });
  expect(await host.call('Test-Path', { LiteralPath: path })).toEqual([true]);
  await host.call('Remove-Item', { LiteralPath: path });
  expect(await host.call('Test-Path', { LiteralPath: path })).toEqual([false]);
  expect(host.estate.disks.exists(first(vm).file)).toBe(false);
});

test('a folder outlives its VM until somebody deletes it with what is in it', async () => {
  const vm = host.staged();
  const folder = `${staging}\\${vm.name}`;
  await host.call('Remove-VM', { Name: vm.name, Force: true });
  const left = (await host.call('Get-ChildItem', { Path: folder, Filter: '*.vhdx' })) as { Name: string }[];
  expect(left.map(({ Name }) => Name)).toEqual(['web-01_replica-disk0.vhdx', 'web-01_replica-disk1.vhdx']);
  expect((await host.refusal('Remove-Item', { LiteralPath: folder })).message).toContain('NonInteractive');
  await host.call('Remove-Item', { LiteralPath: folder, Recurse: true, Force: true });
  expect((await host.refusal('Get-Item', { LiteralPath: folder })).fullyQualifiedErrorId).toBe(
    'PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand',
  );
});

test('the configuration of a registered VM cannot be deleted', async () => {
  const vm = host.staged();
  const error = await host.refusal('Remove-Item', { LiteralPath: `${staging}\\${vm.name}`, Recurse: true });
  expect(error.category).toBe('WriteError');
});

test('a VM becomes highly available once, and its role outlives it', async () => {
  const vm = host.staged();
  await host.call('Add-ClusterVirtualMachineRole', { VMId: vm.id });
  expect(await host.read('Get-VM', { Id: vm.id }, 'IsClustered')).toBe(true);
  expect((await host.refusal('Add-ClusterVirtualMachineRole', { VMId: vm.id })).category).toBe('ResourceExists');
  await host.call('Remove-VM', { Name: vm.name, Force: true });
  expect(await host.read('Get-ClusterGroup', { VMId: vm.id }, 'State')).toBe('Failed');
  await host.call('Remove-ClusterGroup', { VMId: vm.id, Force: true, RemoveResources: true });
  expect((await host.refusal('Get-ClusterGroup', { VMId: vm.id })).category).toBe('ObjectNotFound');
});

test('a VM whose disks are not on cluster storage gets no role', async () => {
  const vm = host.staged();
  host.estate.vms.change(vm.id, 'test', ({ disks: [disk] }) => {
    if (disk) disk.path = 'D:\\local\\disk.vhdx';
  });
  expect((await host.refusal('Add-ClusterVirtualMachineRole', { VMId: vm.id })).category).toBe('InvalidOperation');
});

test('a host without a cluster knows no cluster cmdlets', async () => {
  host.clear();
  host = hostBench(scenarioWith({ clustered: false }));
  expect((await host.refusal('Get-ClusterSharedVolume')).fullyQualifiedErrorId).toBe('CommandNotFoundException');
});

test('the host tells its size, its switches and its features', async () => {
  expect((await host.call('Get-VMHost'))[0]).toMatchObject({
    LogicalProcessorCount: 64,
    MemoryCapacity: 262_144 * 2 ** 20,
  });
  expect(await host.call('Get-VMSwitch')).toHaveLength(2);
  expect((await host.refusal('Get-VMSwitch', { Name: 'none' })).fullyQualifiedErrorId).toBe(
    `InvalidParameter,${commands}.GetVMSwitch`,
  );
  expect(await host.read('Get-WindowsFeature', { Name: 'Hyper-V' }, 'InstallState')).toBe('Installed');
  expect(await host.read('Get-CimInstance', { ClassName: 'Win32_OperatingSystem' }, 'Version')).toBe('10.0.20348');
});
