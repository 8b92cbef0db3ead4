import { handle as arm } from '../../lab/arm/index.ts';
import type { Scenario } from '../../lab/estate/scenario.ts';
import type { Fault } from '../../lab/estate/types.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type ShellBench, type ShellCall, shellBench } from '../support/lab-shell.ts';

const HOST = 'stage01';
const AZURE = 'azl-01';

let shell: ShellBench;
beforeEach(async () => {
  shell = await shellBench(oneVm({ speed: 600, dataMib: 1 }));
});
afterEach(() => shell.close());

const counters = async (instance: string, path: string, more: Record<string, unknown> = {}) => {
  const select = ['CounterSamples.Path', 'CounterSamples.InstanceName', 'CounterSamples.CookedValue'];
  const [set] = await shell.one(instance, { cmdlet: 'Get-Counter', parameters: { Counter: path, ...more }, select });
  return select.map((path) => [set?.[path]].flat());
};

const value = async (instance: string, path: string): Promise<number> =>
  Number((await counters(instance, path))[2]?.[0]);

const read = async (instance: string, call: ShellCall, path: string): Promise<unknown> =>
  (await shell.one(instance, { ...call, select: [path] }))[0]?.[path];

const os = { cmdlet: 'Get-CimInstance', parameters: { ClassName: 'Win32_OperatingSystem' } };
const csv = { cmdlet: 'Get-ClusterSharedVolume' };
const FREE = 'SharedVolumeInfo.Partition.FreeSpace';

const CPU = '\\Processor(_Total)\\% Processor Time';
const ALL_CPU = '\\Hyper-V Hypervisor Logical Processor(_Total)\\% Total Run Time';
const LATENCY = '\\PhysicalDisk(_Total)\\Avg. Disk sec/Transfer';

/** A VM that runs on the staging host. */
const staged = (wish: { readonly cpus?: number; readonly memoryMb?: number } = {}): void => {
  const { id } = shell.lab.successor({ cpus: 8, memoryMb: 8192, ...wish });
  shell.lab.estate.vms.powerOn(id, 'test');
};

/** Copies of mounts to the staging host that are under way. */
const copying = (count: number): void => {
  const migrations = shell.lab.estate.table<{ state: string }>('veeam', 'migrations');
  for (let n = 0; n < count; n += 1) migrations.put(`m${n}`, { state: 'Working' });
};

const press = (detail: Fault['detail'], platform = 'hyper-v'): void => {
  shell.lab.estate.faults.arm({
    id: `p ${detail.what}`,
    kind: 'pressure',
    point: `host.${platform}`,
    times: 1,
    detail,
  });
  shell.lab.pass(1);
};

test.each([HOST, AZURE])('%s answers the counters a stop of a wave goes by', async (instance) => {
  expect(await value(instance, CPU)).toBeGreaterThan(0);
  expect(await value(instance, CPU)).toBeLessThan(20);
  expect(await value(instance, '\\Memory\\Available MBytes')).toBe(262_144);
  expect(await value(instance, LATENCY)).toBeLessThan(0.005);
});

test('a sample has the path, the instance and the value as Windows writes them', async () => {
  const [paths, instances, values] = await counters(HOST, '\\Cluster CSVFS(*)\\Avg. sec/Read');
  expect(paths).toEqual([
    '\\\\stage01\\cluster csvfs(volume1)\\avg. sec/read',
    '\\\\stage01\\cluster csvfs(_total)\\avg. sec/read',
  ]);
  expect(instances).toEqual(['volume1', '_total']);
  expect(values).toEqual([expect.any(Number), expect.any(Number)]);
});

test.each([
  ['\\Prozessor(_Total)\\% Prozessorzeit', 'The specified object was not found'],
  ['\\Processor(_Total)\\% Speed', 'The specified counter could not be found'],
  ['\\Processor(zero)\\% Processor Time', 'The specified instance is not present'],
  ['Processor', 'Unable to parse'],
])('the counter %s is refused', async (Counter, message) => {
  const refusal = await shell.refusal(HOST, { cmdlet: 'Get-Counter', parameters: { Counter } });
  expect(refusal).toMatchObject({ category: 'InvalidResult', message: expect.stringContaining(message) });
  expect(refusal.fullyQualifiedErrorId).toBe('CounterApiError,Microsoft.PowerShell.Commands.GetCounterCommand');
});

