import { decideGate } from '../../client/operations.ts';
import type { OpenGate } from '../../domain/gate.ts';
import { delegate, view } from '../../workflows/messages.ts';
import { gatesWith } from '../support/gate-rules.ts';
import {
  answerTo,
  approve,
  type Handle,
  openGate,
  refusal,
  reject,
  scriptedRun,
  seen,
  tell,
} from '../support/scripted-run.ts';

const run = scriptedRun();
const { products, start } = run;

const TEAM = ['anna', 'ben', 'carl'];
const by = (gate: OpenGate, name: string) => ({ ...answerTo(gate, 'approve'), by: name });
const gateSeen = async (handle: Handle, what: string, wanted: (gate: OpenGate) => boolean): Promise<OpenGate> => {
  const { gate } = await seen(handle, what, (now) => now.gate !== null && wanted(now.gate));
  if (!gate) throw new Error('the gate closed');
  return gate;
};

test('a gate opens by the third of three people, whether an update or a signal brought their votes', async () => {
  const handle = await start('three-people', gatesWith({ cutover: { approvers: TEAM, quorum: 3 } }));
  const gate = await openGate(handle, 'cutover');
  expect(await decideGate(handle, gate, { decision: 'approve', by: 'anna' })).toMatchObject({
    tally: { have: 1, of: 3 },
  });
  // The same click again is the same update: told the same, counted once.
  expect(await decideGate(handle, gate, { decision: 'approve', by: 'anna' })).toMatchObject({
    tally: { have: 1, of: 3 },
  });
  const events = (await handle.describe()).historyLength;
  expect(await refusal(tell(handle, by(gate, 'anna')))).toContain('counts once');
  expect((await handle.describe()).historyLength).toBe(events);
  await handle.signal('decide', by(gate, 'ben'));
  const two = await gateSeen(handle, 'two votes', ({ votes }) => votes?.length === 2);
  expect(two).toMatchObject({ openedAt: gate.openedAt, mayOpen: ['carl'] });
  await handle.signal('decide', by(gate, 'ben'));
  await tell(handle, by(gate, 'carl'));
  const { decisions, refused } = await seen(handle, 'the next gate', (now) => now.gate?.name === 'go');
  expect(decisions.map((each) => [each.by, each.channel, each.tally?.have])).toEqual([
    ['anna', 'update', 1],
    ['ben', 'signal', 2],
    ['carl', 'update', 3],
  ]);
  expect(refused).toMatchObject([{ what: 'approve cutover by ben', why: expect.stringContaining('counts once') }]);
});

test('votes that come at once are each counted, and the one too many is told so', async () => {
  const handle = await start('votes-at-once', gatesWith({ cutover: { approvers: TEAM, quorum: 2 } }));
  const gate = await openGate(handle, 'cutover');
  await run.atOnce(async () => {
    for (const name of ['anna', 'anna', 'ben', 'carl']) await handle.signal('decide', by(gate, name));
  });
  const { decisions, refused } = await seen(handle, 'the next gate', (now) => now.gate?.name === 'go');
  expect(decisions.map((each) => each.by)).toEqual(['anna', 'ben']);
  expect(refused.map(({ what }) => what)).toEqual(['approve cutover by anna', 'approve cutover by carl']);
});

test('one rejection voids the votes before it', async () => {
  const handle = await start('voted-and-refused', gatesWith({ cutover: { approvers: [...TEAM, 'ops'], quorum: 2 } }));
  const gate = await openGate(handle, 'cutover');
  await tell(handle, by(gate, 'anna'));
  await reject(handle, 'cutover');
  const again = await gateSeen(handle, 'the gate again', ({ openedAt }) => openedAt !== gate.openedAt);
  expect(again.votes).toEqual([]);
  await tell(handle, by(again, 'anna'));
  await tell(handle, by(again, 'ben'));
  await openGate(handle, 'go');
});

