import { userInfo } from 'node:os';
import { batchHandle } from '../../client/batches.ts';
import { perform } from '../../client/cli/desk-acts.ts';
import { evidenceOf } from '../../client/cli/desk-evidence.ts';
import { lookAtInbox } from '../../client/inbox-look.ts';
import type { StopWaveRules } from '../../domain/stop-wave.ts';
import { type ApiTrial, apiTrial, reachedThrough } from '../support/api.ts';
import { groupGate } from '../support/batch-run.ts';
import { scriptedPlan } from '../support/programme-plan.ts';
import { programmeRun, programmeSeen } from '../support/programme-run.ts';
import { eventually } from '../support/server.ts';

const programmes = programmeRun();
const me = userInfo().username;

let api: ApiTrial;
beforeAll(async () => {
  api = await apiTrial(reachedThrough(programmes.run.env));
});
afterAll(() => api?.close());

const TWO = { a: { g: ['a-1'], h: ['a-2'] }, b: { g: ['b-1'] } };
const WAVE: StopWaveRules = { everyMs: 1_000, thresholds: { cpu: { limit: 85, forMs: 1_500 } }, approvers: [me] };

test('a programme is read, paused, frozen and edited over HTTP', async () => {
  const { handle } = await programmes.start(scriptedPlan('asked', { batches: TWO, scope: 'group' }));
  await programmeSeen(handle, 'a runs', ({ turns }) => turns[0]?.status === 'running');
  await groupGate(batchHandle(programmes.run.env.client, 'asked', 'a'), 'g');
  const post = (path: string, body: unknown, key?: string) =>
    api.ask('POST', path, { body, ...(key === undefined ? {} : { key }) });
  const view = async () => (await api.ask('GET', '/programmes/asked')).body.view;

  expect((await api.ask('GET', '/programmes')).body.items).toContainEqual({
    ...{ workflowId: 'programme/asked', programme: 'asked' },
  });
  const pause = { verb: 'pause', why: 'storage' };
  for (const _ of ['first', 'again']) expect((await post('/programmes/asked/commands', pause, 'k')).status).toBe(200);
  expect(await view()).toMatchObject({ paused: { by: me, why: 'storage' }, turns: [{ status: 'running' }, {}] });
  expect((await post('/programmes/asked/commands', { verb: 'resume' })).status).toBe(200);
  const freeze = { verb: 'freeze', from: '2030-12-18T18:00:00+01:00', to: '2031-01-07T06:00:00+01:00', why: 'close' };
  const { body } = await post('/programmes/asked/commands', freeze);
  const id = '2030-12-18T17:00Z/2031-01-07T05:00Z';
  expect(body).toMatchObject({ verb: 'freeze', by: me, freezes: [{ id, by: me }] });
  expect((await post('/programmes/asked/commands', { verb: 'unfreeze', id })).body.freezes).toEqual([]);
  expect((await post('/programmes/asked/commands', { verb: 'unfreeze', id })).status).toBe(409);
  expect(await view()).toMatchObject({ paused: null, freezes: [] });

  const { body: capacity } = await api.ask('GET', '/programmes/asked/capacity');
  expect(capacity.resources).toContainEqual({ resource: 'stagingSeats', used: 2, limit: expect.any(Number) });
  for (const path of ['/programmes/nowhere', '/programmes/nowhere/capacity'])
    expect((await api.ask('GET', path)).status).toBe(404);

  const edition = async () => ((await api.ask('GET', '/batches/asked/a')).body.view as { edition: string }).edition;
  const seen = await edition();
  const edits = [{ kind: 'move', id: 'vm/asked/a/a-2', group: 'g' }];
  const stale = await post('/batches/asked/a/edits', { seen: 'before', edits });
  expect([stale.status, stale.body.detail]).toEqual([409, expect.stringContaining('Look again, then apply.')]);
  for (const _ of ['first', 'again']) {
    const taken = await post('/batches/asked/a/edits', { seen, edits, comment: 'change 4711' });
    expect(taken.body).toMatchObject({ by: me, channel: 'update', did: ['a-2 moved to g'] });
  }
  expect(await edition()).not.toBe(seen);
}, 90_000);

test('a stopped wave waits in the inbox, and goes on from the desk and over HTTP for the figures that were seen', async () => {
  programmes.script.vitals = () => ({ cpuPercent: 93 });
  const order = { stopWave: WAVE, inFlight: 1 };
  await programmes.start(scriptedPlan('beyond', { batches: TWO, order, scope: 'group' }));
  const reached = reachedThrough(programmes.run.env);
  const stopped = (what: string) =>
    eventually(async () => (await lookAtInbox(reached)).find(({ waiting }) => waiting.kind === 'wave'), what);
  const item = await stopped('the wave in the inbox');
  expect(item.costs).toEqual(['nothing new begins; to come: 1 batch']);
  const shown = await evidenceOf(reached, item);
  expect(shown.lines.join('\n')).toContain('hyper-v@s: CPU 93 %, above 85 %');
  const by = (who: string) => perform(reached, { act: 'approve', items: [shown.item], comment: 'backup' }, who);
  expect(await by('eve')).toMatch(/^✗ beyond: eve may not resume the wave/);
  expect(await by(me)).toBe('✓ beyond: the wave goes on');

  await stopped('stopped again');
  const { body } = await api.ask('GET', '/inbox');
  const wave = (body.items as { kind: string; target: string; stopped: { fingerprint: string } }[]).find(
    ({ kind }) => kind === 'wave',
  );
  expect(wave).toMatchObject({ target: 'programme/beyond', approvers: [me], held: 1 });
  const { fingerprint = '' } = wave?.stopped ?? {};
  const post = (path: string, body: unknown) => api.ask('POST', `/programmes/beyond${path}`, { body });
  const plain = await post('/commands', { verb: 'resume' });
  expect([plain.status, plain.body.detail]).toEqual([409, expect.stringContaining('The wave is stopped')]);
  const other = await post('/wave/resume', { fingerprint: 'another', comment: 'over' });
  expect([other.status, other.body.detail]).toEqual([409, expect.stringContaining('Look again, then decide.')]);
  const on = await post('/wave/resume', { fingerprint, comment: 'over' });
  expect([on.status, on.body]).toEqual([200, { by: me, fingerprint, comment: 'over' }]);
}, 90_000);
