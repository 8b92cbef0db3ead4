import { eightVms } from '../../lab/scenarios/eight.ts';
import { inside } from '../support/lab-http.ts';
import { type VeeamBench, veeamBench, veeamScenario } from './lab-veeam.ts';

let veeam: VeeamBench;

afterEach(() => veeam.close());

const ended = () => veeam.lab.events('run.ended');

/** Blocks in which two disks differ. */
const differences = (a: string, b: string): readonly number[] => {
  const { disks } = veeam.lab.estate;
  const blocks = new Set([...disks.changedSince(a, 0), ...disks.changedSince(b, 0)]);
  return [...blocks].filter((block) => !Buffer.from(disks.read(a, block)).equals(Buffer.from(disks.read(b, block))));
};

const frozenOf = (n = 0): string =>
  String((veeam.lab.events('point.created').at(-1)?.disks as readonly string[] | undefined)?.[n]);

const off = (): void => veeam.lab.estate.vms.powerOff(veeam.lab.vm().id, 'test');

test('the first run is full and later ones read only what changed', async () => {
  veeam = await veeamBench();
  const job = await veeam.job();
  const first = await veeam.ran(job);
  veeam.lab.pass(1_000);
  const second = await veeam.ran(job);

  expect([inside(first, 'context.backupMode'), inside(second, 'context.backupMode')]).toEqual([
    'ActiveFullBackup',
    'IncrementalBackup',
  ]);
  const [full, increment] = ended();
  expect([full?.runKind, increment?.runKind]).toEqual(['full', 'increment']);
  expect(Number(increment?.bytes)).toBeLessThan(Number(full?.bytes) / 2);
});

test('a point of a source that is off is the source, block by block', async () => {
  veeam = await veeamBench();
  const job = await veeam.job();
  await veeam.ran(job);
  veeam.lab.pass(5_000);
  off();
  await veeam.ran(job);

  const vm = veeam.lab.vm();
  expect(vm.disks.map((disk, n) => differences(disk.file, frozenOf(n)))).toEqual([[], []]);
  expect(veeam.lab.events('point.created').at(-1)).toMatchObject({ sourcePower: 'off' });
});

test('a run that began before the source was off holds the blocks of its beginning', async () => {
  veeam = await veeamBench();
  const run = await veeam.start(await veeam.job());
  await veeam.until(async () => inside(await veeam.session(run), 'state') === 'Running', 'the snapshot');
  for (let n = 0; n < 3; n += 1) veeam.lab.pass(300);
  off();
  await veeam.until(() => ended().length === 1, 'the end of the run');

  expect(differences(veeam.lab.vm().disks[0]?.file ?? '', frozenOf())).not.toEqual([]);
  expect(veeam.lab.events('point.created').at(-1)).toMatchObject({ sourcePower: 'on' });
});

test('lost change tracking reads everything and warns', async () => {
  veeam = await veeamBench();
  const job = await veeam.job();
  await veeam.ran(job);
  veeam.arm('lostCbt', 'veeam.run');
  const session = await veeam.ran(job);

  expect(inside(session, 'result')).toBe('Warning');
  expect(ended().at(-1)).toMatchObject({ runKind: 'full', result: 'Warning' });
});

test('a traffic rule slows a run, and the run says at which rate it went', async () => {
  veeam = await veeamBench();
  const job = await veeam.job();
  const ips = {
    SourceIPStart: '10.0.0.1',
    SourceIPEnd: '10.0.0.9',
    TargetIPStart: '10.0.0.1',
    TargetIPEnd: '10.0.0.9',
  };
  const limit = { EnableThrottling: true, ThrottlingUnit: 'KbytePerSec', ThrottlingValue: 512 };
  await veeam.ps('Add-VBRNetworkTrafficRule', { Name: 'slow', ...ips, ...limit });
  await veeam.ran(job);

  expect(ended().at(-1)).toMatchObject({ rate: 512_000 });
});

test("the repository's data rate and task limit bind runs", async () => {
  veeam = await veeamBench(eightVms({ speed: 1 }));
  const [repository] = await veeam.ps('Get-VBRBackupRepository');
  const limits = { LimitConcurrentJobs: true, MaxConcurrentJobs: 1, LimitDatarate: true, DataRateLimit: 1 };
  await veeam.ps('Set-VBRBackupRepository', { Repository: repository, ...limits });
  const [a, b] = veeam.lab.estate.vms.list('ahv');
  const first = await veeam.start(await veeam.job(a ? [a] : []));
  const second = await veeam.start(await veeam.job(b ? [b] : []));

  await veeam.until(
    async () => (await veeam.read('Get-VBRBackupSession', { Id: second }, 'State')) === 'WaitingRepository',
    'a run that waits',
  );
  expect(await veeam.read('Get-VBRBackupSession', { Id: first }, 'State')).toBe('Working');
  await veeam.until(() => ended().length === 2, 'both ends');
  expect(ended()[0]).toMatchObject({ rate: 1_000_000 });
});

