import { inside } from '../support/lab-http.ts';
import { staging, type VeeamBench, veeamBench, veeamScenario } from './lab-veeam.ts';

let veeam: VeeamBench;

const withPoint = async (scenario = veeamScenario()): Promise<void> => {
  veeam = await veeamBench(scenario);
  const job = await veeam.job();
  await veeam.ran(job);
};

afterEach(() => veeam.close());

const mount = async (): Promise<unknown> => (await veeam.ps('Get-VBRInstantRecovery'))[0];

const target = () => ({ Server: veeam.lab.estate.scenario.hyperV.host, Path: `${staging}\\one` });

test('nothing works before Connect-VBRServer', async () => {
  veeam = await veeamBench();
  const { ready, run } = await import('../../lab/powershell/calls.ts');
  const { veeamCmdlets } = await import('../../lab/veeam/cmdlets.ts');
  const shell = {
    estate: veeam.lab.estate,
    instance: 'vbr01',
    table: veeamCmdlets,
    session: new Map(),
    interactive: false,
    isGone: () => false,
  };
  const call = ready(veeamCmdlets, { id: 'a', cmdlet: 'Get-VBRBackup', parameters: {}, select: [] }, (value) => value);
  await expect(run(shell, call)).rejects.toMatchObject({ category: 'ConnectionError' });
});

test('a wrong password does not connect', async () => {
  veeam = await veeamBench();
  const given = { Server: 'vbr01.lab.example', User: 'LAB\\svc-veeam', Password: 'wrong' };
  expect(await veeam.refusal('Connect-VBRServer', given)).toMatchObject({ category: 'PermissionDenied' });
});

test('a recovered VM is off, small, and without a network', async () => {
  await withPoint();
  const source = veeam.lab.vm();
  const vm = await veeam.mounted();

  expect(vm).toMatchObject({ name: 'web-01_replica', power: 'off', cpus: 2, memoryMb: 4096, generation: 2 });
  expect(vm.nics).toHaveLength(1);
  expect(vm.nics[0]).toMatchObject({ connected: false, network: null });
  expect(vm.nics[0]?.mac).not.toBe(source.nics[0]?.mac);
  expect(vm.disks.every((disk) => disk.parent !== null)).toBe(true);
  expect(vm.extra['hyperV.snapshots']).toHaveLength(1);
  expect(vm.origin).toBe(source.origin);
});

test('the MAC of the source is kept when that is asked for', async () => {
  await withPoint();
  expect((await veeam.mounted({ PreserveMACs: true })).nics[0]?.mac).toBe(veeam.lab.vm().nics[0]?.mac);
});

test('starting returns nothing, and the session shows no state at first', async () => {
  await withPoint();
  const started = await veeam.ps('Start-VBRHvInstantRecovery', {
    RestorePoint: await veeam.newestPoint(),
    ...target(),
  });

  expect(started).toEqual([]);
  expect(await mount()).not.toHaveProperty('State');
  expect(veeam.lab.estate.vms.list('hyper-v')).toHaveLength(0);
});

test.each([
  ['12.3.1.1139', 'VmName', 'Status'],
  ['13.1.0.411', 'MachineName', 'SessionState'],
])('build %s names the properties its own way', async (version, name, state) => {
  await withPoint(veeamScenario({ version }));
  await veeam.ps('Start-VBRHvInstantRecovery', { RestorePoint: await veeam.newestPoint(), ...target() });
  veeam.lab.pass(6_000);

  expect(await mount()).toMatchObject({ [name]: 'web-01', [state]: 'Starting' });
});

test('the reason stays in the session history', async () => {
  await withPoint();
  await veeam.mounted({ Reason: 'web-01/hop-1/cutOver/2' });
  expect(await veeam.read('Get-VBRRestoreSession', {}, 'Info.Reason')).toBe('web-01/hop-1/cutOver/2');
  expect(veeam.lab.events('vm.created').at(-1)?.by).toBe('veeam:Start-VBRHvInstantRecovery:web-01/hop-1/cutOver/2');
});

test('a name that exists on the host is refused', async () => {
  await withPoint();
  await veeam.mounted();
  const again = { RestorePoint: await veeam.newestPoint(), ...target(), VMName: 'WEB-01_replica' };
  expect(await veeam.refusal('Start-VBRHvInstantRecovery', again)).toMatchObject({ category: 'ResourceExists' });
});

test('a host without change tracking refuses', async () => {
  await withPoint();
  const [host] = await veeam.ps('Get-VBRServer', { Type: 'HvServer' });
  const [configuration] = await veeam.ps('Get-VBRHvServerConfiguration', { Server: host });
  await veeam.ps('Set-VBRHvServerConfiguration', { Configuration: configuration, EnableCBT: false });

  const call = { RestorePoint: await veeam.newestPoint(), ...target() };
  expect(await veeam.refusal('Start-VBRHvInstantRecovery', call)).toMatchObject({ category: 'InvalidOperation' });
});

