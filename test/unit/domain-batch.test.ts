import {
  type BatchState,
  isBatchOver,
  lost,
  type MemberGate,
  newBatch,
  notStarted,
  started,
  toStart,
} from '../../domain/batch.ts';
import { hear, reconcile, takenUp } from '../../domain/batch-reports.ts';
import { describeBatch } from '../../domain/batch-text.ts';
import { refuseGroupDecision, takeGroupDecision } from '../../domain/group-decision.ts';
import { groupGates } from '../../domain/group-gate.ts';
import { nextMoment, post } from '../../domain/group-post.ts';
import { refuseGroupRollBack, turnGroup } from '../../domain/group-turn.ts';
import type { Window } from '../../domain/window.ts';
import { scriptedOrder } from '../support/order.ts';

const window: Window = { opensAt: 100, closesAt: 300, abortAt: 200, zone: 'UTC', text: 'tonight', utcText: 'tonight' };

/** `db` with two VMs before `web` with one, all running. */
const batchOf = (windowOfHop1: Window | null = null): BatchState => {
  const vms = { 'db-1': 'db', 'db-2': 'db', 'web-1': 'web' };
  const members = Object.entries(vms).map(([name, group]) => {
    const order = scriptedOrder({ name, group, source: { id: name, name } });
    const [first, ...rest] = order.hops;
    return { id: name, order: first ? { ...order, hops: [{ ...first, window: windowOfHop1 }, ...rest] } : order };
  });
  const state = newBatch({ programme: 'p', name: 'b', groups: ['db', 'web'], members, reconcileMs: 1_000 });
  return Object.keys(vms).reduce(started, state);
};

const gate = (hop = 1, openedAt = 1): MemberGate => ({ name: 'cutover', hop, round: 0, fingerprint: 'f', openedAt });

const atGate = (state: BatchState, vms: readonly string[], hop = 1): BatchState =>
  vms.reduce((next, member) => hear(next, { member, told: 'atGate', gate: gate(hop) }), state);

const landed = (state: BatchState, vms: readonly string[], hop = 1): BatchState =>
  vms.reduce((next, member) => hear(next, { member, told: 'landed', hop }), state);

const decisionOn = (state: BatchState, group: string, decision: 'approve' | 'reject' = 'approve') => {
  const open = groupGates(state).find((each) => each.group === group);
  return { group, hop: open?.hop ?? 1, fingerprint: open?.fingerprint ?? '', decision, by: 'ops' };
};

const approved = (state: BatchState, group: string): BatchState =>
  takeGroupDecision(state, decisionOn(state, group), 10, 'update').state;

const lettersOf = (state: BatchState, now = 10): readonly string[] => post(state, now).letters.map(({ to }) => to);

test('a group is decided on when all its VMs have come', () => {
  const half = atGate(batchOf(), ['db-1']);
  expect(groupGates(half)[0]?.missing.map(({ name }) => name)).toEqual(['db-2']);
  expect(refuseGroupDecision(half, decisionOn(half, 'db'), 10)).toContain('db-2 not at the gate yet');
  const all = atGate(half, ['db-2']);
  expect(refuseGroupDecision(all, decisionOn(all, 'db'), 10)).toBeNull();
});

test('who has ended or was never started keeps nobody waiting', () => {
  const ejected = hear(atGate(batchOf(), ['db-1']), { member: 'db-2', told: 'ended', phase: 'Ejected' });
  expect(groupGates(ejected)[0]?.missing).toEqual([]);
  expect(groupGates(notStarted(atGate(batchOf(), ['db-1']), 'db-2', 'moved'))[0]?.missing).toEqual([]);
});

test('an approval goes out when the groups before have landed', () => {
  const both = approved(approved(atGate(batchOf(), ['db-1', 'db-2', 'web-1']), 'web'), 'db');
  const first = post(both, 10);
  expect(first.letters.map(({ to }) => to)).toEqual(['db-1', 'db-2']);
  expect(lettersOf(first.state)).toEqual([]);
  expect(lettersOf(landed(first.state, ['db-1']))).toEqual([]);
  expect(lettersOf(landed(first.state, ['db-1', 'db-2']))).toEqual(['web-1']);
});

