import type { WorkflowHandle } from '@temporalio/client';
import fc from 'fast-check';
import { batchHandle, viewBatch } from '../../client/batches.ts';
import type { BatchView } from '../../workflows/batch-messages.ts';
import { capacityId } from '../../workflows/capacity-messages.ts';
import { heldOrder } from '../../workflows/held-batch-messages.ts';
import { view } from '../../workflows/messages.ts';
import { heldBatchId } from '../../workflows/programme-messages.ts';
import { batchSeen } from '../support/batch-run.ts';
import { aHook } from '../support/hooks.ts';
import { scriptedPlan } from '../support/programme-plan.ts';
import { programmeRun, programmeSeen } from '../support/programme-run.ts';
import { openGate, refusal, seen } from '../support/scripted-run.ts';

const programmes = programmeRun();
const { run } = programmes;

/** A message came while a task was under way, which is done again for it: no stumble. */
const CAME_MEANWHILE = 1;

/** Why a workflow could not be carried on, or was ended by the server. */
const stumbles = async (handle: WorkflowHandle): Promise<readonly string[]> => {
  const { events } = await handle.fetchHistory();
  const failed = (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: task }) =>
    task && task.cause !== CAME_MEANWHILE ? [`${task.cause}: ${task.failure?.message || 'failed'}`] : [],
  );
  const { status } = await handle.describe();
  return [...failed, ...(status.name === 'RUNNING' ? [] : [status.name])];
};

type Words = readonly [signal: string, payload: unknown];

/** Sends them all, then asks; the first that the workflow stumbled over where it did. */
const say = async (handle: WorkflowHandle, query: string, words: readonly Words[]): Promise<void> => {
  for (const [signal, payload] of words) await handle.signal(signal, payload);
  const answered = await Promise.race([
    handle.query(query).then(
      () => 'answered',
      (error: Error) => error.message,
    ),
    new Promise<string>((late) => setTimeout(() => late('no answer'), 15_000)),
  ]);
  expect([words.length, answered, await stumbles(handle)]).toEqual([words.length, 'answered', []]);
};

const ODD = { toString: 1 };
const LONG = 'x'.repeat(5_000);
const MUCH = 'x'.repeat(1_000_000);
const BEFORE_ALL_TIME = -1e300;

const windowOf = (change: object): object => ({
  ...{ opensAt: Date.now() + 3_600_000, abortAt: Date.now() + 7_200_000, closesAt: Date.now() + 9_000_000 },
  ...{ zone: 'UTC', text: 'tonight', utcText: 'tonight', ...change },
});
const edit = (hop: object, beside: object = {}): Words => [
  'command',
  { verb: 'edit', by: 'ann', edit: { hops: [{ n: 1, ...hop }], ...beside } },
];

test('a loan that ended before all time, and a window of too many words, are refused and end no migration', async () => {
  const handle = await run.start('odd-times');
  await openGate(handle, 'cutover');
  const loan = { from: 'ops', to: 'ann', by: 'ops' };
  await say(handle, 'view', [
    ['delegate', { ...loan, until: BEFORE_ALL_TIME }],
    ['delegate', { ...loan, until: 1e300 }],
    edit({ window: windowOf({ text: LONG }) }),
    edit({ window: windowOf({ utcText: LONG }) }),
    edit({ window: windowOf({ opensAt: 8e15, abortAt: 8.1e15, closesAt: 9e15 }) }),
    edit({ window: windowOf({}) }, { group: 'g'.repeat(300_000) }),
    edit({ settings: { a: 'x'.repeat(1_500_000) } }),
    ['command', { verb: 'pause', by: 'ann', comment: 'c'.repeat(900_000) }],
  ]);
  const { refused, gate, flags } = await handle.query(view);
  expect([refused.length, flags]).toEqual([8, []]);
  expect(gate?.name).toBe('cutover');
});

test('what a person says of a step is a text, or is refused', async () => {
  const body = { kind: 'person', text: 'lower the TTL', role: 'network' } as const;
  const handle = await run.start('odd-task', {
    hooks: [aHook('ttl', { point: 'protect', hop: 1, timeoutMs: null, body })],
  });
  await seen(handle, 'the task', ({ task }) => task !== undefined);
  await say(handle, 'view', [
    ['done', { hook: 'ttl', by: 'ann', comment: ODD }],
    ['done', { hook: 'ttl', by: 'ann', comment: 'c'.repeat(900_000) }],
  ]);
  await handle.signal('done', { hook: 'ttl', by: 'ann', comment: 'it is low' });
  await openGate(handle, 'cutover');
});