test('a gate reminds, then escalates to others, and opens anew with what is there then', async () => {
  const rules = { remindMs: 200, escalateMs: 400, escalateTo: ['chief'], expireMs: 4_000 };
  const handle = await start('in-time', gatesWith({ cutover: rules }));
  const gate = await openGate(handle, 'cutover');
  const described = () => products.calls.filter((call) => call.startsWith('ahv describe')).length;
  const before = described();
  expect(await refusal(tell(handle, by(gate, 'chief')))).toContain('chief may not open cutover');
  expect((await seen(handle, 'reminded', (now) => now.gate?.remindedAt !== undefined)).waitingFor).toContain(
    'reminded',
  );
  const escalated = await gateSeen(handle, 'escalated', ({ escalatedAt }) => escalatedAt !== undefined);
  expect(escalated).toMatchObject({ openedAt: gate.openedAt, mayOpen: ['ops', 'chief'] });
  const again = await gateSeen(handle, 'opened anew', ({ openedAt }) => openedAt !== gate.openedAt);
  expect(again.escalatedAt).toBeUndefined();
  expect(await refusal(tell(handle, { ...by(gate, 'ops'), openedAt: gate.openedAt }))).toContain('opened anew');
  expect(described()).toBe(before + 1);
  const chief = await gateSeen(handle, 'escalated again', ({ escalatedAt }) => escalatedAt !== undefined);
  await tell(handle, by(chief, 'chief'));
  const { refused, decisions } = await seen(handle, 'the next gate', (now) => now.gate?.name === 'go');
  expect(decisions.map((each) => each.by)).toEqual(['chief']);
  expect(refused[0]).toMatchObject({
    what: 'cutover, hop 1',
    why: 'Nobody decided before it expired; it opened again.',
  });
});

test('a gate within a step that expires is asked again, and the step goes on with its answer', async () => {
  const handle = await start('loss-expires', gatesWith({ rollBack: { expireMs: 300 } }));
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  await handle.signal('command', { verb: 'rollBack', by: 'anna' });
  const gate = await openGate(handle, 'rollBack');
  const again = await gateSeen(
    handle,
    'opened anew',
    (now) => now.name === 'rollBack' && now.openedAt !== gate.openedAt,
  );
  expect(again.fingerprint).toBe(gate.fingerprint);
  await handle.signal('decide', { ...answerTo(again, 'reject') });
  await seen(handle, 'still on staging', (now) => now.gate?.name === 'go');
});

test('an approval that was not used before it expired is void, and the gate opens again before the window does', async () => {
  const at = Date.now();
  const night = { opensAt: at + 3_600_000, closesAt: at + 7_200_000, abortAt: at + 7_000_000 };
  const window = { ...night, zone: 'UTC', text: 'tonight', utcText: 'tonight' };
  const { scriptedOrder } = await import('../support/order.ts');
  const hops = scriptedOrder().hops.map((hop) => ({ ...hop, window }));
  const handle = await start('not-used', { hops, ...gatesWith({ cutover: { expireMs: 1_500 } }) });
  const gate = await openGate(handle, 'cutover');
  await tell(handle, answerTo(gate, 'approve'));
  await seen(handle, 'waits for the window', ({ waitingFor }) => waitingFor === 'the window tonight');
  const again = await gateSeen(handle, 'opened anew', ({ openedAt }) => openedAt !== gate.openedAt);
  expect(again.fingerprint).toBe(gate.fingerprint);
  expect((await handle.query(view)).refused[0]).toMatchObject({
    what: 'approval of cutover, hop 1',
    why: 'It was not used before it expired; the gate opened again.',
  });
  expect(products.calls).not.toContain('ahv shutDown');
});

test('what the plan opens by itself waits for nobody, and what cannot be undone does all the same', async () => {
  const handle = await start('by-itself', gatesWith({ go: { automatic: true }, signOff: { automatic: true } }));
  await approve(handle, 'cutover');
  const { decisions, gate } = await seen(handle, 'the cut-over of hop 2', (now) => now.gate?.hop === 2);
  expect(decisions.at(-1)).toMatchObject({ gate: 'go', by: 'the plan', channel: 'plan', decision: 'approve' });
  await tell(handle, answerTo(gate as OpenGate, 'approve'));
  await openGate(handle, 'signOff');
});

