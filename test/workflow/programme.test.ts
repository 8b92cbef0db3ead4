import { batchHandle, startBatch, viewBatch } from '../../client/batches.ts';
import {
  changeFreeze,
  findProgramme,
  pauseAll,
  resumeAll,
  resumeStoppedWave,
  viewProgramme,
} from '../../client/programme.ts';
import type { StopWaveRules } from '../../domain/stop-wave.ts';
import { listMigrations } from '../../workers/listing.ts';
import { heldBatchId } from '../../workflows/programme-messages.ts';
import { approveGroup, groupGate } from '../support/batch-run.ts';
import { scriptedPlan } from '../support/programme-plan.ts';
import { programmeRun, programmeSeen } from '../support/programme-run.ts';
import { refusal } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const programmes = programmeRun();

const client = () => programmes.run.env.client;

const statuses = ({ turns }: { readonly turns: readonly { name: string; status: string }[] }): string =>
  turns.map(({ name, status }) => `${name} ${status}`).join(', ');

const ONE_EACH = { a: { g: ['a-1'] }, b: { g: ['b-1'] }, c: { g: ['c-1'] } };

test('batches follow each other, one in flight, the one that comes after another behind it, until all are over', async () => {
  programmes.openGates();
  const plan = scriptedPlan('in-turn', { batches: ONE_EACH, after: { a: ['c'] } });
  const { handle, batches } = await programmes.start(plan);
  expect(batches.map(({ outcome }) => outcome)).toEqual(['handedIn', 'handedIn', 'handedIn']);
  expect(await handle.result()).toBe('0 in flight · 3 of 3 batches over');
  const first = (vm: string): number => programmes.calls.findIndex((call) => call.startsWith(`${vm} `));
  // Its staged copy is gone: it stands between source and target no more.
  const leftStaging = (vm: string): number => programmes.calls.indexOf(`${vm} hyper-v remove`);
  expect(leftStaging('b-1')).toBeLessThan(first('c-1'));
  expect(leftStaging('c-1')).toBeLessThan(first('a-1'));
  expect(leftStaging('b-1')).toBeGreaterThan(0);
  const again = await programmes.start(plan);
  expect(again.batches.map(({ outcome }) => outcome)).toEqual(['known', 'known', 'known']);
  expect(await again.handle.result()).toBe('0 in flight · 3 of 3 batches over');
}, 120_000);

test('a batch in its hold lets the next one begin', async () => {
  programmes.openGates();
  const { handle } = await programmes.start(
    scriptedPlan('holding', { batches: { a: { g: ['h-1'] }, b: { g: ['h-2'] } }, policies: { holdMs: 3_600_000 } }),
  );
  const view = await programmeSeen(handle, 'both hold', (now) => now.turns.every(({ status }) => status === 'holding'));
  expect(view.isOver).toBe(false);
  expect((await listMigrations(client(), 'running', { programme: 'holding' })).map(({ phase }) => phase)).toEqual([
    'Holding',
    'Holding',
  ]);
}, 90_000);

test('the order of a batch waits without an event, is replaced by the plan given anew, and by a batch of its own is not', async () => {
  const { handle } = await programmes.start(scriptedPlan('replan', { batches: ONE_EACH }));
  await programmeSeen(handle, 'a runs', (now) => statuses(now).startsWith('a running'));
  const held = client().workflow.getHandle(heldBatchId('replan', 'b'));
  const before = (await held.describe()).historyLength;
  const again = await programmes.start(
    scriptedPlan('replan', { batches: { ...ONE_EACH, b: { g: ['b-1', 'b-2'] } }, order: { inFlight: 2 } }),
  );
  expect(again.ran).toBe(true);
  expect(again.batches.map(({ outcome }) => outcome)).toEqual(['known', 'replaced', 'replaced']);
  expect(before).toBeLessThan(6);
  await programmeSeen(handle, 'b runs', (now) => statuses(now) === 'a running, b running, c planned');
  const { members } = await viewBatch(batchHandle(client(), 'replan', 'b'));
  expect(members.map(({ vm }) => vm.name)).toEqual(['b-1', 'b-2']);
}, 60_000);

test('a pause begins nothing and lets no group cut over until it is lifted; a batch that a person stopped stays stopped', async () => {
  const plan = scriptedPlan('paused', { batches: { a: { g: ['p-1'] }, b: { g: ['p-2'] } }, scope: 'group' });
  const { handle } = await programmes.start(plan);
  await programmeSeen(handle, 'a runs', (now) => statuses(now).startsWith('a running'));
  const first = batchHandle(client(), 'paused', 'a');
  const gate = await groupGate(first, 'g');
  await pauseAll(handle, 'ann', 'storage is degraded');
  await eventually(async () => (await viewBatch(first)).stopped !== null, 'the batch is stopped');
  const { stopped } = await viewBatch(first);
  expect(stopped).toMatchObject({ by: 'programme/paused', why: 'ann paused the programme: storage is degraded' });
  const decision = { group: 'g', hop: 1, fingerprint: gate.fingerprint, decision: 'approve', by: 'ops' };
  expect(await refusal(first.executeUpdate('decideGroup', { args: [decision] }))).toContain('storage is degraded');
  const { turnsNow } = await viewProgramme(handle);
  expect(turnsNow.waits.map(({ name, why }) => [name, why[0]?.kind])).toEqual([['b', 'paused']]);

  await resumeAll(handle, 'ann');
  await eventually(async () => (await viewBatch(first)).stopped === null, 'the batch goes on');
  await first.executeUpdate('stopBatch', { args: [{ by: 'bob', why: 'mine' }] });
  await handle.signal('pause', { by: 'ann', why: 'again' });
  await programmeSeen(handle, 'told', (now) => now.turns[0]?.halted === true);
  await handle.signal('resume', { by: 'ann' });
  await programmeSeen(handle, 'told again', (now) => now.turns[0]?.halted === false);
  expect((await viewBatch(first)).stopped).toMatchObject({ by: 'bob' });
  await first.executeUpdate('resumeBatch', { args: [{ by: 'bob' }] });
  await approveGroup(first, 'g');
}, 90_000);

