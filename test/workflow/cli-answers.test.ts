import { cli } from '../support/cli.ts';
import { openGate, parkedAt, scriptedRun, seen } from '../support/scripted-run.ts';
import { troubleOf } from '../support/scripted-trouble.ts';
import { eventually } from '../support/server.ts';

const run = scriptedRun();
const { products, start } = run;
const { waiting, mended } = troubleOf(products);

const tranship = (...argv: string[]) =>
  cli(argv, {
    TEMPORAL_ADDRESS: run.env.server.address,
    TEMPORAL_NAMESPACE: 'test',
    TRANSHIP_HOME: run.records,
    NO_COLOR: '1',
  });

/** A visibility list is a moment behind. */
const listed = (id: string): Promise<boolean> =>
  eventually(async () => (await tranship('status')).out.includes(id), `${id} in visibility`);

test('a gate that cannot be undone opens only for what was seen', async () => {
  const handle = await start('cli-seen');
  const gate = await openGate(handle, 'cutover');
  await listed('cli-seen');

  const unseen = await tranship('approve', 'cli-seen', '--by', 'ops');
  expect(unseen.code).toBe(1);
  expect(unseen.err).toContain(`tranship approve cli-seen --seen ${gate.fingerprint}`);

  const stale = await tranship('approve', 'cli-seen', '--by', 'ops', '--seen', '0123456789abcdef');
  expect(stale.code).toBe(1);
  expect(stale.err).toContain('is not what is there now');
  expect((await openGate(handle, 'cutover')).openedAt).toBe(gate.openedAt);

  const stranger = await tranship('approve', 'cli-seen', '--by', 'nobody', '--seen', gate.fingerprint);
  expect(stranger).toMatchObject({ code: 1, err: '✗ nobody may not open cutover. Approvers: ops.\n' });

  const taken = await tranship(
    'approve',
    'cli-seen',
    '--by',
    'ops',
    '--seen',
    gate.fingerprint,
    '--comment',
    'change 4711',
  );
  expect(taken.code).toBe(0);
  expect(taken.out).toContain('ops opened cutover, hop 1, of vm-1');
  const { decisions } = await seen(handle, 'the decision', (now) => now.decisions.length === 1);
  expect(decisions[0]).toMatchObject({ by: 'ops', comment: 'change 4711', channel: 'update' });
});

test('an answer to another step than the one that is parked is refused, and one without a step names what it saw', async () => {
  waiting('ahv preflight source');
  const handle = await start('cli-parked');
  await run.env.client.workflow.getHandle('capacity/cli-parked').terminate();
  mended();
  await parkedAt(handle, 'ask for room');
  await listed('cli-parked');

  const inbox = await tranship('inbox');
  expect(inbox.out).toContain("tranship retry cli-parked --step 'ask for room'");

  const stale = await tranship('retry', 'cli-parked', '--step', 'cut over');
  expect(stale.code).toBe(1);
  expect(stale.err).toContain('It is not parked at cut over but at ask for room');

  await run.house('cli-parked');
  expect((await tranship('retry', 'cli-parked', '--by', 'ops')).code).toBe(0);
  const { commands } = await seen(handle, 'the retry', (now) => now.commands.length === 1);
  expect(commands[0]).toMatchObject({ verb: 'retry', by: 'ops', step: 'ask for room' });
  await openGate(handle, 'cutover');

  const again = await tranship('retry', 'cli-parked');
  expect(again.code).toBe(1);
  expect(again.err).toContain(
    'Nothing is parked. You can: keep-syncing, edit, defer, roll-back, eject, cancel, pause.',
  );
});

test('a rejection keeps the gate shut and is told by the VM', async () => {
  const handle = await start('cli-reject', { batch: 'night-1' });
  await openGate(handle, 'cutover');
  await listed('cli-reject');
  expect((await tranship('reject', 'cli-reject', '--by', 'owner', '--comment', 'not tonight')).code).toBe(0);
  await seen(handle, 'the gate again', (now) => now.gate !== null && now.decisions.length === 1);
  expect((await tranship('vm', 'cli-reject')).out).toContain(
    'owner rejected cutover, hop 1 (identity unverified): not tonight',
  );
  expect(JSON.parse((await tranship('vm', 'cli-reject', '--json')).out)).toMatchObject({
    workflowId: 'vm/cli-reject',
    gate: { name: 'cutover' },
    pending: [],
  });
});