test('an approval brings the words that the plan asks for, and nobody approves what they asked for', async () => {
  const rules = { cutover: { approvers: TEAM, needs: ['comment', 'ticket'] as const, notRequester: true } };
  const handle = await start('in-words', { ...gatesWith(rules), requestedBy: 'anna' });
  const gate = await openGate(handle, 'cutover');
  const said = { comment: 'owner agrees', ticket: 'CHG-1' };
  expect(await refusal(tell(handle, { ...by(gate, 'anna'), ...said }))).toContain('anna asked for it');
  expect(await refusal(tell(handle, { ...by(gate, 'ben'), comment: 'owner agrees' }))).toContain('asks for a ticket');
  await tell(handle, { ...by(gate, 'ben'), ...said });
  const { decisions } = await seen(handle, 'the next gate', (now) => now.gate?.name === 'go');
  expect(decisions).toMatchObject([{ by: 'ben', ...said }]);
});

test('who asks for a rollback does not accept its loss where the plan says so', async () => {
  const rules = { rollBack: { approvers: TEAM, notRequester: true } };
  const handle = await start('own-loss', { ...gatesWith(rules), requestedBy: 'ben' });
  await approve(handle, 'cutover');
  await openGate(handle, 'go');
  await handle.signal('command', { verb: 'rollBack', by: 'anna' });
  const gate = await openGate(handle, 'rollBack');
  expect(await refusal(tell(handle, by(gate, 'anna')))).toContain('anna asked for it');
  await tell(handle, by(gate, 'ben'));
  await openGate(handle, 'discardStaged');
});

test('a right is lent by update and by signal, counts once, and ends with its time', async () => {
  const handle = await start('lent', gatesWith({ cutover: { approvers: ['anna', 'ben'], quorum: 2 } }));
  const gate = await openGate(handle, 'cutover');
  const until = Date.now() + 3_600_000;
  await handle.executeUpdate(delegate, { args: [{ from: 'anna', to: 'dora', until, by: 'anna' }] });
  await handle.signal('delegate', { from: 'ben', to: 'eve', until: 'soon', by: 'ben' });
  await handle.signal('delegate', null);
  await tell(handle, by(gate, 'dora'));
  expect(await refusal(tell(handle, by(gate, 'anna')))).toContain('anna, whose approval counts already');
  expect(await refusal(tell(handle, by(gate, 'eve')))).toContain('eve may not open cutover');
  const { loans, refused, gate: open } = await handle.query(view);
  expect(loans).toMatchObject([{ from: 'anna', to: 'dora', until }]);
  expect(open).toMatchObject({ votes: [{ by: 'dora', right: 'anna' }], mayOpen: ['ben'] });
  expect(refused.map(({ what }) => what)).toEqual(['lending by ben', 'lending by nothing']);
  await tell(handle, by(open as OpenGate, 'ben'));
  await openGate(handle, 'go');
});

test('a vote on its own ends nothing and holds up nothing', async () => {
  const handle = await start('only-a-vote', gatesWith({ cutover: { approvers: TEAM, quorum: 2 } }));
  const gate = await openGate(handle, 'cutover');
  await tell(handle, by(gate, 'anna'));
  await handle.signal('command', { verb: 'pause', by: 'ops' });
  await seen(
    handle,
    'paused at its gate',
    (now) => now.flags.includes('Paused') && now.gate?.openedAt === gate.openedAt,
  );
  await handle.signal('command', { verb: 'resume', by: 'ops' });
  await handle.cancel();
  await seen(handle, 'taken out', ({ phase }) => phase === 'Ejected');
  expect((await handle.result()).decisions).toMatchObject([{ by: 'anna', tally: { have: 1, of: 2 } }]);
  expect(products.calls).not.toContain('ahv shutDown');
});
