import { type HostBench, hostBench, scenarioWith } from '../support/lab-host.ts';

const mb = 1024 * 1024;
const commands = 'Microsoft.HyperV.PowerShell.Commands';
let host: HostBench;

beforeEach(() => {
  host = hostBench();
});
afterEach(() => host.clear());

const up = async (id: string): Promise<void> => {
  await host.call('Start-VM', { Name: '*' });
  host.pass(60_000);
  expect(await host.read('Get-VM', { Id: id }, 'Heartbeat')).toBe('OkApplicationsHealthy');
};

test('a VM that is not there is an invalid argument, by id and by name', async () => {
  const byId = await host.refusal('Get-VM', { Id: 'a0000000-0000-4000-8000-000000000000' });
  const byName = await host.refusal('Get-VM', { Name: 'nobody' });
  expect([byId.category, byName.category]).toEqual(['InvalidArgument', 'InvalidArgument']);
  expect(byId.fullyQualifiedErrorId).toBe(`InvalidParameter,${commands}.GetVM`);
  expect(byName.fullyQualifiedErrorId).toBe(`InvalidParameter,${commands}.GetVM`);
});

test('a pattern that fits no VM gives nothing', async () => {
  expect(await host.call('Get-VM', { Name: 'nobody*' })).toEqual([]);
});

test('names are not unique and not case-sensitive', async () => {
  host.staged();
  host.staged({ name: 'WEB-01_REPLICA' });
  expect(await host.call('Get-VM', { Name: 'web-01_replica' })).toHaveLength(2);
});

test('VMs of other platforms are not on the host', async () => {
  expect((await host.refusal('Get-VM', { Id: host.vm().id })).category).toBe('InvalidArgument');
});

test('heartbeat is null while off, no contact while booting, and says which kind of guest came up', async () => {
  const { id } = host.staged();
  expect(await host.read('Get-VM', { Id: id }, 'Heartbeat')).toBeNull();
  await host.call('Start-VM', { Name: 'web-01_replica' });
  expect(await host.read('Get-VM', { Id: id }, 'State')).toBe('Running');
  expect(await host.read('Get-VM', { Id: id }, 'Heartbeat')).toBe('NoContact');
  host.pass(60_000);
  expect(await host.read('Get-VM', { Id: id }, 'Heartbeat')).toBe('OkApplicationsHealthy');
});

test('starting a VM that runs changes nothing', async () => {
  const { id } = host.staged();
  await up(id);
  await host.call('Start-VM', { Name: 'web-01_replica' });
  expect(host.events('vm.power').filter((event) => event.vm === id)).toHaveLength(1);
});

test('a VM does not start on a host without memory for it', async () => {
  host.clear();
  host = hostBench(scenarioWith({ memoryMb: 6144 }));
  const first = host.staged();
  host.staged({ name: 'db-01_replica' });
  await host.call('Start-VM', { VM: await host.call('Get-VM', { Id: first.id }) });
  const error = await host.refusal('Start-VM', { Name: 'db-01_replica' });
  expect(error.message).toMatch(/[Nn]ot enough memory.*\(0x8007000E\)/s);
  expect(error.fullyQualifiedErrorId).toMatch(new RegExp(`,${commands}\\.StartVM$`));
});

test('a VM whose disk file was deleted does not start', async () => {
  const vm = host.staged();
  await host.call('Remove-Item', { LiteralPath: vm.disks[1]?.path });
  const error = await host.refusal('Start-VM', { Name: vm.name });
  expect(error.fullyQualifiedErrorId).toBe(`OperationFailed,${commands}.StartVM`);
  expect(error.message).toContain('0x80070002');
});

test('Stop-VM asks the guest and returns when it is off', async () => {
  const { id } = host.staged();
  await up(id);
  await host.waiting('Stop-VM', { Name: 'web-01_replica' });
  expect(host.estate.vms.get(id)?.power).toBe('off');
  expect(host.events('vm.power').at(-1)).toMatchObject({ vm: id, how: 'guest', by: 'hyper-v:Stop-VM' });
});

test('a guest that shuts down is stopping, neither running nor off', async () => {
  const { id } = host.staged();
  await up(id);
  host.estate.vms.requestShutdown(id, 'test', 'guest');
  expect(await host.read('Get-VM', { Id: id }, 'State')).toBe('Stopping');
});

test('Stop-VM on a guest without contact is a question nobody can answer', async () => {
  const { id } = host.staged();
  await host.call('Start-VM', { Name: 'web-01_replica' });
  const error = await host.refusal('Stop-VM', { Name: 'web-01_replica' });
  expect(error.fullyQualifiedErrorId).toBe(`InvalidOperation,${commands}.StopVM`);
  expect(error.message).toContain('NonInteractive');
  expect(host.estate.vms.get(id)?.power).toBe('on');
});

