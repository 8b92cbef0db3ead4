import fc from 'fast-check';
import { applyEdits } from '../../domain/apply-edits.ts';
import {
  type BatchMember,
  type BatchOrder,
  type BatchState,
  ended,
  isOver,
  type MemberGate,
  newBatch,
  started,
} from '../../domain/batch.ts';
import { type BatchEdit, type BatchEditing, editionOf, editText, memberOf, ordersOf } from '../../domain/batch-edit.ts';
import { hear } from '../../domain/batch-reports.ts';
import { takeGroupDecision } from '../../domain/group-decision.ts';
import { groupGates } from '../../domain/group-gate.ts';
import { post } from '../../domain/group-post.ts';
import { judgeEdits, refuseEditing } from '../../domain/judge-edits.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import type { Window } from '../../domain/window.ts';
import { scriptedOrder } from '../support/order.ts';

const memberIn = (name: string, group: string, change: Partial<JourneyOrder> = {}): BatchMember => {
  const plain = scriptedOrder({ name, group, source: { id: name, name }, batchId: 'batch/p1/b1', ...change });
  const gates = { ...plain.gates, cutover: { ...plain.gates.cutover, scope: 'group' as const } };
  return { id: `vm/p1/a/${name}`, order: { ...plain, gates } };
};

const id = (name: string): string => `vm/p1/a/${name}`;

const remove = (name: string): BatchEdit => ({ kind: 'remove', id: id(name) });
const move = (name: string, group: string): BatchEdit => ({ kind: 'move', id: id(name), group });
const add = (name: string, group: string, change?: Partial<JourneyOrder>): BatchEdit => ({
  kind: 'add',
  member: memberIn(name, group, change),
});

/** `db` with two VMs before `web` with two, all running. */
const BATCH: BatchOrder = {
  ...{ programme: 'p1', name: 'b1', groups: ['db', 'web'], reconcileMs: 1_000 },
  members: [memberIn('db-1', 'db'), memberIn('db-2', 'db'), memberIn('web-1', 'web'), memberIn('web-2', 'web')],
};
const planned = newBatch(BATCH);
const running = BATCH.members.reduce((state, member) => started(state, member.id), planned);

const gate = (hop = 1, openedAt = 1): MemberGate => ({ name: 'cutover', hop, round: 0, fingerprint: 'f', openedAt });

const atGate = (state: BatchState, group: string, hop = 1): BatchState =>
  state.members
    .filter((m) => m.group === group && !isOver(m) && !m.removed)
    .reduce((next, m) => hear(next, { member: m.id, told: 'atGate', gate: gate(hop) }), state);

const approved = (state: BatchState, group: string): BatchState => {
  const open = groupGates(state).find((each) => each.group === group && each.missing.length === 0);
  if (!open) return state;
  const { hop, fingerprint } = open;
  return takeGroupDecision(state, { group, hop, fingerprint, decision: 'approve', by: 'ops' }, 10, 'update').state;
};

/** `db` was let through to its cut-over, `web` waits at its gate. */
const letThrough = post(approved(atGate(atGate(running, 'db'), 'web'), 'db'), 10).state;

const why = (state: BatchState, ...edits: readonly BatchEdit[]): readonly (string | null)[] =>
  judgeEdits(state, ordersOf(BATCH, state), edits, 100).map((refused) => refused?.why ?? null);

const after = (state: BatchState, ...edits: readonly BatchEdit[]) =>
  applyEdits(state, ordersOf(BATCH, state), edits, 'ops', 100);

const landing = { n: 2, landing: { cpus: 8 } } as const;
const tonight: Window = { opensAt: 200, abortAt: 300, closesAt: 400, zone: 'UTC', text: 'tonight', utcText: 'tonight' };

