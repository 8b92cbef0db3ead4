import fc from 'fast-check';
import { fitsType, nameInZone, recordSteps, sameRecords, wantedRecords } from '../../domain/dns-record.ts';
import { type Hook, type HookRun, hasUndo, hooksOf, POINTS, undosOf, withHooks } from '../../domain/hook.ts';
import { fillJson, fillPath, fillSentence, NoValue, placeholdersIn } from '../../domain/hook-values.ts';
import { newHopRecord } from '../../domain/hop-record.ts';
import { rollbackSteps } from '../../domain/rollback.ts';
import { refuseDone } from '../../domain/task.ts';
import { readToken, tokenOf } from '../../domain/token.ts';
import { aHook } from '../support/hooks.ts';

const names = (hooks: readonly Hook[]): string[] => hooks.map(({ name }) => name);

test('hooks of a moment come by order, then as the plan lists them', () => {
  const hooks = [
    aHook('c', { order: 5 }),
    aHook('a'),
    aHook('b'),
    aHook('z', { point: 'go' }),
    aHook('y', { when: 'after' }),
  ];
  expect(names(hooksOf(hooks, { when: 'before', point: 'cutOver', hop: 1 }))).toEqual(['a', 'b', 'c']);
});

test('a hook of one hop does not run in the other', () => {
  const hooks = [aHook('one', { hop: 1 }), aHook('two', { hop: 2 }), aHook('all')];
  expect(names(hooksOf(hooks, { when: 'before', point: 'cutOver', hop: 2 }))).toEqual(['two', 'all']);
});

const aRun = (name: string, change: Partial<HookRun> = {}): HookRun => ({
  ...{
    name,
    token: name,
    hop: 1,
    round: 0,
    when: 'before',
    point: 'cutOver',
    state: 'done',
    over: true,
    at: 0,
    found: null,
  },
  ...{ tries: 1, note: null },
  ...change,
});

test.each([
  ['begun', true],
  ['done', true],
  ['failed', true],
  ['skipped', true],
  ['refused', false],
  ['undone', false],
] as const)('a hook that is %s is taken back: %s', (state, isTaken) => {
  const hooks = [aHook('x', { undo: aHook('x').body })];
  expect(undosOf(hooks, [aRun('x', { state })], 1)).toHaveLength(isTaken ? 1 : 0);
});

test('nothing takes back what runs for a whole batch or in a rollback', () => {
  const undo = aHook('x').body;
  expect([hasUndo(aHook('x', { undo })), hasUndo(aHook('x', { undo, scope: 'batch' }))]).toEqual([true, false]);
  expect([hasUndo(aHook('x', { undo, point: 'rollBack' })), hasUndo(aHook('x'))]).toEqual([false, false]);
});

test('whatever ran, its undos are those of its hop, the last one first, each once', () => {
  const states = ['begun', 'done', 'failed', 'refused', 'skipped', 'undone'] as const;
  const planned = fc.uniqueArray(
    fc.record({ name: fc.string({ minLength: 1 }), has: fc.boolean(), order: fc.integer() }),
    {
      selector: ({ name }) => name,
    },
  );
  fc.assert(
    fc.property(
      planned,
      fc.infiniteStream(fc.tuple(fc.constantFrom(...states), fc.integer({ min: 1, max: 2 }))),
      (plan, stream) => {
        const hooks = plan.map(({ name, has, order }) =>
          aHook(name, { order, ...(has ? { undo: aHook(name).body } : {}) }),
        );
        const inOrder = hooksOf(hooks, { when: 'before', point: 'cutOver', hop: 1 });
        expect(new Set(names(inOrder))).toEqual(new Set(names(hooks)));
        expect(inOrder.every((hook, at) => at === 0 || (inOrder[at - 1]?.order ?? 0) <= hook.order)).toBe(true);
        const runs = inOrder.map(({ name }) => {
          const [state, hop] = stream.next().value;
          return aRun(name, { state, hop });
        });
        const undone = undosOf(hooks, runs, 1).map(({ run }) => run);
        const expected = runs.filter(
          ({ name, state, hop }) =>
            hop === 1 && state !== 'refused' && state !== 'undone' && plan.find((each) => each.name === name)?.has,
        );
        expect(undone).toEqual(expected.reverse());
      },
    ),
  );
});

