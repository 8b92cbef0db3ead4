import { resumeWave, stopWave, turnGroupBack, viewBatch } from '../../client/batches.ts';
import { startMissing } from '../../workflows/batch-messages.ts';
import { approveGroup, batchRun, batchSeen, groupGate } from '../support/batch-run.ts';
import { answerTo, approve, openGate, refusal, say, seen, tell } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const batches = batchRun();

const stops = (): readonly string[] => batches.calls.filter((call) => call.endsWith('ahv shutDown'));

test('one decision lets a whole group cut over, and the group behind begins when it has landed', async () => {
  const order = batches.order('in-order', { db: ['db-1', 'db-2'], web: ['web-1'] });
  const handle = await batches.start(order);
  const web = await groupGate(handle, 'web');
  expect(web.after.map(({ name }) => name)).toEqual(['db-1', 'db-2']);
  await approveGroup(handle, 'web');
  await groupGate(handle, 'db');
  expect(stops()).toEqual([]);

  await approveGroup(handle, 'db');
  for (const vm of ['db-1', 'db-2', 'web-1']) await openGate(batches.member(order, vm), 'go');
  expect(stops().at(-1)).toBe('web-1 ahv shutDown');
  expect((await viewBatch(handle)).members.map(({ landed }) => landed)).toEqual([1, 1, 1]);
});

test('a VM of a group is not let through alone', async () => {
  const order = batches.order('alone', { db: ['db-1', 'db-2'] });
  await groupGate(await batches.start(order), 'db');
  const member = batches.member(order, 'db-1');
  const gate = await openGate(member, 'cutover');
  expect(await refusal(tell(member, answerTo(gate, 'approve')))).toContain('cuts over with its group db');
  expect(stops()).toEqual([]);
});

test('a group that is not complete cannot be approved, and says who is missing', async () => {
  const order = batches.order('missing', { db: ['db-1', 'db-2'] });
  batches.script.before = (call) => {
    if (call === 'db-2 veeam protect') throw new Error('no room');
  };
  const handle = await batches.start(order);
  const { gates } = await batchSeen(handle, 'one at the gate', (now) => now.gates[0]?.waiting.length === 1);
  const decision = { group: 'db', hop: 1, fingerprint: gates[0]?.fingerprint ?? '', by: 'ops' };
  expect(
    await refusal(handle.executeUpdate('decideGroup', { args: [{ ...decision, decision: 'approve' }] })),
  ).toContain('db-2 not at the gate yet');
  await seen(batches.member(order, 'db-2'), 'parked', ({ parked }) => parked !== null);
  batches.script.before = () => undefined;
  await say(batches.member(order, 'db-2'), 'eject');
  await approveGroup(handle, 'db');
  await openGate(batches.member(order, 'db-1'), 'go');
});

test('a group is turned round together in mid-cut-over while the other group goes on', async () => {
  const order = batches.order('together', { db: ['db-1', 'db-2'], web: ['web-1'] });
  let letGo = (): void => undefined;
  const held = new Promise<void>((done) => {
    letGo = done;
  });
  batches.script.before = (call) => (call.endsWith('web-1 veeam cutOver') ? held : undefined);
  const handle = await batches.start(order);
  for (const group of ['db', 'web']) await approveGroup(handle, group);
  await eventually(() => batches.calls.includes('web-1 veeam cutOver'), 'web in mid-cut-over');
  await turnGroupBack(handle, 'web', 'ops');
  letGo();

  await seen(batches.member(order, 'web-1'), 'web back', ({ phase }) => phase === 'RolledBack');
  for (const vm of ['db-1', 'db-2']) await approve(batches.member(order, vm), 'go');
  await approveGroup(handle, 'db');
  for (const vm of ['db-1', 'db-2']) await openGate(batches.member(order, vm), 'signOff');
  const view = await batchSeen(handle, 'web ended', (now) => now.members[2]?.status === 'ended');
  expect(view.members.map(({ landed, end }) => [landed, end])).toEqual([
    [2, null],
    [2, null],
    [0, 'RolledBack'],
  ]);
});

test('a stopped batch lets nobody cut over until it is resumed', async () => {
  const order = batches.order('stopped', { db: ['db-1'], web: ['web-1'] });
  const handle = await batches.start(order);
  await approveGroup(handle, 'web');
  await stopWave(handle, 'ops', 'the array is degraded');
  const gate = await groupGate(handle, 'db');
  const decision = { group: 'db', hop: 1, fingerprint: gate.fingerprint, decision: 'approve', by: 'ops' };
  expect(await refusal(handle.executeUpdate('decideGroup', { args: [decision] }))).toContain('the array is degraded');
  await resumeWave(handle, 'ops');
  await approveGroup(handle, 'db');
  await openGate(batches.member(order, 'web-1'), 'go');
  expect(stops()).toEqual(['db-1 ahv shutDown', 'web-1 ahv shutDown']);
});

test('a migration that is gone is lost, holds its place in the order, and is started again', async () => {
  const order = batches.order('lost', { db: ['db-1'], web: ['web-1'] });
  const handle = await batches.start(order);
  for (const group of ['db', 'web']) await groupGate(handle, group);
  await batches.member(order, 'db-1').terminate();
  const { members } = await batchSeen(handle, 'lost', (now) => now.members[0]?.status === 'lost');
  expect(members[0]?.note).toContain('start the batch again');
  await approveGroup(handle, 'web');
  expect(await handle.executeUpdate(startMissing)).toEqual([order.members[0]?.id]);
  await groupGate(handle, 'db');
  expect(stops()).toEqual([]);
  await approveGroup(handle, 'db');
  await openGate(batches.member(order, 'web-1'), 'go');
});

test('a batch that goes on in a new run sends what was decided in the old one', async () => {
  const order = batches.order('carried', { db: ['db-1'] });
  const first = await batches.start(order);
  const { waiting } = await groupGate(first, 'db');
  const state = await viewBatch(first);
  await first.terminate();
  const decided = {
    ...{ group: 'db', hop: 1, fingerprint: 'seen', decision: 'approve' as const, by: 'ops' },
    ...{ at: 1, channel: 'update' as const, members: waiting.map(({ id, gate }) => ({ id, gate })) },
  };
  await batches.start(order, { ...state, cleared: [decided] });
  await openGate(batches.member(order, 'db-1'), 'go');
});

test('what runs outside the batch already is not taken into it', async () => {
  const order = batches.order('outside', { db: ['db-1'] });
  const [member] = order.members;
  if (!member) throw new Error('no member');
  await batches.run.house('outside');
  await batches.run.env.client.workflow.start('migration', {
    workflowId: member.id,
    taskQueue: 'orchestrator',
    args: [{ ...member.order, batchId: undefined }],
  });
  const handle = await batches.start(order);
  expect((await handle.result()).members[0]).toMatchObject({
    status: 'refused',
    note: expect.stringContaining('already'),
  });
});

test('a group gets its room on staging before the groups behind it take the last of it', async () => {
  const order = batches.order('room', { db: ['db-1', 'db-2'], web: ['web-1'] });
  await batches.run.house('room', { stagingSeats: 2 });
  const handle = await batches.start(order);
  await groupGate(handle, 'db');
  await seen(batches.member(order, 'web-1'), 'web in line', ({ phase }) => phase === 'Queued');
});