test('more VMs than workers have slots wait for one', async () => {
  veeam = await veeamBench({ ...eightVms({ speed: 1 }), veeam: { ...veeamScenario().veeam, workerTasks: 1 } });
  const [a, b] = veeam.lab.estate.vms.list('ahv');
  await veeam.start(await veeam.job(a ? [a] : []));
  const waiting = await veeam.start(await veeam.job(b ? [b] : []));

  await veeam.until(
    async () => (await veeam.read('Get-VBRBackupSession', { Id: waiting }, 'State')) === 'WaitingSlot',
    'a run that waits',
  );
  expect(inside(await veeam.session(waiting), 'state')).toBe('Running');
});

test('a full repository fails the run and keeps the chain', async () => {
  veeam = await veeamBench(veeamScenario({ repositoryBytes: 14 * 2 ** 20 }));
  const job = await veeam.job();
  await veeam.ran(job);
  const session = await veeam.ran(job, 'ActiveFullBackup');

  expect(inside(session, 'result')).toBe('Error');
  expect(ended().at(-1)).toMatchObject({ reasons: ['There is not enough space on the disk.'] });
  expect(await veeam.ps('Get-VBRRestorePoint')).toHaveLength(1);
  const states = await veeam.rest('GET', '/api/v1/backupInfrastructure/repositories/states');
  expect(inside(states.body, 'data.0.freeGB')).toBeLessThan(0.01);
});

test('a VM takes a licence with its first run and none is left for the next', async () => {
  veeam = await veeamBench({ ...eightVms({ speed: 1 }), veeam: { ...veeamScenario().veeam, licences: 1 } });
  const [a, b] = veeam.lab.estate.vms.list('ahv');
  expect(inside(await veeam.ran(await veeam.job(a ? [a] : [])), 'result')).toBe('Success');
  const other = await veeam.job(b ? [b] : []);
  expect(inside(await veeam.ran(other), 'result')).toBe('Error');
  expect(await veeam.read('Get-VBRInstalledLicense', {}, 'InstanceLicenseSummary.UsedInstancesNumber')).toBe(1);

  const revoked = await veeam.rest('POST', `/api/v1/license/instances/${a?.id}/revoke`);
  expect(revoked.status).toBe(200);
  expect(inside(await veeam.ran(other), 'result')).toBe('Success');
  expect(veeam.lab.events('licence.released')).toHaveLength(1);
});

test('a VM with volume groups is backed up with a warning', async () => {
  veeam = await veeamBench();
  veeam.lab.estate.vms.change(veeam.lab.vm().id, 'test', (vm) => {
    vm.extra['ahv.volumeGroups'] = ['vg-1'];
  });
  expect(inside(await veeam.ran(await veeam.job()), 'result')).toBe('Warning');
});

test('a run that hangs can be stopped and decides nothing', async () => {
  veeam = await veeamBench();
  veeam.arm('stuckProgress', 'veeam.run');
  const job = await veeam.job();
  const run = await veeam.start(job);
  for (let n = 0; n < 60; n += 1) veeam.lab.pass(10_000);
  expect(await veeam.session(run)).toMatchObject({ state: 'Running', progressState: { progressPercents: 25 } });

  await veeam.rest('POST', `jobs/${job}/stop`);
  await veeam.until(async () => inside(await veeam.session(run), 'state') === 'Cancelled', 'the stop');
  expect(await veeam.read('Get-VBRBackupSession', { Id: run }, 'State')).toBe('Stopped');
  expect(await veeam.read('Get-VBRBackupSession', { Id: run }, 'Result')).toBe('None');
  expect(await veeam.ps('Get-VBRRestorePoint')).toHaveLength(0);
});

test('a run goes on after the lab was restarted', async () => {
  veeam = await veeamBench();
  const run = await veeam.start(await veeam.job());
  await veeam.until(async () => inside(await veeam.session(run), 'state') === 'Running', 'the snapshot');
  await veeam.reopen();
  await veeam.until(async () => inside(await veeam.session(run), 'state') === 'Finished', 'the end');

  expect(inside(await veeam.session(run), 'result')).toBe('Success');
});

test('once a day the oldest points go and the full moves forward', async () => {
  veeam = await veeamBench();
  const job = await veeam.job([veeam.lab.vm()], {
    retentionSettings: { type: 'RestorePoints', restorePointsToKeep: 2 },
  });
  for (let n = 0; n < 4; n += 1) await veeam.ran(job);
  expect(await veeam.ps('Get-VBRRestorePoint')).toHaveLength(4);

  veeam.lab.pass(24 * 3_600_000);
  const left = await veeam.ps('Get-VBRRestorePoint');
  expect(left.map((point) => (point as { Type: string }).Type)).toEqual(['Full', 'Increment']);
});
