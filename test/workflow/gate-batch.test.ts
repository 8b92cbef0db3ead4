import { answerGroup, viewBatch } from '../../client/batches.ts';
import type { GatePolicy } from '../../domain/gate-policy.ts';
import { WHOLE } from '../../domain/group-gate.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import { view } from '../../workflows/messages.ts';
import { approveGroup, batchRun, batchSeen, groupGate } from '../support/batch-run.ts';
import { cli } from '../support/cli.ts';
import { gatesWith } from '../support/gate-rules.ts';
import { openGate, refusal, seen } from '../support/scripted-run.ts';
import { eventually } from '../support/server.ts';

const batches = batchRun();

const stops = (): readonly string[] => batches.calls.filter((call) => call.endsWith('ahv shutDown'));
const cutover = (rules: Partial<GatePolicy>): Partial<JourneyOrder> => gatesWith({ cutover: rules });

/** An order whose VMs are decided on as one batch. */
const wholeOf = (
  programme: string,
  groups: Readonly<Record<string, readonly string[]>>,
  rules: Partial<GatePolicy>,
) => {
  const order = batches.order(programme, groups, cutover(rules));
  return {
    ...order,
    members: order.members.map(({ id, order: vm }) => ({
      id,
      order: { ...vm, gates: { ...vm.gates, cutover: { ...vm.gates.cutover, scope: 'batch' as const } } },
    })),
  };
};

const approve = { decision: 'approve' } as const;

test('a whole batch is let through by two people, and its groups cut over in their order', async () => {
  const order = wholeOf('whole', { db: ['db-1'], web: ['web-1'] }, { approvers: ['anna', 'ben'], quorum: 2 });
  const handle = await batches.start(order);
  const gate = await groupGate(handle, WHOLE);
  expect(gate.waiting.map(({ vm }) => vm.name)).toEqual(['db-1', 'web-1']);
  expect(await refusal(answerGroup(handle, { ...gate, group: 'db' }, { ...approve, by: 'anna' }))).toContain(
    'All of b1',
  );
  expect(await answerGroup(handle, gate, { ...approve, by: 'anna' })).toMatchObject({ tally: { have: 1, of: 2 } });
  const alone = await openGate(batches.member(order, 'db-1'), 'cutover');
  expect(alone.together).toBe('batch');
  await handle.signal('decideGroup', { group: WHOLE, hop: 1, fingerprint: gate.fingerprint, ...approve, by: 'ben' });
  for (const vm of ['db-1', 'web-1']) await openGate(batches.member(order, vm), 'go');
  expect(stops()).toEqual(['db-1 ahv shutDown', 'web-1 ahv shutDown']);
});

test('a group is reminded of, escalated, and looks again when nobody decided in time', async () => {
  const rules = { remindMs: 200, escalateMs: 500, escalateTo: ['chief'], expireMs: 3_000 };
  const order = batches.order('group-times', { db: ['db-1', 'db-2'] }, cutover(rules));
  const handle = await batches.start(order);
  const first = await groupGate(handle, 'db');
  await batchSeen(
    handle,
    'escalated',
    ({ gates }) => gates[0]?.remindedAt !== undefined && gates[0].escalatedAt !== undefined,
  );
  const { gates } = await batchSeen(
    handle,
    'opened anew',
    (now) => now.gates[0]?.missing.length === 0 && now.gates[0].openedAt !== first.openedAt,
  );
  expect(gates[0]?.waiting.map(({ gate }) => gate.openedAt > first.openedAt)).toEqual([true, true]);
  const { refused, decisions } = await batches.member(order, 'db-1').query(view);
  expect([refused.length, decisions.map((each) => each.expired)]).toEqual([1, [true]]);
  await batchSeen(handle, 'escalated again', (now) => now.gates[0]?.mayOpen?.includes('chief') === true);
  const gate = await groupGate(handle, 'db');
  await answerGroup(handle, gate, { ...approve, by: 'chief' });
  for (const vm of ['db-1', 'db-2']) await openGate(batches.member(order, vm), 'go');
});

test('an approval that waits for its turn beyond its expiry lets nobody through', async () => {
  const order = batches.order('group-void', { db: ['db-1'], web: ['web-1'] }, cutover({ expireMs: 2_000 }));
  const handle = await batches.start(order);
  const gate = await groupGate(handle, 'web');
  await answerGroup(handle, gate, { ...approve, by: 'ops' });
  const { refused, gates } = await batchSeen(
    handle,
    'opened anew',
    (now) => now.refused.length > 0 && now.gates.some((each) => each.group === 'web' && each.openedAt > gate.openedAt),
  );
  expect(refused[0]?.why).toContain('did not come before it expired');
  expect(gates.find((each) => each.group === 'web')?.votes ?? []).toEqual([]);
  expect(stops()).toEqual([]);
});

