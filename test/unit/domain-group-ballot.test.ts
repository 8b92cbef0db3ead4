import fc from 'fast-check';
import { turnsOf } from '../../client/batches.ts';
import { type BatchState, type GroupDecision, type MemberGate, newBatch, started } from '../../domain/batch.ts';
import { hear } from '../../domain/batch-reports.ts';
import type { GatePolicy } from '../../domain/gate-policy.ts';
import { letThroughBy, refuseGroupDecision, takeGroupDecision } from '../../domain/group-decision.ts';
import { groupGates, WHOLE } from '../../domain/group-gate.ts';
import { nextMoment, post } from '../../domain/group-post.ts';
import { scriptedOrder } from '../support/order.ts';

const VMS = { 'db-1': 'db', 'db-2': 'db', 'web-1': 'web' };
const NAMES = Object.keys(VMS);

const batchOf = (change: Partial<GatePolicy>, requestedBy?: string): BatchState => {
  const members = Object.entries(VMS).map(([name, group]) => {
    const plain = scriptedOrder({ name, group, source: { id: name, name }, ...(requestedBy ? { requestedBy } : {}) });
    const cutover: GatePolicy = { approvers: ['anna', 'ben', 'carl'], irreversible: true, scope: 'group', ...change };
    return { id: name, order: { ...plain, gates: { ...plain.gates, cutover } } };
  });
  const state = newBatch({ programme: 'p', name: 'b', groups: ['db', 'web'], members, reconcileMs: 1_000 });
  return NAMES.reduce(started, state);
};

const gate = (openedAt: number): MemberGate => ({ name: 'cutover', hop: 1, round: 0, fingerprint: 'f', openedAt });
const atGate = (state: BatchState, openedAt = 1, vms: readonly string[] = NAMES): BatchState =>
  vms.reduce((next, member) => hear(next, { member, told: 'atGate', gate: gate(openedAt) }), state);

const gateOf = (state: BatchState, group: string) => groupGates(state).find((each) => each.group === group);

const on = (state: BatchState, group: string, by: string, change: Partial<GroupDecision> = {}): GroupDecision => ({
  ...{ group, hop: 1, fingerprint: gateOf(state, group)?.fingerprint ?? '', decision: 'approve', by },
  ...change,
});

const approved = (state: BatchState, group: string, by: string, now = 10): BatchState => {
  const asked = on(state, group, by);
  expect(refuseGroupDecision(state, asked, now)).toBeNull();
  return takeGroupDecision(state, asked, now, 'update').state;
};

const letters = (state: BatchState, now = 10) =>
  post(state, now).letters.map(({ to, decided }) => [to, decided.decision]);

test('a group of which too few have approved waits, and shows how many have', () => {
  const one = approved(atGate(batchOf({ quorum: 2 })), 'db', 'anna');
  expect(letters(one)).toEqual([]);
  expect(gateOf(one, 'db')).toMatchObject({ quorum: 2, votes: [{ by: 'anna' }] });
  expect(one.decisions).toMatchObject([{ by: 'anna', tally: { have: 1, of: 2 }, members: [] }]);
  expect(refuseGroupDecision(one, on(one, 'db', 'anna'), 10)).toContain('counts once');
  expect(letters(approved(one, 'db', 'ben'))).toEqual([
    ['db-1', 'approve'],
    ['db-2', 'approve'],
  ]);
});

test('votes on a group that looks otherwise by now are gone', () => {
  const one = approved(atGate(batchOf({ quorum: 2 })), 'db', 'anna');
  const again = atGate(one, 20, ['db-2']);
  expect(gateOf(again, 'db')?.votes).toEqual([]);
  expect(letters(approved(again, 'db', 'ben', 30), 30)).toEqual([]);
});

test('a refusal voids the votes before it', () => {
  const one = approved(atGate(batchOf({ quorum: 2 })), 'db', 'anna');
  const refused = takeGroupDecision(one, on(one, 'db', 'eve', { decision: 'reject' }), 11, 'signal').state;
  expect(letters(refused)).toEqual([
    ['db-1', 'reject'],
    ['db-2', 'reject'],
  ]);
  const again = atGate(post(refused, 11).state, 20, ['db-1', 'db-2']);
  expect(gateOf(again, 'db')?.votes).toEqual([]);
});

test('who asked for the batch does not let its groups through where the plan says so', () => {
  const state = atGate(batchOf({ notRequester: true }, 'anna'));
  expect(refuseGroupDecision(state, on(state, 'db', 'anna'), 10)).toContain('anna asked for it');
  expect(refuseGroupDecision(state, on(state, 'db', 'ben'), 10)).toBeNull();
});