test('as many samples come as are asked for', async () => {
  const parameters = { Counter: [CPU, LATENCY], MaxSamples: 3, SampleInterval: 1 };
  const sets = await shell.one(HOST, { cmdlet: 'Get-Counter', parameters, select: ['CounterSamples.CookedValue'] });
  expect(sets.map((set) => [set['CounterSamples.CookedValue']].flat())).toEqual([
    expect.any(Array),
    expect.any(Array),
    expect.any(Array),
  ]);
  expect([sets[0]?.['CounterSamples.CookedValue']].flat()).toHaveLength(2);
});

test('VMs that run and copies under way raise the load', async () => {
  const idle = { cpu: await value(HOST, CPU), all: await value(HOST, ALL_CPU), latency: await value(HOST, LATENCY) };
  staged();
  expect(await value(HOST, ALL_CPU)).toBeGreaterThan(idle.all + 1);
  const withVm = await value(HOST, CPU);
  expect(withVm).toBeGreaterThan(idle.cpu);
  copying(2);
  expect(await value(HOST, CPU)).toBeGreaterThan(withVm + 5);
  expect(await value(HOST, LATENCY)).toBeGreaterThan(idle.latency);
});

test('what guests compute is not in the processor time of the root partition', async () => {
  staged({ cpus: 64 });
  expect(await value(HOST, ALL_CPU)).toBeGreaterThan((await value(HOST, CPU)) + 10);
});

test('memory is told in KB, less what running VMs have', async () => {
  staged({ memoryMb: 65_536 });
  expect(await read(HOST, os, 'TotalVisibleMemorySize')).toBe(262_144 * 1024);
  expect(await read(HOST, os, 'FreePhysicalMemory')).toBe((262_144 - 65_536) * 1024);
});

test('every socket tells its load', async () => {
  const cpus = await shell.one(HOST, {
    cmdlet: 'Get-CimInstance',
    parameters: { ClassName: 'Win32_Processor' },
    select: ['DeviceID', 'LoadPercentage'],
  });
  expect(cpus).toEqual([
    { DeviceID: 'CPU0', LoadPercentage: 2 },
    { DeviceID: 'CPU1', LoadPercentage: 2 },
  ]);
});

test('a formatted latency is a whole number of seconds', async () => {
  press({ what: 'latency', to: 35 });
  const parameters = { ClassName: 'Win32_PerfFormattedData_PerfDisk_PhysicalDisk', Filter: "Name='_Total'" };
  expect(
    await shell.one(HOST, { cmdlet: 'Get-CimInstance', parameters, select: ['Name', 'AvgDisksecPerTransfer'] }),
  ).toEqual([{ Name: '_Total', AvgDisksecPerTransfer: 0 }]);
});

test('the storage of both clusters tells what is free', async () => {
  expect(await read(HOST, csv, FREE)).toBe(4 * 2 ** 40);
  const names = await shell.one(AZURE, {
    ...csv,
    select: ['Name', FREE, 'SharedVolumeInfo.FriendlyVolumeName', 'OwnerNode.Name'],
  });
  expect(names).toEqual([
    {
      Name: 'Cluster Virtual Disk (UserStorage_1)',
      [FREE]: 4 * 2 ** 40,
      'SharedVolumeInfo.FriendlyVolumeName': 'C:\\ClusterStorage\\UserStorage_1',
      'OwnerNode.Name': 'azl-01-n1.lab.example',
    },
    expect.objectContaining({ 'OwnerNode.Name': 'azl-01-n2.lab.example' }),
  ]);
});

