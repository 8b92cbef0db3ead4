import type { VmDescription, VmRef } from '../../domain/vm.ts';
import type { LabVm } from '../../lab/estate/types.ts';
import { type FirstHop, firstHop } from '../support/first-hop.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { mishapOf } from '../support/mishap-of.ts';
import { type PluginClient, pluginClient } from '../support/veeam-plugin.ts';

/** The Veeam driver and the lab's backup server where answers are lost and things happen at the wrong time: nothing happens twice. */

let lab: LabProcess;
let hop: FirstHop;
let plugin: PluginClient;
let facts: VmDescription;
let item: string;
let point: string | null;
let operation: { item: string; operation: string | null; successor: VmRef | null };

beforeAll(async () => {
  lab = await startLab();
  hop = await firstHop(lab);
  plugin = await pluginClient(lab, hop);
  facts = await hop.ahv('describe').done();
});
afterAll(() => lab.stop());

const staged = async (): Promise<readonly LabVm[]> => lab.vms('hyper-v');
const lose = (point: string, kind: 'dropAnswer' | 'errorAfterEffect' | 'shellDiesAfterEffect' = 'dropAnswer') =>
  lab.arm({ kind, point });
const loseShell = (cmdlet: string) => lose(`powershell.${hop.hop.mover.instance}.${cmdlet}`, 'shellDiesAfterEffect');

test('the preflight finds nothing that blocks, and changes nothing', async () => {
  const report = await hop.veeam('preflight', { bytesNeeded: 120 * 2 ** 30 }).done();
  expect(report).toMatchObject({ productVersion: '13.0.1.1071', findings: [] });
  expect(lab.events('call')).toEqual([]);
});

test('protect makes one job although the server is busy and an answer is lost, for this VM alone and without a schedule', async () => {
  await lab.arm({ kind: 'throttled', point: 'veeam.REST GET jobs' });
  await lose('veeam.REST POST jobs');
  const asked = hop.veeam('protect', { predecessor: facts });
  expect([await mishapOf(asked.once()), await mishapOf(asked.once())]).toEqual(['Throttled', 'Unreachable']);
  const made = await asked.done();
  item = made.item;
  expect(made.adopted).toBe(false);
  expect(await lab.rows('veeam/jobs')).toEqual([
    expect.objectContaining({ id: item, vmIds: [hop.vm.id], nextRunAt: null }),
  ]);
});

test('the full copy is one run, although its start gets no answer and the server dies in the middle of it', async () => {
  await lose('veeam.REST POST jobs/{id}/start', 'errorAfterEffect');
  const asked = hop.veeam('synchronise', { item, round: 0, after: null, final: false });
  await asked.waits(/^Run .* %/);
  await lab.restart();
  const synced = await asked.done();
  expect(lab.events('run.started')).toHaveLength(1);
  expect(lab.events('run.ended')).toEqual([
    expect.objectContaining({ run: synced.run, runKind: 'full', result: 'Success', point: synced.point }),
  ]);
});

test('lag names the newest point', async () => {
  const [newest] = lab.events('point.created');
  expect(await hop.veeam('lag', { item }).done()).toMatchObject({ point: newest?.point, healthy: true });
});

test('a run that began before power-off is waited for and does not count', async () => {
  const early = hop.veeam('synchronise', { item, round: 1, after: lab.events('run.ended').at(-1)?.run as string });
  await early.waits(/was started/);
  await lab.power(hop.vm.id, 'off');
  const mark = await hop.veeam('markFinal', { item }).done();
  expect(lab.events('run.ended', { run: mark.newestRun })).toHaveLength(1);

  const final = await hop.veeam('synchronise', { item, round: 1, after: mark.newestRun, final: true }).done();
  point = final.point;
  expect(lab.events('run.started').map(({ run }) => run)).toEqual([expect.anything(), mark.newestRun, final.run]);
  expect(lab.events('point.created', { point })).toEqual([expect.objectContaining({ sourcePower: 'off' })]);
});

test('a run that fails ends the verb, and asked again another one is made', async () => {
  const after = lab.events('run.ended').at(-1)?.run as string;
  const final = { item, round: 1, after, final: true };
  await lab.arm({ kind: 'refused', point: 'veeam.run' });
  expect(await mishapOf(hop.veeam('synchronise', final).done())).toBe('Vendor');
  expect(await hop.veeam('lag', { item }).done()).toMatchObject({ healthy: false });
  const again = await hop.veeam('synchronise', final).done();
  expect(lab.events('run.ended').slice(-2)).toEqual([
    expect.objectContaining({ result: 'Failed' }),
    expect.objectContaining({ result: 'Success', run: again.run }),
  ]);
  point = again.point;
});

test('a mount that failed is told, and taken down by repair', async () => {
  await lab.arm({ kind: 'diskFull', point: 'veeam.Start-VBRHvInstantRecovery' });
  expect(await mishapOf(hop.veeam('cutOver', { item, point, predecessor: facts }).done())).toBe('Vendor');
  const broken = { item, operation: null, successor: null };
  expect(await hop.veeam('settle', broken).done()).toMatchObject({ state: 'failed', boundary: 'before' });
  expect(await hop.veeam('repair', broken).done()).toMatchObject({ successor: null });
  expect(await lab.rows('veeam/mounts')).toEqual([]);
});