test('a group that nobody decided on in time is told to look again, all of it, and no approval counts then', () => {
  const state = atGate(batchOf({ expireMs: 50 }));
  expect(nextMoment(state, 10)).toBe(51);
  expect(letters(state, 50)).toEqual([]);
  expect(refuseGroupDecision(state, on(state, 'db', 'anna'), 51)).toContain('has expired');
  const { state: next, letters: sent } = post(state, 51);
  expect(sent.map(({ to, decided }) => [to, decided.expired, decided.channel])).toEqual(
    NAMES.map((name) => [name, true, 'plan']),
  );
  expect(groupGates(next)).toEqual([]);
  expect(letters(atGate(next, 60), 70)).toEqual([]);
});

test('an approval that waits for its turn beyond its expiry is void, and its group is told to look again', () => {
  const held = approved(atGate(batchOf({ expireMs: 50 })), 'web', 'anna');
  expect(nextMoment(held, 10)).toBe(51);
  const { state, letters: sent } = post(held, 51);
  expect(sent.map(({ to, decided }) => [to, decided.decision])).toContainEqual(['web-1', 'reject']);
  expect(state.refused[0]?.why).toContain('did not come before it expired');
  expect(state.cleared).toEqual([]);
});

test('where anybody may approve, a group is escalated once too, and the batch comes to rest', () => {
  const open = batchOf({ approvers: [], escalateMs: 20, escalateTo: ['chief'] });
  const escalated = post(atGate(open), 21).state;
  expect(gateOf(escalated, 'db')).toMatchObject({ escalatedAt: 21, approvers: [] });
  expect(nextMoment(escalated, 22)).toBeNull();
  expect(post(escalated, 22).state.polls).toBe(escalated.polls);
});

test('a group is reminded of and escalated once, and then the others may open it', () => {
  const timed = { remindMs: 10, escalateMs: 20, escalateTo: ['chief'] };
  const state = post(atGate(batchOf(timed)), 11).state;
  expect(gateOf(state, 'db')).toMatchObject({ remindedAt: 11 });
  expect(post(state, 12).state.polls).toBe(state.polls);
  expect(refuseGroupDecision(state, on(state, 'db', 'chief'), 12)).toContain('chief may not');
  const escalated = post(state, 21).state;
  expect(refuseGroupDecision(escalated, on(escalated, 'db', 'chief'), 22)).toBeNull();
  expect(nextMoment(escalated, 22)).toBeNull();
});

test('a whole batch is decided on by one decision, and its groups go in their order all the same', () => {
  const state = atGate(batchOf({ scope: 'batch' }));
  expect(groupGates(state)).toMatchObject([
    { group: WHOLE, waiting: NAMES.map((id) => ({ id })), missing: [], after: [] },
  ]);
  expect(refuseGroupDecision(state, on(state, 'db', 'anna'), 10)).toContain('All of b is decided on together');
  const through = approved(state, WHOLE, 'anna');
  const sent = post(through, 10);
  expect(sent.letters.map(({ to, decided }) => [to, decided.group])).toEqual([
    ['db-1', 'db'],
    ['db-2', 'db'],
  ]);
  const landed = ['db-1', 'db-2'].reduce((next, member) => hear(next, { member, told: 'landed', hop: 1 }), sent.state);
  expect(post(landed, 20).letters.map(({ to, decided }) => [to, decided.group])).toEqual([['web-1', 'web']]);
});

test('a whole batch of which one has not come is not decided on', () => {
  const state = atGate(batchOf({ scope: 'batch' }), 1, ['db-1', 'web-1']);
  expect(refuseGroupDecision(state, on(state, WHOLE, 'anna'), 10)).toContain('db-2 not at the gate yet');
});

test('what of a whole batch waits for its turn is listed as one, and taken back as one', () => {
  const through = post(approved(atGate(batchOf({ scope: 'batch' })), WHOLE, 'anna'), 10).state;
  const [turn, ...others] = turnsOf(through);
  expect(others).toEqual([]);
  expect(turn).toMatchObject({ group: WHOLE, members: [{ id: 'web-1' }] });
  const back = on(through, WHOLE, 'eve', { decision: 'reject', hop: turn?.hop ?? 0 });
  expect(refuseGroupDecision(through, back, 20)).toBeNull();
  expect(letters(takeGroupDecision(through, back, 20, 'update').state, 20)).toEqual([['web-1', 'reject']]);
});