test('a refusal goes out at once, whoever is before', () => {
  const all = atGate(batchOf(), ['db-1', 'db-2', 'web-1']);
  const rejected = takeGroupDecision(all, decisionOn(all, 'web', 'reject'), 10, 'update').state;
  expect(lettersOf(rejected)).toEqual(['web-1']);
});

test('a VM that comes to its gate again after it was let through is decided on again, alone', () => {
  const through = post(approved(atGate(batchOf(), ['db-1', 'db-2']), 'db'), 10).state;
  const again = hear(through, { member: 'db-1', told: 'atGate', gate: gate(1, 50) });
  expect(groupGates(again)).toMatchObject([{ group: 'db', waiting: [{ id: 'db-1' }], missing: [] }]);
});

test('one that went back holds the groups behind it', () => {
  const down = landed(post(approved(atGate(batchOf(), ['db-1', 'db-2', 'web-1']), 'db'), 10).state, ['db-1', 'db-2']);
  const back = hear(down, { member: 'db-1', told: 'wentBack', hop: 1 });
  expect(
    groupGates(back)
      .find(({ group }) => group === 'web')
      ?.after.map(({ name }) => name),
  ).toEqual(['db-1']);
});

test('an approval whose turn comes after the latest abort lapses and is told', () => {
  const waiting = approved(atGate(batchOf(window), ['db-1', 'db-2', 'web-1']), 'web');
  expect(nextMoment(waiting, 10)).toBe(200);
  const { state, letters } = post(landed(waiting, ['db-1', 'db-2']), 200);
  expect(letters).toEqual([]);
  expect(state.refused[0]?.why).toContain('latest abort');
  expect(groupGates(state).map(({ group }) => group)).toContain('web');
});

test('past the latest abort nobody is let through', () => {
  const all = atGate(batchOf(window), ['db-1', 'db-2']);
  expect(refuseGroupDecision(all, decisionOn(all, 'db'), 200)).toContain('past its latest abort');
  expect(refuseGroupDecision(all, decisionOn(all, 'db'), 199)).toBeNull();
});

test('a stopped batch sends no approval and takes none', () => {
  const cleared = approved(atGate(batchOf(), ['db-1', 'db-2', 'web-1']), 'db');
  const stopped: BatchState = { ...cleared, stopped: { by: 'ops', at: 1, why: 'array degraded' } };
  expect(lettersOf(stopped)).toEqual([]);
  expect(refuseGroupDecision(stopped, decisionOn(stopped, 'web'), 10)).toContain('array degraded');
});

test.each([
  ['nonsense', { hello: 1 }, 'A decision is'],
  ['an unknown group', { group: 'app', hop: 1, fingerprint: 'x', decision: 'approve', by: 'ops' }, 'has no group app'],
  ['another hop', { group: 'db', hop: 2, fingerprint: 'x', decision: 'approve', by: 'ops' }, 'waits for hop 1'],
  ['a stale fingerprint', { group: 'db', hop: 1, fingerprint: 'x', decision: 'approve', by: 'ops' }, 'Look again'],
])('%s is refused', (_what, asked, why) => {
  const all = atGate(batchOf(), ['db-1', 'db-2']);
  expect(refuseGroupDecision(all, asked as Parameters<typeof refuseGroupDecision>[1], 10)).toContain(why);
});

test('someone who is no approver is refused', () => {
  const all = atGate(batchOf(), ['db-1', 'db-2']);
  expect(refuseGroupDecision(all, { ...decisionOn(all, 'db'), by: 'eve' }, 10)).toContain('eve may not');
});