test('where somebody’s VM has the name of the landing, nothing is mounted', async () => {
  const stranger = { journey: 'another', token: 'tranship:another/1/cutOver/0' };
  const theirs = await hop.veeam('cutOver', { item, point, predecessor: facts, ...stranger }).done();
  const since = lab.mark();
  expect(await mishapOf(hop.veeam('cutOver', { item, point, predecessor: facts }).done())).toBe('Conflict');
  expect(lab.events('mount.started', {}, since)).toEqual([]);
  expect(await hop.veeam('settle', { item, operation: null, successor: null }).done()).toMatchObject({ state: 'none' });
  const end = { item, operation: theirs.operation, successor: theirs.successor };
  expect(await hop.veeam('abandon', { ...end, ...stranger }).done()).toEqual({ successorGone: true });
  expect(await staged()).toEqual([]);
});

test('cut over mounts once, although the shell dies and the server dies while it is mounting', async () => {
  const since = lab.mark();
  await loseShell('Start-VBRHvInstantRecovery');
  const asked = hop.veeam('cutOver', { item, point, predecessor: facts });
  expect(await mishapOf(asked.once())).toBe('Unreachable');
  await lab.restart();
  const done = await asked.done();
  operation = { item, operation: done.operation, successor: done.successor };
  expect(done).toMatchObject({ state: 'off', mounted: true });
  expect(lab.events('mount.started', {}, since)).toEqual([
    expect.objectContaining({ mount: done.operation, point, vm: done.successor.id, reason: hop.token('cutOver') }),
  ]);
  expect(await staged()).toEqual([expect.objectContaining({ name: hop.hop.landing.name, power: 'off' })]);
});

test('another execution of cut over finds the mount', async () => {
  const again = await hop.veeam('cutOver', { item, point, predecessor: facts }).done();
  expect(again).toMatchObject({ operation: operation.operation, successor: operation.successor });
  expect(await hop.veeam('settle', operation).done()).toMatchObject({
    state: 'done',
    operation: operation.operation,
    successor: operation.successor,
  });
});

test('a mount that is abandoned is taken down once, although the answer is lost', async () => {
  await loseShell('Stop-VBRInstantRecovery');
  const since = lab.mark();
  expect(await hop.veeam('abandon', operation).done()).toEqual({ successorGone: true });
  expect(lab.events('mount.stopped', {}, since)).toEqual([expect.objectContaining({ mount: operation.operation })]);
  expect(await staged()).toEqual([]);
  expect(await hop.veeam('abandon', operation).done()).toEqual({ successorGone: true });
  expect(await hop.veeam('settle', operation).done()).toMatchObject({ state: 'none', operation: null });
});

test('commit migrates once, although the shell dies and the server dies while it copies', async () => {
  const done = await hop.veeam('cutOver', { item, point, predecessor: facts }).done();
  operation = { item, operation: done.operation, successor: done.successor };
  await loseShell('Start-VBRHvInstantRecoveryMigration');
  const asked = hop.veeam('commit', operation);
  expect(await mishapOf(asked.once())).toBe('Unreachable');
  await lab.restart();
  expect(await asked.done()).toEqual({ committed: true });
  expect(lab.events('mount.migrating')).toHaveLength(1);
  expect(lab.events('mount.migrated')).toEqual([expect.objectContaining({ mount: done.operation })]);
  expect((await staged())[0]?.disks.map(({ parent }) => parent)).toEqual([null, null]);
});

test('committed, it is done for everyone who asks', async () => {
  expect(await hop.veeam('commit', operation).done()).toEqual({ committed: true });
  expect(await hop.veeam('settle', operation).done()).toMatchObject({ state: 'done', successor: operation.successor });
  expect(await hop.veeam('abandon', operation).done()).toEqual({ successorGone: false });
});

test('retire removes job, backup and licence once, although every answer is lost, and leaves the staged VM', async () => {
  await lose('veeam.REST DELETE jobs/{id}');
  await loseShell('Remove-VBRBackup');
  await lose('veeam.REST POST license/instances/{id}/revoke', 'errorAfterEffect');
  const asked = hop.veeam('retire', { item, adopted: false });
  expect(await asked.done()).toEqual({ retired: true });
  expect(asked.said).toHaveLength(3);
  for (const table of ['jobs', 'backups', 'points', 'workloads']) expect(await lab.rows(`veeam/${table}`)).toEqual([]);
  expect(lab.events('job.removed')).toHaveLength(1);
  expect(lab.events('licence.released')).toHaveLength(1);
  expect(await staged()).toHaveLength(1);
});

test('a job of the customer is adopted by its name alone, kept from running after power-off, and given back', async () => {
  const theirs = await plugin.makeJob('Nightly web', {
    type: 'Periodic',
    periodic: { mode: 'EveryHour', interval: 8 },
  });
  expect(await mishapOf(hop.veeam('protect', { predecessor: facts }).done())).toBe('Configuration');
  const wrong = { adoptJob: 'Nightly DB' };
  expect(await mishapOf(hop.veeam('protect', { predecessor: facts, settings: wrong }).done())).toBe('Configuration');
  const protection = await hop.veeam('protect', { predecessor: facts, settings: { adoptJob: 'Nightly web' } }).done();
  expect(protection).toEqual({ item: theirs, adopted: true });

  await lose('veeam.REST POST jobs/{id}/disable');
  await hop.veeam('markFinal', { item: theirs }).done();
  expect(await lab.rows('veeam/jobs')).toEqual([expect.objectContaining({ enabled: false, nextRunAt: null })]);

  await lose('veeam.REST POST jobs/{id}/enable', 'errorAfterEffect');
  expect(await hop.veeam('retire', { item: theirs, adopted: true }).done()).toEqual({ retired: true });
  expect(await lab.rows('veeam/jobs')).toEqual([expect.objectContaining({ id: theirs, enabled: true })]);
});
