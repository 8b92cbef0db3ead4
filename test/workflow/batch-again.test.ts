import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { viewBatch } from '../../client/batches.ts';
import { newBatch } from '../../domain/batch.ts';
import { startMissing } from '../../workflows/batch-messages.ts';
import { approveGroup, batchRun, batchSeen, groupGate } from '../support/batch-run.ts';
import { answerTo, openGate, refusal, reject, tell } from '../support/scripted-run.ts';

const batches = batchRun();

test('nonsense that is signalled wedges neither a batch nor a VM of it', async () => {
  const order = batches.order('nonsense', { db: ['db-1'] });
  const handle = await batches.start(order);
  const [member] = order.members;
  const odd = { toString: 1 };
  await groupGate(handle, 'db');
  await handle.signal('memberReport', { member: member?.id, told: 'atGate' });
  await handle.signal('decideGroup', { group: odd, decision: 'approve', by: odd });
  expect(await refusal(handle.executeUpdate('stopBatch', { args: [null] }))).toContain('A stop is');
  const vm = batches.member(order, 'db-1');
  await vm.signal('decide', { gate: odd, decision: 'approve', by: odd });
  await vm.signal('decide', { gate: odd, decision: 'approve', by: 'ops' });
  await vm.signal('command', { verb: odd, by: odd });
  await vm.signal('leaseGranted', { holder: 'x', purpose: '__proto__' });
  await approveGroup(handle, 'db');
  await openGate(vm, 'go');
});

test('a batch that is gone is started again and takes its VMs up where they stand', async () => {
  const order = batches.order('taken-up', { db: ['db-1'], web: ['web-1'] });
  const first = await batches.start(order);
  await approveGroup(first, 'db');
  await openGate(batches.member(order, 'db-1'), 'go');
  await groupGate(first, 'web');
  await first.terminate();
  const handle = await batches.start(order);
  expect((await groupGate(handle, 'web')).after).toEqual([]);
  expect((await viewBatch(handle)).members.map(({ status, landed }) => [status, landed])).toEqual([
    ['running', 1],
    ['running', 0],
  ]);
  await approveGroup(handle, 'web');
  await openGate(batches.member(order, 'web-1'), 'go');
});

test('a record that cannot be read ends no batch, and its VMs are started when it can be', async () => {
  const order = batches.order('unreadable', { db: ['db-1'] });
  const folder = join(batches.run.records, 'unreadable');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'db-1.json'), '{');
  const handle = await batches.start(order);
  await batchSeen(handle, 'a note', ({ members }) => members[0]?.note?.includes('could not be read') ?? false);
  rmSync(join(folder, 'db-1.json'));
  await handle.executeUpdate(startMissing);
  await groupGate(handle, 'db');
});

test('a VM that was held back alone is not let through by what was approved before', async () => {
  const order = batches.order('held-back', { db: ['db-1'], web: ['web-1', 'web-2'] });
  const handle = await batches.start(order);
  await approveGroup(handle, 'web');
  await groupGate(handle, 'db');
  await reject(batches.member(order, 'web-1'), 'cutover');
  await batchSeen(handle, 'the lapse', ({ refused }) => refused.length > 0);
  await approveGroup(handle, 'db');
  await openGate(batches.member(order, 'db-1'), 'go');
  expect((await groupGate(handle, 'web')).waiting.map(({ vm }) => vm.name)).toEqual(['web-1', 'web-2']);
  expect(batches.calls.filter((call) => call.endsWith('ahv shutDown'))).toEqual(['db-1 ahv shutDown']);
});

test('a letter for an earlier opening of its gate lets no VM through', async () => {
  const order = batches.order('stale-letter', { db: ['db-1'] });
  await groupGate(await batches.start(order), 'db');
  const vm = batches.member(order, 'db-1');
  const { openedAt } = await openGate(vm, 'cutover');
  await reject(vm, 'cutover');
  const gate = await openGate(vm, 'cutover');
  expect(await refusal(tell(vm, { ...answerTo(gate, 'approve'), group: 'db', openedAt }))).toContain('opened anew');
});

test('what was to be started when a run ended is started by the next', async () => {
  const order = batches.order('next-run', { db: ['db-1'] });
  await batches.run.house('next-run');
  const handle = await batches.start(order, newBatch(order));
  await groupGate(handle, 'db');
});

test('a VM whose run was ended by hand after its cut-over does not begin at the beginning', async () => {
  const order = batches.order('by-hand', { db: ['db-1'] }, { checkpoints: true });
  const handle = await batches.start(order);
  await approveGroup(handle, 'db');
  const vm = batches.member(order, 'db-1');
  await openGate(vm, 'go');
  await vm.terminate();
  await batchSeen(handle, 'lost', ({ members }) => members[0]?.status === 'lost');
  const before = batches.calls.length;
  await handle.executeUpdate(startMissing);
  const { members } = await batchSeen(handle, 'not started', (now) => now.members[0]?.status === 'refused');
  expect(members[0]?.note).toMatch(/touched.*`tranship recover` takes it up where it stands/);
  expect(batches.calls).toHaveLength(before);
});