test('a batch vouches only for what it let through and has sent', () => {
  const seen = { hop: 1, fingerprint: 'f', openedAt: 1 };
  const state = atGate(batchOf({ quorum: 2 }));
  expect(letThroughBy(approved(state, 'db', 'anna'), 'db-1', seen)).toBeNull();
  const both = approved(approved(approved(approved(state, 'db', 'anna'), 'db', 'ben'), 'web', 'anna'), 'web', 'ben');
  const sent = post(both, 10).state;
  expect(letThroughBy(sent, 'db-1', seen)).toBe('ben');
  expect(letThroughBy(sent, 'db-1', { ...seen, openedAt: 2 })).toBeNull();
  expect(letThroughBy(sent, 'web-1', seen)).toBeNull();
});

test('what lapsed before its turn is not vouched for, whatever is reported of its members', () => {
  const seen = { hop: 1, fingerprint: 'f', openedAt: 1 };
  const state = atGate(batchOf({}));
  const waits = post(approved(state, 'web', 'anna'), 10).state;
  const taken = { ...waits, cleared: [] };
  const forged = hear(taken, { member: 'web-1', told: 'landed', hop: 1 });
  expect(forged.members.find(({ id }) => id === 'web-1')).toMatchObject({ gate: null, through: 1 });
  expect(letThroughBy(forged, 'web-1', seen)).toBeNull();
});

test('who added a VM under way, or planned it anew, asked for the group it is of, and only for that', () => {
  const state = batchOf({ notRequester: true }, 'carl');
  const order = {
    ...scriptedOrder({ name: 'db-2', group: 'db', source: { id: 'db-2', name: 'db-2' } }),
    requestedBy: 'anna',
  };
  const asked = atGate({ ...state, orders: [{ id: 'db-2', order }] });
  expect(refuseGroupDecision(asked, on(asked, 'db', 'anna'), 10)).toContain('anna asked for it');
  expect(refuseGroupDecision(asked, on(asked, 'db', 'carl'), 10)).toContain('carl asked for it');
  expect(refuseGroupDecision(asked, on(asked, 'db', 'ben'), 10)).toBeNull();
  expect(refuseGroupDecision(asked, on(asked, 'web', 'anna'), 10)).toBeNull();
  const lent = { ...asked, loans: [{ from: 'anna', to: 'dora', by: 'anna', at: 0, until: 100 }] };
  expect(refuseGroupDecision(lent, on(lent, 'db', 'dora'), 10)).toContain('who asked for it');
});

/** What people, members and time do, in any order. */
const act = fc.oneof(
  fc.record({
    kind: fc.constant('approve' as const),
    by: fc.constantFrom('anna', 'ben', 'carl', 'eve'),
    stale: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('reject' as const), by: fc.constantFrom('anna', 'eve') }),
  fc.record({ kind: fc.constant('come' as const), vm: fc.constantFrom('db-1', 'db-2') }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 }) }),
);

test('a group goes through only when enough different approvers approved the very opening that stands, before it expired', () => {
  fc.assert(
    fc.property(
      fc.array(act, { maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      fc.boolean(),
      (acts, quorum, expires) => {
        let now = 1;
        let state = atGate(batchOf({ quorum, ...(expires ? { expireMs: 60 } : {}) }), 1, ['db-1', 'db-2']);
        /** Who approved the opening that stands; told apart by what the gate shows. */
        let people = new Set<string>();
        let opening = '';
        const look = (): void => {
          const open = gateOf(state, 'db');
          const seen = open ? `${open.openedAt} ${open.missing.length}` : 'none';
          if (seen !== opening) people = new Set();
          opening = seen;
        };
        for (const one of acts) {
          now += 1;
          look();
          const open = gateOf(state, 'db');
          if (one.kind === 'wait') now += one.ms;
          else if (one.kind === 'come') state = hear(state, { member: one.vm, told: 'atGate', gate: gate(now) });
          else {
            const asked = on(state, 'db', one.by, {
              decision: one.kind,
              ...(one.kind === 'approve' && one.stale ? { fingerprint: 'stale' } : {}),
            });
            if (refuseGroupDecision(state, asked, now) === null) {
              const mayCount = one.kind === 'approve' && one.by !== 'eve' && !one.stale;
              expect(one.kind === 'reject' || (mayCount && !people.has(one.by))).toBe(true);
              if (expires && one.kind === 'approve') expect(now).toBeLessThan((open?.openedAt ?? 0) + 60);
              if (one.kind === 'approve') people.add(one.by);
              state = takeGroupDecision(state, asked, now, 'update').state;
            }
          }
          const posted = post(state, now);
          state = posted.state;
          const through = posted.letters.filter(({ decided }) => decided.decision === 'approve');
          if (through.length > 0) expect(people.size).toBe(quorum);
          else if (people.size >= quorum) expect(gateOf(state, 'db')).toBeUndefined();
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