test('a programme and the order of a batch are replaced by whole plans alone, and freezes lie in time', async () => {
  const { handle } = await programmes.start(
    scriptedPlan('odd-plan', { batches: { a: { g: ['a-1'] }, b: { g: ['b-1'] } } }),
  );
  await programmeSeen(handle, 'a runs', ({ turns }) => turns[0]?.status === 'running');
  await say(handle, 'view', [
    ['freeze', { by: 'ann', add: { from: 0, to: 1e300, why: 'for ever' } }],
    ['freeze', { by: 'ann', add: { from: BEFORE_ALL_TIME, to: Date.now() + 60_000, why: 'since ever' } }],
    ['batchReport', { batch: 'b', told: 'tooLate', said: ODD }],
  ]);
  for (const plan of [{}, { batches: [null], rules: {} }, { batches: [], rules: { freezes: [{}] }, hosts: [] }]) {
    const told = await refusal(handle.executeUpdate('replan', { args: [{ programme: 'odd-plan', ...plan }] as never }));
    expect(told).toContain('no whole plan');
  }
  const held = run.env.client.workflow.getHandle(heldBatchId('odd-plan', 'b'));
  for (const order of [{}, { members: [null], groups: [], reconcileMs: 1 }])
    expect(
      await refusal(held.executeUpdate('replaceOrder', { args: [{ programme: 'odd-plan', name: 'b', ...order }] })),
    ).toContain('no whole order');
  for (const each of [handle, held]) expect(await stumbles(each)).toEqual([]);
});

test('who is called by more letters than an id may have is told nothing, and keeps nobody waiting', async () => {
  await run.house('odd-ids', { stagingSeats: 1 });
  const house = run.env.client.workflow.getHandle(capacityId('odd-ids'));
  const asks = [{ purpose: 'staging', amounts: { stagingSeats: 1 } }];
  const ask = (holder: string) => house.executeUpdate('requestLeases', { args: [{ holder, asks }] });
  await ask('first');
  const told = await refusal(ask(LONG));
  await say(house, 'line', [
    ['setLimits', { stagingBytes: 2 ** 42, stagingSeats: 1, reconcileMs: 1e300 }],
    ['releaseLease', { holder: 'first' }],
  ]);
  expect(told).toContain('names its holder');
  await programmes.start(
    scriptedPlan('odd-held', { batches: { a: { g: ['a-1'] }, b: { g: ['b-1'] } }, order: { inFlight: 1 } }),
  );
  const held = run.env.client.workflow.getHandle(heldBatchId('odd-held', 'b'));
  await say(held, 'order', [['begin', { to: LONG }]]);
  expect(await held.query(heldOrder)).toMatchObject({ begun: false });
});

const GATED = { batches: { a: { g: ['a-1'], h: ['a-2'] } }, scope: 'group' } as const;

const added = (change: object) => ({
  kind: 'add',
  member: {
    id: 'vm/odd/a/x',
    order: {
      ...{ programme: 'odd', batch: 'a', batchId: 'batch/odd/a', group: 'g', name: 'x', source: { id: 'x' } },
      ...{ hops: [{ n: 1, landing: { name: 'x', cpus: 1, memoryMb: 1, nics: [], disks: [] } }], ...change },
    },
  },
});

/** Anything, and what comes near to something. */
const odd = (known: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof(
    fc.constantFrom(...known),
    fc.constantFrom<unknown>(
      null,
      '',
      ' ',
      0,
      -1,
      1.5,
      1e300,
      BEFORE_ALL_TIME,
      true,
      LONG,
      '__proto__',
      ODD,
      [],
      [null],
      {},
      [ODD],
    ),
    fc.jsonValue({ maxDepth: 2 }),
  );

/** A message as it should be, some of whose parts are something else. */
const bent = (whole: unknown, known: readonly unknown[]): fc.Arbitrary<unknown> => {
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole))
    return fc.oneof({ weight: 3, arbitrary: fc.constant(whole) }, { weight: 1, arbitrary: odd(known) });
  const parts = Object.entries(whole).map(([key, part]) => [key, bent(part, known)] as const);
  return fc.oneof(
    { weight: 9, arbitrary: fc.record(Object.fromEntries(parts), { requiredKeys: [] }) },
    { weight: 1, arbitrary: odd(known) },
  );
};

const SEED = 6;
const sample = (words: readonly Words[], known: readonly unknown[], each: number): readonly Words[] =>
  words.flatMap(([signal, whole], index) =>
    fc.sample(bent(whole, known), { seed: SEED + index, numRuns: each }).map((payload): Words => [signal, payload]),
  );

const memberWords = (member: unknown): readonly Words[] => [
  ['memberReport', { member, told: 'refused', verb: 'edit', why: 'so', at: 1 }],
  ['memberReport', { member, told: 'held', hop: 1, why: 'so' }],
  [
    'memberReport',
    { member, told: 'atGate', gate: { name: 'cutover', hop: 1, round: 0, fingerprint: 'f', openedAt: 1 } },
  ],
];