test('migration copies by the restore rate, then the mount is gone, and the chain is flat a little later', async () => {
  await withPoint();
  await veeam.mounted();
  const [session] = await veeam.ps('Start-VBRHvInstantRecoveryMigration', { InstantRecovery: await mount() });
  const id = inside(session, 'Id');
  expect(session).toMatchObject({ JobType: 'QuickMigration', State: 'Working', Result: 'None' });

  await veeam.until(async () => (await mount()) === undefined, 'a mount that is gone');
  expect(await veeam.read('Get-VBRBackupSession', { Id: id }, 'Result')).toBe('Success');
  expect(veeam.lab.vm('hyper-v').disks.some((disk) => disk.parent !== null)).toBe(true);

  await veeam.until(() => veeam.lab.events('mount.migrated').length === 1, 'a flat chain');
  const vm = veeam.lab.vm('hyper-v');
  expect(vm.disks.every((disk) => disk.parent === null && disk.path.endsWith('.vhdx'))).toBe(true);
  expect(vm.extra['hyperV.snapshots']).toEqual([]);
});

test('stopping takes the VM and its writes away for good', async () => {
  await withPoint();
  const vm = await veeam.mounted({ PowerUp: true });
  await veeam.ps('Stop-VBRInstantRecovery', { InstantRecovery: await mount(), RunAsync: true });
  await veeam.until(async () => (await mount()) === undefined, 'the end');

  expect(veeam.lab.estate.vms.get(vm.id)).toBeUndefined();
  expect(vm.disks.some((disk) => veeam.lab.estate.disks.exists(disk.file))).toBe(false);
  expect(await veeam.ps('Get-VBRRestorePoint')).toHaveLength(1);
});

test('publishing cannot be stopped while the disks are copied', async () => {
  await withPoint();
  await veeam.mounted();
  await veeam.ps('Start-VBRHvInstantRecoveryMigration', { InstantRecovery: await mount() });
  const call = { InstantRecovery: await mount(), RunAsync: true };
  expect(await veeam.refusal('Stop-VBRInstantRecovery', call)).toMatchObject({ category: 'InvalidOperation' });
});

test('a mount whose disk is full fails, says so in its session, and leaves no VM', async () => {
  await withPoint();
  veeam.arm('diskFull', 'veeam.Start-VBRHvInstantRecovery');
  await veeam.ps('Start-VBRHvInstantRecovery', { RestorePoint: await veeam.newestPoint(), ...target() });
  await veeam.until(async () => inside(await mount(), 'State') === 'Failed', 'the failure');

  expect((await veeam.ps('Get-VBRRestoreSession'))[0]).toMatchObject({ State: 'Stopped', Result: 'Failed' });
  expect(veeam.lab.estate.vms.list('hyper-v')).toHaveLength(0);
});

test('a migration that hangs stays at its percentage with the mount in place', async () => {
  await withPoint();
  await veeam.mounted();
  veeam.arm('stuckProgress', 'veeam.Start-VBRHvInstantRecoveryMigration');
  const [session] = await veeam.ps('Start-VBRHvInstantRecoveryMigration', { InstantRecovery: await mount() });
  for (let n = 0; n < 100; n += 1) veeam.lab.pass(10_000);

  const id = inside(session, 'Id');
  expect(await veeam.read('Get-VBRBackupSession', { Id: id }, 'Progress.Percents')).toBe(25);
  expect(await mount()).toBeDefined();
});

test('a VM that shall not boot gets no guest', async () => {
  await withPoint();
  veeam.arm('noBoot', 'veeam.Start-VBRHvInstantRecovery');
  const vm = await veeam.mounted({ PowerUp: true });
  veeam.lab.pass(120_000);
  expect(veeam.lab.estate.vms.get(vm.id)).toMatchObject({ power: 'on', guestUpSince: null });
});

test('an ordinary recovered VM boots with the guest of its point', async () => {
  await withPoint();
  const vm = await veeam.mounted({ PowerUp: true });
  await veeam.until(() => veeam.lab.estate.vms.get(vm.id)?.guestUpSince !== null, 'the guest');
  expect(veeam.lab.estate.vms.get(vm.id)?.guest.hostname).toBe('web-01');
});

test('a backup is locked while a mount serves it, asks before it goes, and then takes its points along', async () => {
  await withPoint();
  await veeam.mounted();
  const [backup] = await veeam.ps('Get-VBRBackup');
  const call = { Backup: backup, FromDisk: true, Confirm: false };
  expect(await veeam.refusal('Remove-VBRBackup', call)).toMatchObject({ category: 'ResourceUnavailable' });

  await veeam.ps('Stop-VBRInstantRecovery', { InstantRecovery: await mount(), RunAsync: true });
  await veeam.until(async () => (await mount()) === undefined, 'the end');
  expect((await veeam.refusal('Remove-VBRBackup', { Backup: backup, FromDisk: true })).message).toMatch(
    'NonInteractive',
  );
  await veeam.ps('Remove-VBRBackup', call);
  expect(await veeam.ps('Get-VBRRestorePoint')).toEqual([]);
});

test('a mount goes on after the lab was restarted', async () => {
  await withPoint();
  await veeam.ps('Start-VBRHvInstantRecovery', { RestorePoint: await veeam.newestPoint(), ...target() });
  await veeam.reopen();
  await veeam.until(async () => inside(await mount(), 'State') === 'WaitingForUserAction', 'the mount');
  expect(veeam.lab.vm('hyper-v').name).toBe('web-01');
});

test('AHV jobs are not among what Get-VBRJob returns', async () => {
  await withPoint();
  expect(await veeam.ps('Get-VBRJob')).toEqual([]);
});