test.each([
  ['nothing was touched', {}, ['hooksBefore', 'undoHooks', 'hooksAfter']],
  ['only protected', { protecting: true }, ['hooksBefore', 'undoHooks', 'retire', 'hooksAfter']],
  [
    'the successor served',
    { kind: 'switch', protecting: true, fence: 'held', cutOver: 'done', exposedAt: 1 },
    [
      'settle',
      'approveLoss',
      'hooksBefore',
      'stopSuccessor',
      'observeSuccessorOff',
      'reconnectPredecessor',
      'startPredecessor',
      'undoHooks',
      'validatePredecessor',
      'clearHalfMade',
      'retire',
      'discardStaged',
      'hooksAfter',
    ],
  ],
  [
    'the predecessor was off before',
    { kind: 'restore', fence: 'held', wasOn: false },
    ['hooksBefore', 'reconnectPredecessor', 'undoHooks', 'hooksAfter'],
  ],
] as const)(
  'in a rollback where %s, hooks go back when the predecessor serves and before it is checked',
  (_what, change, steps) => {
    expect(withHooks(rollbackSteps({ ...newHopRecord(1), ...change }))).toEqual(steps);
  },
);

test('a rollback without hooks keeps all its steps in order', () => {
  const bits = fc.record({
    kind: fc.constantFrom('restore' as const, 'switch' as const),
    protecting: fc.boolean(),
    wasOn: fc.boolean(),
    fence: fc.constantFrom('none' as const, 'begun' as const, 'held' as const),
    cutOver: fc.constantFrom('none' as const, 'begun' as const, 'done' as const),
    commit: fc.constantFrom('none' as const, 'begun' as const, 'done' as const),
  });
  fc.assert(
    fc.property(bits, (change) => {
      const steps = rollbackSteps({ ...newHopRecord(1), ...change });
      const own = withHooks(steps).filter((step) => !['hooksBefore', 'undoHooks', 'hooksAfter'].includes(step));
      expect(own).toEqual(steps);
    }),
  );
});

const VALUES = { 'vm.name': 'web/03', 'landing.address': '10.0.0.7', hop: 1, owner: null } as const;

test('values come into JSON as values, whatever they hold', () => {
  const values = { 'vm.name': '"},{"admin":true', hop: 2 } as const;
  expect(JSON.parse(JSON.stringify(fillJson({ vm: '{vm.name}', at: ['{hop}'], x: 'a{b' }, values)))).toEqual({
    vm: '"},{"admin":true',
    at: [2],
    x: 'a{b',
  });
});

test('values come into a path percent-encoded, and cannot climb', () => {
  expect(fillPath('/vms/{vm.name}/dns?ip={landing.address}&hop={hop}', VALUES)).toBe(
    '/vms/web%2F03/dns?ip=10.0.0.7&hop=1',
  );
  expect(() => fillPath('/vms/{vm.name}/x', { 'vm.name': '..' })).toThrow(NoValue);
  expect(() => fillPath('/vms/{vm.name}/x', { 'vm.name': '' })).toThrow(NoValue);
});

test('no value of any text can leave its segment', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      if (/^\.{0,2}$/.test(name)) return;
      expect(fillPath('/a/{vm.name}/b?c={vm.name}', { 'vm.name': name }).split(/[/?&=]/)).toHaveLength(6);
    }),
  );
});

test('what has no value for this VM is an error, never an empty text', () => {
  expect(() => fillJson('{owner}', VALUES)).toThrow('{owner} has no value for this VM');
  expect(() => fillJson('{colour}', VALUES)).toThrow('no value that is known');
  expect(fillSentence('Tell {owner} of {vm.name}, {colour}', VALUES)).toBe('Tell {owner} of web/03, {colour}');
});