const ILLEGAL: readonly (readonly [what: string, state: BatchState, edit: BatchEdit, says: string])[] = [
  ['who was let through is not taken out', letThrough, remove('db-1'), 'was let through'],
  ['who was let through is not moved', letThrough, move('db-1', 'web'), 'was let through'],
  ['nobody joins a group that was let through', letThrough, move('web-1', 'db'), 'Group db was let'],
  ['nor is added to it', letThrough, add('db-3', 'db'), 'Group db was let through'],
  [
    'no group goes before one that was let through',
    letThrough,
    { kind: 'groups', groups: ['web', 'db'] },
    'Group db was let',
  ],
  [
    'a hop that was let through stays',
    letThrough,
    { kind: 'journey', id: id('db-1'), edit: { hops: [{ n: 1, landing: { cpus: 8 } }] } },
    'cut-over of hop 1',
  ],
  ['a group that is not there is not moved to', running, move('web-1', 'nowhere'), 'no group nowhere'],
  ['a member is not added twice', running, add('web-1', 'web'), 'in the batch already'],
  [
    'who has moved is not added again',
    ended(running, id('web-1'), 'Decommissioned'),
    add('web-1', 'web'),
    'has moved already',
  ],
  ['a stranger is not taken out', running, { kind: 'remove', id: 'vm/p1/a/nobody' }, 'no member vm/p1/a/nobody'],
  ['who is over is not taken out', ended(running, id('web-1'), 'Ejected'), remove('web-1'), 'is over'],
  ['a group with members is not dropped', running, { kind: 'groups', groups: ['db'] }, 'Group web has members'],
  ['a group is not named twice', running, { kind: 'groups', groups: ['db', 'web', 'db'] }, 'each once'],
  [
    'who has begun is not planned anew',
    running,
    { kind: 'replan', id: id('db-1'), order: memberIn('db-1', 'db').order },
    'has begun',
  ],
  [
    'a hop that is not there is not changed',
    running,
    { kind: 'journey', id: id('db-1'), edit: { hops: [{ n: 3, landing: { cpus: 8 } }] } },
    'no hop 3',
  ],
  [
    'a landing stays whole',
    running,
    { kind: 'journey', id: id('db-1'), edit: { hops: [{ n: 1, landing: { cpus: 0 } }] } },
    '"cpus" is a whole number',
  ],
  [
    'a window lies ahead',
    running,
    { kind: 'window', windows: [{ ...tonight, opensAt: 1, abortAt: 50 }, null] },
    'past its latest abort',
  ],
  ['windows are one a hop', running, { kind: 'window', windows: [tonight] }, 'one a hop'],
  ['a member of another batch is not added', running, add('web-3', 'web', { batch: 'b2' }), 'an order of this batch'],
  [
    'who decides by itself does not join who decide together',
    running,
    {
      kind: 'add',
      member: {
        id: id('web-3'),
        order: scriptedOrder({
          name: 'web-3',
          group: 'web',
          source: { id: 'web-3', name: 'web-3' },
          batchId: 'batch/p1/b1',
        }),
      },
    },
    'decides on its cut-overs by group',
  ],
  ['what is no edit is none', running, { kind: 'sell' } as unknown as BatchEdit, 'is no edit'],
];

test.each(ILLEGAL)('%s', (_what, state, edit, says) => {
  expect(why(state, edit)).toEqual([expect.stringContaining(says)]);
});

test('a group does not wait for room that a group behind it has taken', () => {
  const seats = { ...scriptedOrder().policies.seats, staging: 5 };
  const policies = { ...scriptedOrder().policies, seats };
  const addTo = (group: string, ...names: readonly string[]) => names.map((name) => add(name, group, { policies }));
  expect(why(running, ...addTo('db', 'db-3', 'db-4'))).toEqual([null, expect.stringContaining('5 seats')]);
  expect(why(running, ...addTo('web', 'web-3', 'web-4', 'web-5'))).toEqual([null, null, null]);
});

test('who has not begun never starts once it is taken out, and who runs is asked to eject', () => {
  const both = started(planned, id('db-1'));
  const { state, errands } = after(both, remove('db-1'), remove('web-1'));
  expect(memberOf(state, id('web-1'))).toMatchObject({ status: 'refused', removed: true });
  expect(errands).toEqual([{ to: id('db-1'), by: 'ops', ask: { verb: 'eject' } }]);
});

test('a member is told once of all that changes of it, and the others of nothing', () => {
  const { state, errands } = after(running, move('web-1', 'db'), {
    kind: 'journey',
    id: id('web-1'),
    edit: { hops: [landing] },
  });
  expect(errands).toEqual([
    { to: id('web-1'), by: 'ops', ask: { verb: 'edit', edit: { group: 'db', hops: [landing] } } },
  ]);
  const order = ordersOf(BATCH, state).find((each) => each.id === id('web-1'))?.order;
  expect([order?.group, order?.hops[1]?.landing.cpus]).toEqual(['db', 8]);
});

test('a group that was approved and whose members change is decided on again', () => {
  const waits = approved(atGate(atGate(running, 'db'), 'web'), 'web');
  expect(waits.cleared).toHaveLength(1);
  const { state } = after(waits, add('web-3', 'web'));
  expect(state.cleared).toEqual([]);
  expect(state.refused.at(-1)).toMatchObject({ what: 'approval of web, hop 1, by ops' });
  expect(after(waits, add('db-3', 'db')).state.cleared).toHaveLength(1);
  for (const [name, group] of [
    ['web-1', 'db'],
    ['db-1', 'web'],
  ] as const)
    expect(after(waits, move(name, group)).state.cleared).toEqual([]);
});

