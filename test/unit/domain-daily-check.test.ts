import {
  type CheckReport,
  cameBack,
  isFenced,
  judge,
  type MigrationSeen,
  mattersOfCheck,
  newFindings,
  vanished,
} from '../../domain/daily-check.ts';

const HOUR = 3_600_000;
const T0 = Date.UTC(2030, 0, 1);

const hop = { n: 1, fence: 'none', cutOver: 'none', arrived: false } as const;

const seen = (change: Partial<MigrationSeen> = {}): MigrationSeen => ({
  listed: {
    ...{ workflowId: 'vm/1', name: 'web-03', batch: 'wave-01', owner: 'anna', phase: 'Syncing', hop: 1 },
    waitingFor: null,
  },
  ...{ step: 'synchronise', gate: null, isParked: false, isPaused: false, hops: [hop], orders: [], steps: [] },
  ...change,
});

const step = (unmovedSince: number | null, said: string | null = null) => ({
  ...{ verb: 'synchronise', queue: 'veeam@vbr01', unmovedSince, said },
});

test.each([
  ['moves', [step(null)], []],
  ['has not moved for a while that is allowed', [step(T0 - HOUR / 2)], []],
  ['has not moved for too long', [step(T0 - 3 * HOUR, '25 %')], ['DC-03 synchronise has not moved for 3 h: 25 %']],
])('a step that %s', (_what, steps, found) => {
  const { findings } = judge(seen({ steps }), HOUR, T0, []);
  expect(findings.map(({ id, message }) => `${id} ${message}`)).toEqual(found);
});

test('a stall names the agent that is gone as its cause, its owner, and how to start it', () => {
  const { findings, flagged } = judge(seen({ steps: [step(T0 - 2 * HOUR)] }), HOUR, T0, ['veeam@vbr01']);
  expect(findings[0]).toMatchObject({
    ...{ owner: 'anna', message: expect.stringContaining('no agent serves veeam@vbr01') },
    fix: expect.stringContaining('--serve veeam@vbr01'),
  });
  expect(flagged).toMatchObject({ flag: 'Stalled', step: 'synchronise', openedAt: null });
});

test.each([
  ['is parked', { isParked: true }],
  ['is paused', { isPaused: true }],
  ['waits for a lease', { listed: { ...seen().listed, waitingFor: 'room on staging' } }],
  ['waits at a gate', { gate: { name: 'go', hop: 1, openedAt: T0 } as const }],
])('who %s is not stalled', (_what, change) => {
  expect(judge(seen({ steps: [step(T0 - 9 * HOUR)], ...change }), HOUR, T0, []).flagged).toBeNull();
});

test('a gate whose evidence is too old needs to be verified anew', () => {
  const gate = { name: 'cutover', hop: 1, openedAt: T0 - 3 * HOUR, expiresAt: T0 - HOUR } as const;
  const { findings, flagged } = judge(seen({ gate }), HOUR, T0, []);
  expect(findings.map(({ id }) => id)).toEqual(['DC-04']);
  expect(flagged).toMatchObject({ flag: 'NeedsReverify', openedAt: gate.openedAt });
});

const window = (opensAt: number) => ({
  ...{ opensAt, abortAt: opensAt + 2 * HOUR, closesAt: opensAt + 3 * HOUR },
  ...{ zone: 'UTC', text: 'tonight', utcText: 'tonight' },
});
const gate = { name: 'cutover', hop: 1, openedAt: T0 - HOUR } as const;

test.each([
  ['passed unused', T0 - 5 * HOUR, {}, ['its window tonight passed unused']],
  [
    'opens within a day and nobody decided',
    T0 + HOUR,
    { gate },
    ['nobody has decided, and its window tonight opens in 1 h'],
  ],
  ['opens within a day, and the copy is not there yet', T0 + HOUR, {}, []],
  ['opens next week', T0 + 200 * HOUR, { gate }, []],
  ['was used', T0 - 5 * HOUR, { hops: [{ ...hop, fence: 'held' as const }] }, []],
])('a window that %s', (_what, opensAt, change, found) => {
  const orders = [{ n: 1, window: window(opensAt) }];
  expect(judge(seen({ orders, ...change }), HOUR, T0, []).findings.map(({ message }) => message)).toEqual(found);
});

test('a queue that nobody serves names who waits there', () => {
  expect(vanished([seen({ steps: [step(T0)] })], ['veeam@vbr01'])).toMatchObject([
    { id: 'DC-02', subject: 'veeam@vbr01', message: 'no agent serves it; web-03 waits there' },
  ]);
});

test('a source that runs again is found, on the network above all', () => {
  const { listed } = seen();
  expect(cameBack(listed, { power: 'off', nics: [{ connected: true }] })).toEqual([]);
  expect(cameBack(listed, { power: 'on', nics: [] })[0]?.message).toContain('off the network');
  expect(cameBack(listed, { power: 'on', nics: [{ connected: true }] })[0]?.message).toContain('two bear one identity');
});

test.each([
  ['Syncing', 'none', false],
  ['Syncing', 'held', true],
  ['Holding', 'held', true],
  ['RollingBack', 'held', false],
  ['CuttingOver', 'held', false],
] as const)('in %s with a fence that is %s the source is watched: %s', (phase, fence, watched) => {
  expect(isFenced(phase, [{ n: 1, fence }])).toBe(watched);
});

test('people are told of the check, and of findings that were not there the day before', () => {
  const finding = (subject: string) => ({
    ...({ id: 'DC-02', severity: 'block', subject, message: 'gone', fix: 'start it', owner: null } as const),
  });
  const before: CheckReport = { version: 1, programme: 'p1', at: T0, vms: 3, findings: [finding('veeam@a')] };
  const report = { ...before, at: T0 + 24 * HOUR, findings: [finding('veeam@a'), finding('ahv@b')] };
  const news = newFindings(report, before);
  const matters = mattersOfCheck(report, (one) => news.includes(one));
  expect(matters.map(({ kind, subject }) => [kind, subject])).toEqual([
    ['daily', 'p1'],
    ['finding', 'ahv@b'],
  ]);
  expect(matters[0]?.says).toBe('daily check of 3 running: 2 found, 2 of them urgent');
});