test('a freeze that is added while it runs stops new work and ends by itself; a bad one is refused', async () => {
  const { handle } = await programmes.start(
    scriptedPlan('frozen', { batches: { a: { g: ['f-1'] }, b: { g: ['f-2'] } } }),
  );
  await programmeSeen(handle, 'a runs', (now) => statuses(now).startsWith('a running'));
  const { historyLength } = await handle.describe();
  expect(await refusal(changeFreeze(handle, { by: 'ann', remove: 'none' }))).toContain('There are: none');
  await handle.signal('freeze', { by: 'ann', add: 'soon' });
  const { refused } = await programmeSeen(handle, 'refused', (now) => now.refused.length === 1);
  expect(refused[0]?.what).toBe('freeze by ann');

  await client().workflow.getHandle('batch/frozen/a').terminate();
  await programmeSeen(handle, 'a is gone', (now) => statuses(now).startsWith('a gone'));
  const to = Date.now() + 5_000;
  const [freeze] = await changeFreeze(handle, { by: 'ann', add: { from: Date.now(), to, why: 'close' } });
  expect(freeze?.by).toBe('ann');
  // More may be in flight now, and nothing begins all the same.
  await programmes.start(
    scriptedPlan('frozen', { batches: { a: { g: ['f-1'] }, b: { g: ['f-2'] } }, order: { inFlight: 2 } }),
  );
  const waits = (await viewProgramme(handle)).turnsNow.waits;
  expect(waits[0]?.why.map(({ kind }) => kind)).toEqual(['freeze']);
  const view = await programmeSeen(handle, 'b begins', (now) => now.turns[1]?.status === 'running');
  expect(view.turns[1]?.begunAt).toBeGreaterThanOrEqual(to);
  expect(historyLength).toBeLessThan(60);
}, 60_000);

const WAVE: StopWaveRules = {
  everyMs: 1_000,
  thresholds: { cpu: { limit: 85, forMs: 1_500 }, volume: { limit: 25, forMs: 0 } },
  approvers: ['owner'],
};

test('a host beyond its limit stops new work, says why, and goes on only by an approver who saw its figures', async () => {
  programmes.script.vitals = () => ({ cpuPercent: 93 });
  const { handle } = await programmes.start(
    scriptedPlan('wave', {
      ...{ batches: { a: { g: ['w-1'] }, b: { g: ['w-2'] } }, scope: 'group' },
      order: { stopWave: WAVE, inFlight: 1 },
    }),
  );
  const view = await programmeSeen(handle, 'the wave is stopped', ({ stopped }) => stopped !== null);
  expect(view.halts[0]).toContain('hyper-v@s: CPU 93 %, above 85 %');
  expect(view.lookout.readings.find(({ host }) => host === 'azure-local@l')?.why).toContain('vitals');
  const first = batchHandle(client(), 'wave', 'a');
  await eventually(async () => (await viewBatch(first)).stopped !== null, 'the batch is stopped');
  // What runs goes on: it comes to its gate all the same.
  await groupGate(first, 'g');

  programmes.script.vitals = () => ({ cpuPercent: 20 });
  const calm = await programmeSeen(
    handle,
    'calm again',
    (now) => now.lookout.streaks.length === 0 && now.stopped?.fingerprint !== view.stopped?.fingerprint,
  );
  const seen = calm.stopped?.fingerprint ?? '';
  expect(await refusal(resumeStoppedWave(handle, 'eve', 'because', seen))).toContain('Approvers: owner');
  expect(await refusal(resumeStoppedWave(handle, 'owner', 'because', view.stopped?.fingerprint ?? ''))).toContain(
    'Look again',
  );
  await resumeStoppedWave(handle, 'owner', 'the backup is over', seen);
  await eventually(async () => (await viewBatch(first)).stopped === null, 'the batch goes on');
  expect((await viewProgramme(handle)).resumed).toMatchObject([{ by: 'owner', comment: 'the backup is over' }]);
}, 60_000);

test('a batch that was started by hand is found, and its programme is found without its name', async () => {
  const plan = scriptedPlan('by-hand', { batches: { a: { g: ['m-1'] }, b: { g: ['m-2'] } } });
  await startBatch(client(), plan, 'b');
  const { handle } = await programmes.start(plan);
  await programmeSeen(handle, 'b is found', (now) => statuses(now) === 'a planned, b running');
  await eventually(
    async () => (await findProgramme(client()).catch(() => null))?.workflowId === 'programme/by-hand',
    'the programme in the list',
  );
}, 60_000);