test('a group that turns round takes its approval back and leaves the others theirs', () => {
  const both = approved(approved(atGate(batchOf(), ['db-1', 'db-2', 'web-1']), 'web'), 'db');
  const { state, members } = turnGroup(both, 'db');
  expect(members).toEqual(['db-1', 'db-2']);
  expect(state.cleared.map(({ group }) => group)).toEqual(['web']);
  expect(refuseGroupRollBack(both, { group: 'app', by: 'ops' })).toContain('has no group app');
});

test('a migration that is gone is lost until it runs again, and an end that nobody told is found', () => {
  const gone = reconcile(batchOf(), [
    { id: 'db-1', run: 'gone', phase: null },
    { id: 'db-2', run: 'completed', phase: 'Decommissioned' },
  ]);
  expect(gone.members.map(({ status }) => status)).toEqual(['lost', 'ended', 'running']);
  expect(isBatchOver(gone)).toBe(false);
  const again = reconcile(gone, [{ id: 'db-1', run: 'running', phase: 'Seeding' }]);
  expect(again.members[0]).toMatchObject({ status: 'running', note: null });
});

test('its details in the Temporal UI carry the JSON that answers a group', () => {
  const all = atGate(batchOf(), ['db-1', 'db-2']);
  const text = describeBatch({ ...all, gates: groupGates(all) });
  expect(text).toContain('"group":"db","hop":1');
  expect(text).toContain(decisionOn(all, 'db').fingerprint);
});

test.each([
  ['a gate that is none', { told: 'atGate' }],
  ['a gate without a hop', { told: 'atGate', gate: { ...gate(), hop: 'first' } }],
  ['a landing without a hop', { told: 'landed' }],
  ['a way back without a hop', { told: 'wentBack', hop: null }],
])('%s tells nothing', (_what, report) => {
  const all = atGate(batchOf(), ['db-1', 'db-2', 'web-1']);
  expect(hear(all, { member: 'db-1', ...report } as Parameters<typeof hear>[1])).toEqual(all);
});

test('a report that comes once more changes nothing', () => {
  const through = post(approved(atGate(batchOf(), ['db-1', 'db-2']), 'db'), 10).state;
  expect(atGate(through, ['db-1'])).toEqual(through);
  const next = atGate(landed(through, ['db-1']), ['db-1'], 2);
  expect(landed(next, ['db-1'])).toEqual(next);
});

test('a decision that no text can be made of is refused in words', () => {
  const all = atGate(batchOf(), ['db-1', 'db-2']);
  const odd = { toString: 1 } as unknown as string;
  expect(refuseGroupDecision(all, { ...decisionOn(all, 'db'), group: odd }, 10)).toContain('A decision is');
  expect(refuseGroupDecision(all, { ...decisionOn(all, 'db'), fingerprint: odd }, 10)).toContain('Look again');
  expect(refuseGroupDecision(all, { ...decisionOn(all, 'db'), hop: odd as unknown as number }, 10)).toContain('hop 1');
});

test('an approval that waits for its turn is taken back by a refusal', () => {
  const held = approved(atGate(batchOf(), ['db-1', 'db-2', 'web-1']), 'web');
  const refusal = { ...decisionOn(held, 'web'), hop: 1, decision: 'reject' as const };
  expect(refuseGroupDecision(held, refusal, 20)).toBeNull();
  const back = takeGroupDecision(held, refusal, 20, 'update').state;
  expect(post(back, 20).letters).toMatchObject([{ to: 'web-1', decided: { decision: 'reject' } }]);
  expect(lettersOf(landed(post(back, 20).state, ['db-1', 'db-2']))).toEqual([]);
});

test('an approval for a whole group lapses when one of its VMs comes to the gate again before its turn', () => {
  const both = approved(approved(atGate(batchOf(), ['db-1', 'db-2', 'web-1']), 'web'), 'db');
  const again = hear(both, { member: 'db-1', told: 'atGate', gate: gate(1, 50) });
  const { state, letters } = post(again, 60);
  expect(letters).toEqual([]);
  expect(state.refused[0]?.why).toContain('db-1 came to the gate again');
  expect(groupGates(state)).toMatchObject([{ group: 'db', missing: [], waiting: [{ id: 'db-1' }, { id: 'db-2' }] }]);
});