test('a placeholder beside other text is seen', () => {
  expect(placeholdersIn('vm-{vm.name}')).toEqual([{ name: 'vm.name', whole: false }]);
  expect(placeholdersIn('/a/{vm.name}/b', 'path')).toEqual([{ name: 'vm.name', whole: true }]);
});

test.each([
  ['web-03', 'contoso.example', 'web-03'],
  ['web-03.contoso.example', 'contoso.example', 'web-03'],
  ['WEB-03.Contoso.Example.', 'contoso.example', 'WEB-03'],
  ['contoso.example', 'contoso.example', '@'],
  ['10.0.0.5', '0.0.10.in-addr.arpa', '5'],
  ['10.0.0.5', '10.in-addr.arpa', '5.0.0'],
  ['10.1.0.5', '0.0.10.in-addr.arpa', null],
  ['2001:db8::5', '8.b.d.0.1.0.0.2.ip6.arpa', '5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0'],
  ['web 03', 'contoso.example', null],
] as const)('%s in the zone %s is %s', (written, zone, name) => {
  expect(nameInZone(written, zone)).toBe(name);
});

test.each([
  ['A', '10.0.0.5', true],
  ['A', '10.0.0.256', false],
  ['A', 'web-03', false],
  ['AAAA', '2001:db8::5', true],
  ['AAAA', '2001:db8::5::1', false],
  ['AAAA', '10.0.0.5', false],
  ['PTR', 'web-03.contoso.example.', true],
  ['PTR', '10.0.0.5', false],
] as const)('a record of type %s holds %s: %s', (type, data, fits) => {
  expect(fitsType(type, data)).toBe(fits);
});

test('doing the steps of a change gives what was wanted, and its steps back give what was there', () => {
  const record = fc.record({
    data: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.3'),
    ttlMs: fc.constantFrom(300_000, 3_600_000),
    aged: fc.boolean(),
  });
  const records = fc.uniqueArray(record, { selector: ({ data }) => data });
  fc.assert(
    fc.property(records, records, (now, wanted) => {
      const applied = (from: typeof now, to: typeof now) =>
        recordSteps(from, to).reduce<typeof now>((left, step) => {
          if (step.do === 'remove') return left.filter(({ data }) => data !== step.record.data);
          expect(left.some(({ data }) => data === step.record.data)).toBe(false);
          return left.concat(step.record as (typeof now)[number]);
        }, from);
      const there = applied(now, wanted);
      expect(sameRecords(there, wanted)).toBe(true);
      expect(sameRecords(applied(there, now), now)).toBe(true);
    }),
  );
});

test('a change keeps what it does not name', () => {
  const found = [{ data: '10.0.0.5', ttlMs: 3_600_000, aged: true }];
  expect(wantedRecords(found, { data: '10.0.0.7' })).toEqual([{ data: '10.0.0.7', ttlMs: 3_600_000, aged: true }]);
  expect(wantedRecords(found, { ttlMs: 300_000 })).toEqual([{ data: '10.0.0.5', ttlMs: 300_000, aged: true }]);
  expect(wantedRecords(found, { data: null })).toEqual([]);
});

test('the token of a hook is read back like any other', () => {
  const operation = { vm: 'src-1', hop: 1, verb: 'hook-lower-ttl.2', round: 3 };
  expect(readToken(`x ${tokenOf(operation)} y`)).toEqual(operation);
});

test.each([
  [null, 'An answer is'],
  [{ hook: 'silence' }, 'An answer is'],
  [{ hook: 'other', by: 'ops' }, 'What waits is silence'],
  [{ hook: 'silence', by: 'ops', failed: true }, 'why it could not be done'],
  [{ hook: { toString: 5 }, by: 'ops' }, 'An answer is'],
] as const)('an answer to a step like %j is refused', (asked, why) => {
  const task = { hook: 'silence', hop: 1, text: 't', role: 'r', since: 0, dueAt: null, run: null };
  expect(refuseDone(task, false, asked)).toContain(why);
});

test('every point has hooks before and after it', () => {
  for (const point of POINTS)
    for (const when of ['before', 'after'] as const)
      expect(names(hooksOf([aHook('x', { point, when })], { when, point, hop: 1 }))).toEqual(['x']);
});