test('who adds a VM, or plans it anew, is who asked for it', () => {
  const { state } = after(planned, add('web-3', 'web'), {
    kind: 'replan',
    id: id('db-1'),
    order: memberIn('db-1', 'db', { owner: 'shop' }).order,
  });
  const by = new Map(ordersOf(BATCH, state).map((each) => [each.id, each.order.requestedBy]));
  expect([by.get(id('web-3')), by.get(id('db-1')), by.get(id('db-2'))]).toEqual(['ops', 'ops', undefined]);
});

test('a new window is told to whoever was not let through, and ends what was approved for the old one', () => {
  const waits = approved(letThrough, 'web');
  const { state, errands } = after(waits, { kind: 'window', windows: [tonight, null] });
  expect(errands.map(({ to }) => to)).toEqual([id('web-1'), id('web-2')]);
  expect([state.windows, state.cleared]).toEqual([[tonight, null], []]);
});

test('who was taken out may be added again once it is out', () => {
  const out = after(running, remove('web-2')).state;
  const back = add('web-2', 'db');
  expect(why(out, back)).toEqual([expect.stringContaining('on its way out')]);
  const { state } = after(ended(out, id('web-2'), 'Ejected'), back);
  expect(state.members.filter(({ vm }) => vm.name === 'web-2')).toMatchObject([{ group: 'db', status: 'planned' }]);
  expect(memberOf(state, id('web-2'))?.removed).toBeUndefined();
});

test('an editing is taken whole or not at all, for the batch as it was seen', () => {
  const seen = editionOf(running);
  const good = move('web-1', 'db');
  const refusal = (asked: unknown) => refuseEditing(running, BATCH.members, asked as never, 100);
  expect(refusal({ by: 'ops', seen, edits: [good] })).toBeNull();
  expect(refusal({ by: 'ops', seen: 'older', edits: [good] })).toContain('is not what is there now');
  expect(refusal({ by: 'ops', seen, edits: [good, { kind: 'remove', id: 'x' }] })).toContain('no member x');
  for (const nonsense of [
    null,
    7,
    {},
    { by: 'ops', seen, edits: [] },
    { by: '', seen, edits: [good] },
    { by: 'ops', seen, edits: [null] },
  ])
    expect(refusal(nonsense)).not.toBeNull();
  expect(editionOf(after(running, good).state)).not.toBe(seen);
});

test('more changed orders than a run can be handed are refused', () => {
  const long = 'x'.repeat(600_000);
  const edits: readonly BatchEdit[] = [add('web-3', 'web', { smoke: { kind: 'none', target: long, expect: '' } })];
  expect(refuseEditing(running, BATCH.members, { by: 'ops', seen: editionOf(running), edits }, 100)).toContain(
    'Start another batch',
  );
});

const NAMES = ['db-1', 'db-2', 'web-1', 'web-2', 'new-1', 'new-2', 'new-3'];
const GROUPS = ['db', 'web', 'mail'];
const anyName = fc.constantFrom(...NAMES);
const anyGroup = fc.constantFrom(...GROUPS);

const anyEdit: fc.Arbitrary<BatchEdit> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), member: fc.tuple(anyName, anyGroup).map(([n, g]) => memberIn(n, g)) }),
  fc.record({ kind: fc.constant('remove' as const), id: anyName.map(id) }),
  fc.record({ kind: fc.constant('move' as const), id: anyName.map(id), group: anyGroup }),
  fc.record({ kind: fc.constant('groups' as const), groups: fc.shuffledSubarray(GROUPS) }),
  fc.record({ kind: fc.constant('journey' as const), id: anyName.map(id), edit: fc.constant({ hops: [landing] }) }),
  fc.constant<BatchEdit>({ kind: 'window', windows: [tonight, null] }),
);

/** What happens to the batch between edits. */
const anyEvent = fc.oneof(
  fc.record({ does: fc.constant('start' as const), what: anyName.map(id) }),
  fc.record({ does: fc.constant('gate' as const), what: anyGroup }),
  fc.record({ does: fc.constant('approve' as const), what: anyGroup }),
  fc.record({ does: fc.constant('land' as const), what: anyName.map(id) }),
  fc.record({ does: fc.constant('end' as const), what: anyName.map(id) }),
);