test('Stop-VM -Force turns such a guest off', async () => {
  const { id } = host.staged();
  await host.call('Start-VM', { Name: 'web-01_replica' });
  await host.call('Stop-VM', { Name: 'web-01_replica', Force: true });
  expect(host.events('vm.power').at(-1)).toMatchObject({ vm: id, to: 'off', how: 'forced' });
});

test('a guest that refuses fails Stop-VM after five minutes and is turned off by -Force', async () => {
  const { id } = host.staged();
  await up(id);
  host.estate.vms.changeGuest(id, (guest) => {
    guest.behaviour = { refusesShutdown: true };
  });
  const before = host.estate.now();
  await expect(host.waiting('Stop-VM', { Name: 'web-01_replica' })).rejects.toMatchObject({
    fullyQualifiedErrorId: `OperationFailed,${commands}.StopVM`,
  });
  expect(host.estate.now() - before).toBeGreaterThanOrEqual(300_000);
  expect(host.estate.vms.get(id)?.power).toBe('on');
  await host.waiting('Stop-VM', { Name: 'web-01_replica', Force: true });
  expect(host.estate.vms.get(id)?.power).toBe('off');
});

test('stopping a VM that is off changes nothing', async () => {
  host.staged();
  await host.call('Stop-VM', { Name: 'web-01_replica' });
  expect(host.events('vm.power').filter((event) => event.by === 'hyper-v:Stop-VM')).toEqual([]);
});

test('processors and memory change only while the VM is off', async () => {
  const { id, name } = host.staged();
  await host.call('Set-VMProcessor', { VMName: name, Count: 8 });
  await host.call('Set-VMMemory', { VMName: name, StartupBytes: 16_384 * mb, DynamicMemoryEnabled: false });
  expect(host.estate.vms.get(id)).toMatchObject({ cpus: 8, memoryMb: 16_384 });
  await host.call('Start-VM', { Name: name });
  const processors = await host.refusal('Set-VMProcessor', { VMName: name, Count: 4 });
  const memory = await host.refusal('Set-VMMemory', { VMName: name, StartupBytes: 4096 * mb });
  expect(processors.fullyQualifiedErrorId).toBe(`InvalidState,${commands}.SetVMProcessor`);
  expect(memory.fullyQualifiedErrorId).toBe(`InvalidState,${commands}.SetVMMemory`);
});

test('a VM gets no more processors than the host has and no odd memory size', async () => {
  const { name } = host.staged();
  expect((await host.refusal('Set-VMProcessor', { VMName: name, Count: 65 })).category).toBe('InvalidArgument');
  expect((await host.refusal('Set-VMMemory', { VMName: name, StartupBytes: 1001 * mb })).category).toBe(
    'InvalidArgument',
  );
});

test('dynamic memory keeps its bounds', async () => {
  const { name } = host.staged();
  await host.call('Set-VMMemory', {
    VMName: name,
    StartupBytes: 4096 * mb,
    DynamicMemoryEnabled: true,
    MinimumBytes: 2048 * mb,
    MaximumBytes: 8192 * mb,
  });
  expect(await host.call('Get-VMMemory', { VMName: name })).toEqual([
    expect.objectContaining({ DynamicMemoryEnabled: true, Minimum: 2048 * mb, Maximum: 8192 * mb }),
  ]);
});

test('Set-VM writes notes and the start action, also while the VM runs', async () => {
  const { id, name } = host.staged();
  await host.call('Start-VM', { Name: name });
  await host.call('Set-VM', { Name: name, Notes: 'vm/1/land/0', AutomaticStartAction: 'nothing' });
  const [vm] = await host.call('Get-VM', { Id: id });
  expect(vm).toMatchObject({ Notes: 'vm/1/land/0', AutomaticStartAction: 'Nothing' });
  expect(host.events('vm.autostart').at(-1)).toMatchObject({ vm: id, on: false, by: 'hyper-v:Set-VM' });
});

test('the stop action changes only while the VM is off', async () => {
  const { name } = host.staged();
  await host.call('Set-VM', { Name: name, AutomaticStopAction: 'ShutDown' });
  await host.call('Start-VM', { Name: name });
  const error = await host.refusal('Set-VM', { Name: name, AutomaticStopAction: 'TurnOff' });
  expect(error.fullyQualifiedErrorId).toBe(`InvalidState,${commands}.SetVM`);
});