test('a disk held on staging lowers the free space of its volume', async () => {
  const { id } = shell.lab.successor();
  shell.lab.estate.vms.change(id, 'test', (vm) => {
    vm.disks.forEach((disk, n) => {
      disk.path = `C:\\ClusterStorage\\Volume1\\Staging\\d${n}.vhdx`;
    });
  });
  expect(await read(HOST, csv, FREE)).toBeLessThan(4 * 2 ** 40);
});

test('a disk at the target lowers the free space of its storage path', async () => {
  arm(shell.lab.estate);
  shell.lab.successor({ platform: 'azure-local', instance: AZURE });
  const { id } = shell.lab.vm('azure-local');
  shell.lab.estate.vms.change(id, 'test', (vm) => {
    for (const disk of vm.disks) disk.path = `C:\\ClusterStorage\\UserStorage_1\\${disk.id}.vhdx`;
  });
  const free = (await shell.one(AZURE, { ...csv, select: [FREE] })).map((each) => each[FREE]);
  expect(free[0]).toBeLessThan(4 * 2 ** 40);
  expect(free[1]).toBe(4 * 2 ** 40);
});

test('each node of Azure Local answers by its name, and a stranger does not', async () => {
  const nodes = await shell.one(AZURE, { cmdlet: 'Get-ClusterNode', select: ['Name', 'State'] });
  expect(nodes).toEqual([
    { Name: 'azl-01-n1', State: 'Up' },
    { Name: 'azl-01-n2', State: 'Up' },
  ]);
  const host = { cmdlet: 'Get-VMHost', parameters: { ComputerName: 'azl-01-n2' } };
  expect(await read(AZURE, host, 'FullyQualifiedDomainName')).toBe('azl-01-n2.lab.example');
  const [paths] = await counters(AZURE, CPU, { ComputerName: 'azl-01-n2' });
  expect(paths).toEqual(['\\\\azl-01-n2\\processor(_total)\\% processor time']);
  const stranger = { ...os, parameters: { ...os.parameters, ComputerName: 'azl-99' } };
  expect((await shell.refusal(AZURE, stranger)).fullyQualifiedErrorId).toContain('0x800706ba');
});

const reading: Readonly<Record<string, () => Promise<number>>> = {
  cpu: () => value(HOST, CPU),
  memory: async () => (Number(await read(HOST, os, 'FreePhysicalMemory')) / (262_144 * 1024)) * 100,
  csv: async () => (Number(await read(HOST, csv, FREE)) / (4 * 2 ** 40)) * 100,
  latency: async () => (await value(HOST, LATENCY)) * 1000,
};

test.each([
  ['cpu', 93],
  ['memory', 9],
  ['csv', 18],
  ['latency', 45],
])('pressure on %s holds its reading at %d until it is over', async (what, to) => {
  const before = await reading[what]?.();
  press({ what, to, forMs: 600_000 });
  expect(await reading[what]?.()).toBeCloseTo(to, 1);
  shell.lab.pass(999);
  expect(await reading[what]?.()).toBeCloseTo(to, 1);
  shell.lab.pass(1);
  expect(await reading[what]?.()).toBe(before);
});

test('pressure on one platform is not felt on the other, and outlives the process', async () => {
  press({ what: 'cpu', to: 93 }, 'azure-local');
  expect(await value(HOST, CPU)).toBeLessThan(20);
  expect(await value(AZURE, CPU)).toBe(93);
  shell.lab.reopen();
  const rows = shell.lab.estate.table('lab', 'pressure').list();
  expect(rows).toEqual([{ key: 'azure-local/cpu', value: { to: 93, until: null } }]);
  expect(shell.lab.events('fault.fired')).toHaveLength(1);
});

test('a scenario may size the nodes', async () => {
  const plain = oneVm({ speed: 600, dataMib: 1 });
  const nodes = [{ name: 'big', logicalProcessors: 128, memoryMb: 1_048_576 }];
  const sized: Scenario = { ...plain, azure: { ...plain.azure, nodes } };
  await shell.close();
  shell = await shellBench(sized);
  expect(await read(AZURE, os, 'TotalVisibleMemorySize')).toBe(1_048_576 * 1024);
});
