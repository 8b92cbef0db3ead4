import { viewBatch } from '../../client/batches.ts';
import { VERSION } from '../../workers/version.ts';
import { batchRun, batchSeen, groupGate } from '../support/batch-run.ts';
import { cli, type Said } from '../support/cli.ts';
import { openGate, seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const batches = batchRun();

/** One command line, on the batch of a programme. */
const on =
  (programme: string) =>
  (...argv: string[]): Promise<Said> =>
    cli([...argv, '--batch', 'b1', '--programme', programme], environment());

const environment = () => ({
  TEMPORAL_ADDRESS: batches.run.env.server.address,
  TEMPORAL_NAMESPACE: 'test',
  TRANSHIP_HOME: batches.run.records,
  NO_COLOR: '1',
});

const inbox = async (): Promise<string> => (await cli(['inbox'], environment())).out;

test('a group waits as one in the inbox and is opened for what all of its VMs show', async () => {
  const order = batches.order('cli-group', { db: ['db-1', 'db-2'], web: ['web-1'] });
  const handle = await batches.start(order);
  const db = await groupGate(handle, 'db');
  await groupGate(handle, 'web');
  const tranship = on('cli-group');

  const shown = await eventually(async () => {
    const out = await inbox();
    return out.includes('b1/db') && out.includes('b1/web') && !out.includes('db-1 · ') && out;
  }, 'both groups in the inbox');
  expect(shown).toContain('b1/db · cutover, hop 1: db-1, db-2');
  expect(shown).toContain('    tranship approve --batch b1 --group db');

  const which = await tranship('approve', '--by', 'ops');
  expect(which.code).toBe(2);
  expect(which.err).toContain('--group  several groups of b1 wait: db, web');

  const unseen = await tranship('approve', '--by', 'ops', '--group', 'db');
  expect(unseen.code).toBe(1);
  expect(unseen.err).toContain(`--group db --seen ${db.fingerprint}`);
  expect(unseen.err).toMatch(/^db-2 \(db-2\)$/m);
  expect(unseen.err).toContain('all of them');

  const alone = await cli(
    ['approve', 'db-1', '--by', 'ops', '--seen', db.waiting[0]?.gate.fingerprint ?? ''],
    environment(),
  );
  expect(alone.code).toBe(1);
  expect(alone.err).toContain('cuts over with its group db');

  const taken = await tranship('approve', '--by', 'ops', '--group', 'db', '--seen', db.fingerprint);
  expect(taken).toMatchObject({ code: 0, err: '' });
  expect(taken.out).toContain('ops opened the cut-over of db, hop 1: db-1, db-2');
  for (const vm of ['db-1', 'db-2']) await openGate(batches.member(order, vm), 'go');
});

test('a batch is stopped and goes on, and a group of it is paused and turned round, by one command each', async () => {
  const order = batches.order('cli-turn', { db: ['db-1'], web: ['web-1', 'web-2'] });
  const handle = await batches.start(order);
  for (const group of ['db', 'web']) await groupGate(handle, group);
  const tranship = on('cli-turn');

  expect((await tranship('pause', '--by', 'ops', '--comment', 'storage is slow')).code).toBe(0);
  expect((await viewBatch(handle)).stopped).toMatchObject({ by: 'ops', why: 'storage is slow' });
  expect((await tranship('resume', '--by', 'ops')).code).toBe(0);
  expect((await viewBatch(handle)).stopped).toBeNull();

  const stopped = await tranship('pause', '--group', 'web', '--by', 'ops');
  expect(stopped.out).toContain('✓ web of b1 begins nothing new (ops: no reason was given); running copies go on');
  for (const vm of ['web-1', 'web-2'])
    await seen(batches.member(order, vm), `${vm} paused`, ({ flags }) => flags.includes('Paused'));
  expect((await tranship('resume', '--group', 'none', '--by', 'ops')).err).toContain('has no group none');

  const dry = await tranship('roll-back', '--group', 'web', '--dry-run', '--json');
  expect(dry.code).toBe(0);
  expect((JSON.parse(dry.out) as { name: string; loss: unknown }[]).map(({ name, loss }) => [name, loss])).toEqual([
    ['web-1', null],
    ['web-2', null],
  ]);

  const turned = await tranship('roll-back', '--group', 'web', '--by', 'ops', '--json');
  expect(JSON.parse(turned.out)).toMatchObject({
    group: 'web',
    told: order.members.slice(1).map(({ id }) => id),
    answers: [
      { name: 'web-1', refused: null },
      { name: 'web-2', refused: null },
    ],
  });
  for (const vm of ['web-1', 'web-2'])
    await seen(batches.member(order, vm), `${vm} back`, ({ phase }) => phase === 'RolledBack');
  await batchSeen(handle, 'web ended', (now) => now.members.slice(1).every(({ status }) => status === 'ended'));

  const report = await cli(['report', 'b1', '--programme', 'cli-turn'], environment());
  const { vms } = JSON.parse(report.out) as { vms: { name: string; phase: string; from: string }[] };
  expect(vms.map(({ name, phase, from }) => [name, phase, from])).toEqual([
    ['db-1', 'AwaitingCutover', 'running'],
    ['web-1', 'RolledBack', 'result'],
    ['web-2', 'RolledBack', 'result'],
  ]);
});

test('the doctor names who serves each queue with its release', async () => {
  const { out } = await cli(['doctor', '--json'], environment());
  const { lines } = JSON.parse(out) as { lines: { subject: string; standing: string; says: string }[] };
  const orchestrator = lines.find(({ subject }) => subject === 'orchestrator');
  expect(orchestrator).toMatchObject({
    standing: 'well',
    says: expect.stringMatching(`^served by tranship/${VERSION} \\d+@`),
  });
});