const batchWords = ({ edition, members }: BatchView): readonly Words[] => [
  ...memberWords(members[0]?.id),
  [
    'decideGroup',
    { group: 'g', hop: 1, fingerprint: 'f', decision: 'approve', by: 'ops', comment: 'c', attestation: 'a' },
  ],
  ['stopBatch', { by: 'ann', why: 'so', group: 'g', members: false }],
  ['resumeBatch', { by: 'ann', group: 'g', members: false }],
  ['rollBackGroup', { group: 'nobody', by: 'ann', comment: 'c' }],
  ['delegate', { from: 'ops', to: 'ann', by: 'ops', until: 4e12, gate: 'cutover' }],
  ['editBatch', { by: 'ann', seen: edition, edits: [added({})], comment: 'c' }],
  ['editBatch', { by: 'ann', seen: edition, edits: [added({ hops: [{ n: 1, from: { instance: 'a' } }] })] }],
];

test('whatever is sent to a batch, its members, its programme and its lease table, all of them can be asked and carry on', async () => {
  const { handle } = await programmes.start(scriptedPlan('odd', GATED));
  await programmeSeen(handle, 'a runs', ({ turns }) => turns[0]?.status === 'running');
  const { client } = run.env;
  const batch = batchHandle(client, 'odd', 'a');
  const now = await batchSeen(batch, 'both gates', ({ gates }) => gates.length === 2);
  const ids = now.members.map(({ id }) => id);
  const known = [...ids, 'g', 'h', 'ops', 'cutover', 1, now.edition];
  await say(batch, 'view', [
    ['editBatch', { by: 'ann', seen: now.edition, edits: [added({})] }],
    ['editBatch', { by: 'ann', seen: now.edition, edits: [added({ hops: [{ n: 1, from: { instance: 'a' } }] })] }],
    ['delegate', { from: 'ops', to: 'ann', by: 'ops', until: BEFORE_ALL_TIME }],
    ['decideGroup', { group: MUCH, hop: 1, decision: 'approve', by: 'eve' }],
    ...sample(batchWords(await viewBatch(batch)), known, 25),
  ]);
  expect(JSON.stringify(await viewBatch(batch)).length).toBeLessThan(200_000);
  const vm = client.workflow.getHandle(ids[1] ?? '');
  await say(vm, 'view', [['command', { verb: Array(200_000).fill('x'), by: 'eve' }]]);
  expect(JSON.stringify(await vm.query(view)).length).toBeLessThan(200_000);
  const { gate } = (await vm.query(view)) as { gate: { fingerprint: string; openedAt: number } };
  const opening = { gate: 'cutover', hop: 1, round: 0, fingerprint: gate.fingerprint, openedAt: gate.openedAt };
  await say(vm, 'view', [
    ...sample(
      [
        [
          'decide',
          { ...opening, decision: 'approve', by: 'eve', group: 'h', right: 'eve', groupAsked: { from: 1, to: 2 } },
        ],
        [
          'command',
          {
            verb: 'edit',
            by: 'ann',
            edit: { hops: [{ n: 2, window: windowOf({}), settings: { a: 1 } }] },
            of: 'batch/odd/a',
          },
        ],
        ['command', { verb: 'keepSyncing', by: 'ann', comment: 'c', step: 'protect' }],
        ['delegate', { from: 'ops', to: 'ann', by: 'ops', until: 4e12, gate: 'cutover' }],
        ['leaseGranted', { holder: ids[1], purpose: 'staging' }],
        ['done', { hook: 'x', by: 'ann', comment: 'c', failed: true }],
        ['groupHookEnded', { id: 'x', mishap: null, found: null, note: 'n' }],
        ['flagged', { flag: 'Stalled', why: 'so', step: 'window', openedAt: 1 }],
      ],
      known,
      25,
    ),
  ]);
  await say(handle, 'view', [
    ...sample(
      [
        ['pause', { by: 'ann', why: 'so' }],
        ['resume', { by: 'ann' }],
        ['resumeWave', { by: 'ann', comment: 'c', fingerprint: 'f' }],
        ['freeze', { by: 'ann', add: { from: 4e12, to: 4.1e12, why: 'so' }, remove: 'x' }],
        ['batchReport', { batch: 'none', told: 'over', said: 'so' }],
      ],
      known,
      20,
    ),
  ]);
  const house = client.workflow.getHandle(capacityId('odd'));
  await say(
    house,
    'line',
    sample(
      [
        ['releaseLease', { holder: 'nobody', purposes: ['staging'] }],
        [
          'setLimits',
          { stagingBytes: 2 ** 42, stagingSeats: 10, moverOperations: 4, cutovers: 4, reconcileMs: 3_600_000 },
        ],
      ],
      ['staging', 'copy'],
      25,
    ),
  );
  await say(batch, 'view', []);
}, 120_000);