const happen = (state: BatchState, { does, what }: { does: string; what: string }): BatchState => {
  const member = memberOf(state, what);
  if (does === 'gate') return atGate(state, what);
  if (does === 'approve') return post(approved(state, what), 10).state;
  if (!member) return state;
  if (does === 'start') return member.status === 'planned' ? started(state, what) : state;
  if (does === 'land') return member.through === 1 ? hear(state, { member: what, told: 'landed', hop: 1 }) : state;
  return member.removed ? ended(state, what, 'Ejected') : state;
};

/** Where somebody who was let through stands. */
const through = (state: BatchState) =>
  state.members.filter((m) => m.through > 0 || m.landed > 0).map(({ gate: _, hasRoom: __, ...rest }) => rest);

test('whatever is edited in whatever order, each VM is in one group, none is there twice, and nobody let through loses it', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anyEdit, anyEvent), { maxLength: 40 }), (steps) => {
      let state = running;
      for (const step of steps) {
        if ('does' in step) {
          state = happen(state, step);
          continue;
        }
        if (why(state, step)[0] !== null) continue;
        const before = state;
        const { state: next, errands } = after(state, step);
        expect(through(next)).toEqual(through(before));
        expect(errands.every(({ to }) => memberOf(before, to)?.status === 'running')).toBe(true);
        if ('id' in step) expect(errands.every(({ to }) => to === step.id)).toBe(true);
        state = next;
        const ids = state.members.map((m) => m.id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(new Set(state.groups).size).toBe(state.groups.length);
        for (const { id: one, group } of state.members) {
          expect(state.groups).toContain(group);
          expect(ordersOf(BATCH, state).find((each) => each.id === one)?.order.group).toBe(group);
        }
        for (const { group, members } of state.cleared) {
          const there = state.members.filter((m) => m.group === group && m.gate !== null).map((m) => m.id);
          expect(there).toEqual(expect.arrayContaining(members.map((m) => m.id)));
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('whatever a signal carries is judged, never thrown', () => {
  const kind = fc.constantFrom('add', 'remove', 'move', 'groups', 'journey', 'replan', 'window', 'sell');
  const hops = fc.array(fc.oneof(fc.record({ landing: fc.anything() }), fc.anything()), { minLength: 1 });
  const order = hops.map((some) => ({
    ...{ programme: 'p1', batch: 'b1', batchId: 'batch/p1/b1', group: 'db', name: 'db-1', source: { id: 'db-1' } },
    hops: some,
  }));
  const nonsense = fc.record(
    {
      ...{ kind: fc.oneof(kind, fc.anything()), id: fc.oneof(anyName.map(id), fc.anything()), group: fc.anything() },
      ...{ groups: fc.anything(), windows: fc.anything(), order: fc.oneof(order, fc.anything()) },
      member: fc.oneof(fc.record({ id: fc.anything(), order }), fc.anything()),
      edit: fc.oneof(
        fc.record({ hops: fc.array(fc.oneof(fc.record({ n: fc.nat(3), landing: fc.anything() }), fc.anything())) }),
        fc.anything(),
      ),
    },
    { requiredKeys: ['kind'] },
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(nonsense, fc.anything()), { minLength: 1 }), (edits) => {
      const asked = { by: 'ops', seen: editionOf(running), edits } as unknown as BatchEditing;
      if (refuseEditing(running, BATCH.members, asked, 100) !== null) return;
      after(running, ...asked.edits);
      for (const edit of asked.edits) editText(running, edit);
    }),
    { numRuns: 500 },
  );
});

test('an edit brings in nobody whose gates are easier than those of the batch', () => {
  const strict = (member: BatchMember): BatchMember => ({
    ...member,
    order: { ...member.order, trustNamespace: false },
  });
  const house: BatchOrder = { ...BATCH, members: BATCH.members.map(strict) };
  const judged = (member: BatchMember) =>
    judgeEdits(newBatch(house), house.members, [{ kind: 'add', member }], 100).map((refused) => refused?.why ?? null);
  expect(judged(memberIn('web-3', 'web'))).toEqual([expect.stringContaining('does not take people at their word')]);
  const same = strict(memberIn('web-3', 'web'));
  expect(judged(same)).toEqual([null]);
  const gates = { ...same.order.gates, decommission: { approvers: [], irreversible: true } };
  expect(judged({ ...same, order: { ...same.order, gates } })).toEqual([expect.stringContaining('other gates')]);
  const replan: BatchEdit = { kind: 'replan', id: id('web-1'), order: memberIn('web-1', 'web').order };
  expect(judgeEdits(newBatch(house), house.members, [replan], 100)[0]?.why).toContain('at their word');
  expect(why(planned, { kind: 'groups', groups: ['db', 'web', '*'] })).toEqual([
    expect.stringContaining('list of names'),
  ]);
});