test('where nobody can be trusted to be who they say, a group is not approved', () => {
  const all = { ...atGate(batchOf(), ['db-1', 'db-2']), trustNamespace: false };
  expect(refuseGroupDecision(all, decisionOn(all, 'db'), 10)).toContain('trustNamespace');
  expect(refuseGroupDecision(all, decisionOn(all, 'db', 'reject'), 10)).toBeNull();
});

test('a VM with fewer hops keeps nobody waiting in the hops it has not', () => {
  const all = atGate(landed(batchOf(), ['db-1', 'db-2', 'web-1']), ['db-1', 'web-1'], 2);
  const short = { ...all, members: all.members.map((each) => (each.id === 'db-2' ? { ...each, hops: 1 } : each)) };
  expect(groupGates(short)[0]?.missing).toEqual([]);
  expect(groupGates(landed(short, ['db-1'], 2)).find(({ group }) => group === 'web')?.after).toEqual([]);
  expect(groupGates(all)[0]?.missing.map(({ name }) => name)).toEqual(['db-2']);
});

test('how an earlier life ended is no end of one that has not begun', () => {
  const planned = { ...batchOf(), members: batchOf().members.map((each) => ({ ...each, status: 'planned' as const })) };
  expect(reconcile(planned, [{ id: 'db-1', run: 'completed', phase: 'RolledBack' }])).toEqual(planned);
});

test('a letter that comes too late does not lose one that has ended', () => {
  const over = hear(batchOf(), { member: 'db-1', told: 'ended', phase: 'RolledBack' });
  expect(lost(over, 'db-1', 'took no decision')).toEqual(over);
});

test('one that runs already is taken up at its gate, or past it', () => {
  const told = { member: 'db-1', told: 'atGate' as const, gate: gate(2, 5) };
  const at = (openedAt: number | null) => takenUp(batchOf(), 'db-1', { batch: 'b', told, openedAt }).members[0];
  expect(at(5)).toMatchObject({ gate: { openedAt: 5 }, through: 1, landed: 1 });
  expect(at(null)).toMatchObject({ gate: null, through: 2, landed: 1 });
});

test('a group asks for room only when the groups before it have theirs', () => {
  const members = ['db-1', 'web-1'].map((name) => ({
    id: name,
    order: scriptedOrder({ name, group: name.split('-')[0] ?? '', source: { id: name, name } }),
  }));
  const fresh = newBatch({ programme: 'p', name: 'b', groups: ['db', 'web'], members, reconcileMs: 1_000 });
  const idsOf = (state: BatchState): readonly string[] => toStart(state).map(({ id }) => id);
  expect(idsOf(fresh)).toEqual(['db-1']);
  const running = started(fresh, 'db-1');
  expect(idsOf(running)).toEqual([]);
  expect(idsOf(hear(running, { member: 'db-1', told: 'hasRoom' }))).toEqual(['web-1']);
  expect(idsOf(hear(running, { member: 'db-1', told: 'ended', phase: 'Ejected' }))).toEqual(['web-1']);
});

test('one of a group that was turned round before it began does not begin', () => {
  const members = ['db-1', 'db-2'].map((name) => ({
    id: name,
    order: scriptedOrder({ name, group: 'db', source: { id: name, name } }),
  }));
  const fresh = newBatch({ programme: 'p', name: 'b', groups: ['db'], members, reconcileMs: 1_000 });
  const { state } = turnGroup(started(fresh, 'db-1'), 'db');
  expect(toStart(state)).toEqual([]);
  expect(state.members[1]).toMatchObject({ status: 'refused', note: expect.stringContaining('turned round') });
});