const environment = () => ({
  TEMPORAL_ADDRESS: batches.run.env.server.address,
  TEMPORAL_NAMESPACE: 'test',
  TRANSHIP_HOME: batches.run.records,
  NO_COLOR: '1',
});

test('an approved group that waits for its turn stands in the inbox and is taken back from there', async () => {
  const order = batches.order('taken-back', { db: ['db-1'], web: ['web-1'] });
  const handle = await batches.start(order);
  await groupGate(handle, 'db');
  await approveGroup(handle, 'web');
  const shown = await eventually(async () => {
    const { out } = await cli(['inbox'], environment());
    return out.includes('tranship reject --batch b1 --group web') && out;
  }, 'the turn in the inbox');
  expect(shown).toContain('b1/web · cutover, hop 1: approved by ops, begins after the groups before it');
  const back = await cli(
    ['reject', '--batch', 'b1', '--group', 'web', '--programme', 'taken-back', '--by', 'eve'],
    environment(),
  );
  expect(back).toMatchObject({ code: 0, err: '' });
  expect(back.out).toContain('eve took back the cut-over of web, hop 1');
  await approveGroup(handle, 'db');
  await openGate(batches.member(order, 'db-1'), 'go');
  expect((await viewBatch(handle)).cleared).toEqual([]);
  expect(stops()).toEqual(['db-1 ahv shutDown']);
});

test('VMs that wait by themselves are approved as a list that was looked at, and each is told of', async () => {
  const { run } = batches;
  const rules = gatesWith({ cutover: { needs: ['ticket'] } });
  const names = ['list-1', 'list-2'];
  const handles = await Promise.all(names.map((id) => run.start(id, rules)));
  for (const handle of handles) await openGate(handle, 'cutover');
  const tranship = (verb: string, ...argv: string[]) => cli([verb, ...names, ...argv, '--by', 'ops'], environment());
  await eventually(async () => {
    const { out } = await cli(['status'], environment());
    return names.every((name) => out.includes(name));
  }, 'both listed');
  const unseen = await tranship('approve', '--gate', 'cutover');
  expect(unseen.code).toBe(1);
  expect(unseen.err).toContain('2 gates, seen as');
  const [, all = ''] = /--seen-all ([0-9a-f]{16})/.exec(unseen.err) ?? [];
  expect(all).not.toBe('');
  expect((await tranship('approve', '--seen-all', '0123456789abcdef')).err).toContain('is not what is there now');
  const wordless = await tranship('approve', '--seen-all', all);
  expect(wordless.code).toBe(1);
  expect(wordless.out).toContain('The plan asks for a ticket');
  const taken = await tranship('approve', '--seen-all', all, '--ticket', 'CHG-1');
  expect(taken).toMatchObject({ code: 0, err: '' });
  expect(taken.out).toContain('2 gates answered, 0 not.');
  for (const handle of handles) {
    const { decisions } = await seen(handle, 'the next gate', (now) => now.gate?.name === 'go');
    expect(decisions).toMatchObject([{ by: 'ops', ticket: 'CHG-1' }]);
  }
});

const lendUntil = (until: string) =>
  cli(
    ['delegate', '--batch', 'b1', '--programme', 'lent-batch', '--by', 'ops', '--to', 'dora', '--until', until],
    environment(),
  );

test('a right is lent for a batch from the command line, for its groups and its VMs', async () => {
  const order = batches.order('lent-batch', { db: ['db-1'] });
  const handle = await batches.start(order);
  const gate = await groupGate(handle, 'db');
  await eventually(async () => (await cli(['inbox'], environment())).out.includes('b1/db'), 'in the inbox');
  const lent = await lendUntil('2099-01-01T00:00Z');
  expect(lent).toMatchObject({ code: 0, err: '' });
  expect(lent.out).toContain('b1: ops lends dora every gate until 2099-01-01T00:00:00Z');
  expect(lent.out).toContain('db-1: ops lends dora every gate');
  await answerGroup(handle, gate, { ...approve, by: 'dora' });
  const member = batches.member(order, 'db-1');
  const go = await openGate(member, 'go');
  expect(go.mayOpen).toEqual(['ops', 'dora']);
  expect((await lendUntil('2001-01-01T00:00Z')).code).toBe(1);
});