test('Rename-VM takes a name that is in use', async () => {
  const { id } = host.staged();
  host.staged({ name: 'web-01' });
  await host.call('Rename-VM', { Name: 'web-01_replica', NewName: 'web-01' });
  expect(host.estate.vms.get(id)?.name).toBe('web-01');
  expect(await host.call('Get-VM', { Name: 'web-01' })).toHaveLength(2);
});

test('Remove-VM asks, refuses a VM that runs, and leaves the disks', async () => {
  const vm = host.staged();
  expect((await host.refusal('Remove-VM', { Name: vm.name })).fullyQualifiedErrorId).toBe(
    `InvalidOperation,${commands}.RemoveVM`,
  );
  await host.call('Start-VM', { Name: vm.name });
  expect((await host.refusal('Remove-VM', { Name: vm.name, Force: true })).fullyQualifiedErrorId).toBe(
    `InvalidState,${commands}.RemoveVM`,
  );
  await host.call('Stop-VM', { Name: vm.name, TurnOff: true });
  await host.call('Remove-VM', { Name: vm.name, Force: true });
  expect(await host.read('Get-VHD', { Path: vm.disks[0]?.path }, 'Size')).toBe(vm.disks[0]?.bytes);
  expect(host.events('vm.removed')).toEqual([expect.objectContaining({ vm: vm.id, keptDisks: true })]);
});

test('only generation 2 has firmware, and it changes only while the VM is off', async () => {
  const { name, id } = host.staged();
  await host.call('Set-VMFirmware', {
    VMName: name,
    EnableSecureBoot: 'On',
    SecureBootTemplate: 'MicrosoftUEFICertificateAuthority',
  });
  const [firmware] = await host.call('Get-VMFirmware', { VMName: name });
  expect(firmware).toMatchObject({ SecureBoot: 'On', SecureBootTemplate: 'MicrosoftUEFICertificateAuthority' });
  expect(host.estate.vms.get(id)?.secureBoot).toBe(true);
  await host.call('Start-VM', { Name: name });
  expect((await host.refusal('Set-VMFirmware', { VMName: name, EnableSecureBoot: 'Off' })).fullyQualifiedErrorId).toBe(
    `InvalidState,${commands}.SetVMFirmware`,
  );
  host.staged({ name: 'old-01', generation: 1 });
  expect((await host.refusal('Get-VMFirmware', { VMName: 'old-01' })).category).toBe('InvalidArgument');
});

test('integration services tell whether the guest answers, by an id that no language changes', async () => {
  const { id, name } = host.staged();
  await up(id);
  const services = (await host.call('Get-VMIntegrationService', { VMName: name })) as { Id: string }[];
  const heartbeat = services.find((service) => service.Id.endsWith('84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47'));
  expect(heartbeat).toMatchObject({ Enabled: true, PrimaryOperationalStatus: 'Ok' });
  await host.call('Disable-VMIntegrationService', { VMName: name, Name: 'Heartbeat' });
  expect(await host.read('Get-VM', { Id: id }, 'Heartbeat')).toBe('Disabled');
});

test('a refused call changes nothing, and one that fails after its effect has changed everything', async () => {
  const { id, name } = host.staged();
  const fault = { point: 'hyper-v.Start-VM', subject: id, times: 1, detail: {} };
  host.estate.faults.arm({ id: 'a', kind: 'refused', ...fault });
  const [vm] = await host.call('Get-VM', { Name: name });
  expect((await host.refusal('Start-VM', { VM: vm })).fullyQualifiedErrorId).toBe(
    `OperationFailed,${commands}.StartVM`,
  );
  expect(host.estate.vms.get(id)?.power).toBe('off');
  host.estate.faults.arm({ id: 'b', kind: 'errorAfterEffect', ...fault });
  await host.refusal('Start-VM', { VM: vm });
  expect(host.estate.vms.get(id)?.power).toBe('on');
});

test('every change is one call in the event log, with its subject and what came of it', async () => {
  const { id, name } = host.staged();
  const [vm] = await host.call('Get-VM', { Name: name });
  await host.call('Set-VM', { VM: vm, Notes: 'vm/1/land/0' });
  await host.call('Start-VM', { VM: vm });
  await host.refusal('Set-VMProcessor', { VM: vm, Count: 1 });
  expect(host.events('call').map(({ verb, subject, status, token }) => [verb, subject, status, token])).toEqual([
    ['Set-VM', id, 'ok', 'vm/1/land/0'],
    ['Start-VM', id, 'ok', undefined],
    ['Set-VMProcessor', id, `InvalidState,${commands}.SetVMProcessor`, undefined],
  ]);
});
