import { resumeWave, stopWave, turnGroupBack, viewBatch } from '../../client/batches.ts';
import { view } from '../../workflows/messages.ts';
import { approveGroup, batchRun, batchSeen, groupGate } from '../support/batch-run.ts';
import { approve, openGate, refusal, say, seen } from '../support/scripted-run.ts';

const batches = batchRun();

const flagged = (order: ReturnType<typeof batches.order>, vm: string, is: boolean) =>
  seen(batches.member(order, vm), `${is ? '' : 'not '}paused`, ({ flags }) => flags.includes('Paused') === is);

test('a stopped group begins nothing new, its members neither, and the other group goes on', async () => {
  const order = batches.order('group-stop', { db: ['db-1'], web: ['web-1'] });
  const handle = await batches.start(order);
  await groupGate(handle, 'web');
  await groupGate(handle, 'db');
  await stopWave(handle, 'ops', 'the array is slow', undefined, { group: 'web', members: true });
  await flagged(order, 'web-1', true);
  await expect(approveGroup(handle, 'web')).rejects.toThrow();
  const { paused, stopped } = await viewBatch(handle);
  expect(paused).toMatchObject([{ group: 'web', by: 'ops', why: 'the array is slow' }]);
  expect(stopped).toBeNull();

  await approveGroup(handle, 'db');
  await openGate(batches.member(order, 'db-1'), 'go');
  expect((await batches.member(order, 'db-1').query(view)).flags).toEqual([]);
  await resumeWave(handle, 'ops', undefined, { group: 'web', members: true });
  await flagged(order, 'web-1', false);
  await approveGroup(handle, 'web');
  await openGate(batches.member(order, 'web-1'), 'go');
});

test('a stop and a resume by plain signals are taken, and nonsense is told', async () => {
  const order = batches.order('group-signals', { db: ['db-1'], web: ['web-1'] });
  const handle = await batches.start(order);
  await handle.signal('stopBatch', { by: 'ops', why: 'freeze', group: 'web' });
  await batchSeen(handle, 'stopped', ({ paused }) => paused?.length === 1);
  await handle.signal('stopBatch', { by: 'ops', why: 'freeze', group: 'nobody' });
  await handle.signal('stopBatch', 'now');
  await handle.signal('rollBackGroup', { group: 'nobody', by: 'ops' });
  const { refused } = await batchSeen(handle, 'three refusals', (now) => now.refused.length === 3);
  expect(refused.map(({ what }) => what)).toEqual(['stop by ops', 'stop by nothing', 'rolling back by ops']);
  await handle.signal('resumeBatch', { by: 'ops', group: 'web' });
  await batchSeen(handle, 'resumed', ({ paused }) => paused?.length === 0);
});

test('a member that keeps syncing is missing with its reason, and the group goes when it is resumed', async () => {
  const order = batches.order('group-held', { db: ['db-1', 'db-2'] });
  const handle = await batches.start(order);
  await groupGate(handle, 'db');
  await say(batches.member(order, 'db-2'), 'keepSyncing');
  const { gates } = await batchSeen(handle, 'one missing', (now) => now.gates[0]?.missing.length === 1);
  expect(gates[0]?.missing[0]).toMatchObject({ name: 'db-2', why: 'keeps syncing, asked by ops until resumed' });
  const asked = { group: 'db', hop: 1, fingerprint: gates[0]?.fingerprint, decision: 'approve', by: 'ops' };
  expect(await refusal(handle.executeUpdate('decideGroup', { args: [asked] }))).toContain('db-2 (keeps syncing');
  await say(batches.member(order, 'db-2'), 'resume');
  await approveGroup(handle, 'db');
  for (const vm of ['db-1', 'db-2']) await openGate(batches.member(order, vm), 'go');
});

test('a member that is deferred leaves its group, which says where to', async () => {
  const order = batches.order('group-defer', { db: ['db-1', 'db-2'] });
  const handle = await batches.start(order);
  await groupGate(handle, 'db');
  await say(batches.member(order, 'db-2'), 'defer', { to: 'b2' });
  const { members } = await batchSeen(handle, 'deferred', (now) => now.members[1]?.status === 'ended');
  expect(members[1]).toMatchObject({ end: 'Ejected', note: 'Deferred to b2: move its row of the plan there.' });
  await approveGroup(handle, 'db');
  await openGate(batches.member(order, 'db-1'), 'go');
});

test('a group that turns round tells who of it does not', async () => {
  const order = batches.order('group-refuses', { db: ['db-1', 'db-2'] });
  const handle = await batches.start(order);
  await approveGroup(handle, 'db');
  const [first, second] = ['db-1', 'db-2'].map((vm) => batches.member(order, vm));
  if (!first || !second) throw new Error('the group has two members');
  for (const member of [first, second]) await approve(member, 'go');
  await approveGroup(handle, 'db');
  await approve(first, 'signOff');
  await openGate(first, 'decommission');
  await openGate(second, 'signOff');
  await turnGroupBack(handle, 'db', 'ops');
  const { refused } = await batchSeen(handle, 'a refusal', (now) => now.refused.length > 0);
  expect(refused[0]).toMatchObject({ what: 'rollBack of db-1', why: expect.stringContaining('signed off') });
  await openGate(second, 'rollBack');
});
