import fc from 'fast-check';
import { editFreezes, type Freeze, freezeOf, frozenUntil, refuseFreezeEdit } from '../../domain/freeze.ts';
import {
  isInFlight,
  newProgramme,
  type ProgrammeBatch,
  type ProgrammeRules,
  type ProgrammeState,
  programmeCounts,
  replanned,
} from '../../domain/programme.ts';
import { begun, hearBatch, seeBatches } from '../../domain/programme-progress.ts';
import { describeProgramme, glanceOf } from '../../domain/programme-text.ts';
import { nextProgrammeMoment, turnsNow } from '../../domain/programme-turns.ts';
import { judgeWave, refuseResumeWave, resumedWave } from '../../domain/programme-wave.ts';
import { look, type StopWaveRules } from '../../domain/stop-wave.ts';
import type { Window } from '../../domain/window.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 10, 2, 8);

const RULES: ProgrammeRules = { inFlight: 2, leadMs: null, freezes: [], stopWave: null };

const batch = (
  name: string,
  after: readonly string[] = [],
  windows: readonly (Window | null)[] = [],
): ProgrammeBatch => ({
  name,
  vms: 10,
  after,
  windows,
});

const order = (batches: readonly ProgrammeBatch[], rules: Partial<ProgrammeRules> = {}) => ({
  programme: 'p',
  batches,
  rules: { ...RULES, ...rules },
  hosts: [],
  reconcileMs: HOUR,
  pollMs: 50,
});

const made = (batches: readonly ProgrammeBatch[], rules: Partial<ProgrammeRules> = {}): ProgrammeState =>
  newProgramme(order(batches, rules));

const window = (opensAt: number): Window => ({
  opensAt,
  closesAt: opensAt + 8 * HOUR,
  abortAt: opensAt + 7 * HOUR,
  zone: 'UTC',
  text: 'that night',
  utcText: String(opensAt),
});

const kinds = (state: ProgrammeState, name: string, now = NOW): readonly string[] =>
  turnsNow(state, now)
    .waits.find((one) => one.name === name)
    ?.why.map(({ kind }) => kind) ?? [];

/** As the workflow does: who may begin, begins. */
const beginAll = (state: ProgrammeState, now = NOW): ProgrammeState =>
  turnsNow(state, now).begin.reduce((next, name) => begun(next, name, now), state);

const told = (state: ProgrammeState, name: string, what: 'started' | 'over' | 'tooLate' | 'gone'): ProgrammeState =>
  hearBatch(state, { batch: name, told: what, said: what }, NOW);

const ABC = [batch('a'), batch('b'), batch('c')];

test('as many begin as may be in flight, in order, and the others say why they wait', () => {
  const state = made(ABC);
  expect(turnsNow(state, NOW).begin).toEqual(['a', 'b']);
  expect(kinds(state, 'c')).toEqual(['inFlight']);
  const flying = beginAll(state);
  expect(turnsNow(flying, NOW)).toEqual({
    begin: [],
    waits: [{ name: 'c', why: [{ kind: 'inFlight', text: '2 in flight at most: a, b' }] }],
  });
  expect(turnsNow(told(flying, 'a', 'over'), NOW).begin).toEqual(['c']);
});

test('one that waits for a dependency lets those behind it go first', () => {
  const state = beginAll(made([batch('a'), batch('b', ['a']), batch('c'), batch('d')]));
  expect(state.turns.filter(isInFlight).map(({ name }) => name)).toEqual(['a', 'c']);
  expect(kinds(state, 'b')).toEqual(['dependency']);
  expect(kinds(state, 'd')).toEqual(['inFlight']);
});

test('a batch whose VMs are all in their hold is in flight no more, and lets those begin that come after it', () => {
  const state = told(beginAll(made([batch('a'), batch('b', ['a'])], { inFlight: 1 })), 'a', 'started');
  expect(turnsNow(state, NOW).begin).toEqual([]);
  const held = seeBatches(state, [{ name: 'a', run: 'running', landed: true, waiting: false }], NOW);
  expect(held.turns[0]?.status).toBe('holding');
  expect(turnsNow(held, NOW).begin).toEqual(['b']);
  const back = seeBatches(held, [{ name: 'a', run: 'running', landed: false, waiting: false }], NOW);
  expect(back.turns[0]?.status).toBe('running');
  expect(seeBatches(held, [{ name: 'a', run: 'running', landed: null, waiting: false }], NOW)).toBe(held);
});

test('a batch that was begun by hand is found and counts, and one that is gone counts until a person takes it up', () => {
  const state = seeBatches(
    made(ABC, { inFlight: 1 }),
    [{ name: 'b', run: 'running', landed: false, waiting: true }],
    NOW,
  );
  expect(turnsNow(state, NOW).begin).toEqual([]);
  const gone = told(state, 'b', 'gone');
  expect(turnsNow(gone, NOW).begin).toEqual([]);
  expect(
    turnsNow(seeBatches(gone, [{ name: 'b', run: 'completed', landed: null, waiting: false }], NOW), NOW).begin,
  ).toEqual(['a']);
});

test('nothing begins in a freeze, which ends by itself; freezes that touch are one', () => {
  const freezes = [freezeOf(NOW - HOUR, NOW + HOUR, 'patching'), freezeOf(NOW + HOUR, NOW + 3 * HOUR, 'close')];
  const state = made(ABC, { freezes });
  expect(turnsNow(state, NOW).begin).toEqual([]);
  expect(turnsNow(state, NOW).waits[0]?.why).toEqual([
    { kind: 'freeze', text: 'frozen until 2026-11-02T11:00Z: patching', until: NOW + 3 * HOUR },
  ]);
  expect(nextProgrammeMoment(state, NOW)).toBe(NOW + HOUR);
  expect(turnsNow(state, NOW + 3 * HOUR).begin).toEqual(['a', 'b']);
});

test('a batch begins no longer before its first window than its lead', () => {
  const opensAt = NOW + 10 * DAY;
  const state = made([batch('a', [], [null, window(opensAt)]), batch('b')], { leadMs: 7 * DAY, inFlight: 1 });
  expect(turnsNow(state, NOW).begin).toEqual(['b']);
  expect(kinds(state, 'a')).toEqual(['window']);
  expect(nextProgrammeMoment(state, NOW)).toBe(opensAt - 7 * DAY);
  expect(turnsNow(state, opensAt - 7 * DAY).begin).toEqual(['a']);
});

test('a pause holds every batch back and says who and why', () => {
  const state = { ...made(ABC), paused: { by: 'ann', why: 'storage', at: NOW } };
  expect(turnsNow(state, NOW).begin).toEqual([]);
  expect(turnsNow(state, NOW).waits[0]?.why[0]?.text).toBe('ann paused the programme: storage');
});

test('a batch that is too late waits for a new window and holds no seat; the plan given anew tries it again', () => {
  const late = told(beginAll(made(ABC, { inFlight: 1 })), 'a', 'tooLate');
  expect(turnsNow(late, NOW).begin).toEqual(['b']);
  expect(kinds(late, 'a')[0]).toBe('note');
  expect(turnsNow(replanned(late, order(ABC, { inFlight: 1 })), NOW).begin).toEqual(['a']);
});

test('the plan given anew keeps what has begun and the freezes of people', () => {
  const live = { ...freezeOf(NOW + HOUR, NOW + DAY, 'change board', 'ann') };
  const state = { ...beginAll(made(ABC, { inFlight: 1 })), freezes: [live] };
  const next = replanned(state, order([batch('c'), batch('b')]));
  expect(next.turns.map(({ name, status }) => [name, status])).toEqual([
    ['a', 'beginning'],
    ['c', 'planned'],
    ['b', 'planned'],
  ]);
  expect(next.freezes).toEqual([live]);
});

const WAVE: StopWaveRules = { everyMs: 60_000, thresholds: { cpu: { limit: 85, forMs: 0 } }, approvers: ['owner'] };
const signs = (cpuPercent: number | null) => ({ cpuPercent, memoryFreePercent: null, volumes: [], latencyMs: null });

test('a breach stops the wave until an approver has seen its figures', () => {
  const calm = made(ABC, { stopWave: WAVE });
  const lookout = look(calm.lookout, WAVE, 'hyper-v@s', signs(93), NOW);
  const state = judgeWave({ ...calm, lookout }, NOW);
  expect(turnsNow(state, NOW).begin).toEqual([]);
  expect(turnsNow(state, NOW).waits[0]?.why[0]?.text).toContain('hyper-v@s: CPU 93 %, above 85 %');
  const fingerprint = state.stopped?.fingerprint ?? '';
  const word = { by: 'owner', comment: 'the backup is over', fingerprint };
  expect(refuseResumeWave(state, { ...word, comment: '' })).toContain('"comment"');
  expect(refuseResumeWave(state, { ...word, fingerprint: 'old' })).toContain('Look again');
  expect(refuseResumeWave(state, { ...word, by: 'eve' })).toContain('Approvers: owner');
  expect(refuseResumeWave(state, word)).toBeNull();
  // It calms down by itself: that is another picture, and still a person's decision.
  const better = judgeWave({ ...state, lookout: look(state.lookout, WAVE, 'hyper-v@s', signs(20), NOW) }, NOW);
  expect(refuseResumeWave(better, word)).toContain('Look again');
  expect(turnsNow(better, NOW).begin).toEqual([]);
  const on = resumedWave(state, word, NOW);
  expect(turnsNow(on, NOW).begin).toEqual(['a', 'b']);
  expect(on.resumed[0]).toMatchObject({ by: 'owner', comment: 'the backup is over' });
  expect(refuseResumeWave(on, word)).toContain('the wave goes on');
});

test('the details of 60 batches and a stopped wave stay below what the server takes', () => {
  const many = made(
    Array.from({ length: 60 }, (_, n) => batch(`wave-with-a-long-name-${n}`, [], [window(NOW)])),
    {
      stopWave: WAVE,
      freezes: [freezeOf(NOW, NOW + DAY, 'x'.repeat(400))],
    },
  );
  const state = judgeWave({ ...many, lookout: look(many.lookout, WAVE, 'hyper-v@s', signs(93), NOW) }, NOW);
  const text = describeProgramme(glanceOf(state, turnsNow(state, NOW), NOW));
  expect(Buffer.byteLength(text)).toBeLessThan(20_000);
  expect(text).toContain('Signal `resumeWave` with:');
  expect(programmeCounts(state)).toBe('0 in flight · 0 of 60 batches over');
});

test.each([
  [{ by: '', add: { from: NOW, to: NOW + 1, why: 'x' } }, 'A freeze is changed with'],
  [{ by: 'ann' }, 'A freeze is changed with'],
  [{ by: 'ann', add: { from: '2026-12-18 18:00', to: NOW + DAY, why: 'x' } }, 'A freeze is changed with'],
  [{ by: 'ann', add: { from: NOW + DAY, to: NOW, why: 'x' } }, 'before it begins'],
  [{ by: 'ann', add: { from: NOW - DAY, to: NOW, why: 'x' } }, 'over already'],
  [{ by: 'ann', remove: 'nothing' }, 'There are: none'],
  [null, 'A freeze is changed with'],
])('a freeze edit that will not do is refused: %j', (asked, why) => {
  expect(refuseFreezeEdit([], asked, NOW)).toContain(why);
});

test('a freeze is added with an offset and taken away by its id', () => {
  const add = { from: '2026-12-18T18:00:00+01:00', to: '2027-01-07T06:00:00+01:00', why: 'close' };
  expect(refuseFreezeEdit([], { by: 'ann', add }, NOW)).toBeNull();
  const [one] = editFreezes([], { by: 'ann', add });
  expect(one).toMatchObject({ id: '2026-12-18T17:00Z/2027-01-07T05:00Z', by: 'ann', why: 'close' });
  expect(editFreezes(one ? [one] : [], { by: 'ann', remove: one?.id ?? '' })).toEqual([]);
});

/** Any programme: dependencies point to earlier batches only, so that each can be met. */
const programmes = fc
  .record({
    size: fc.integer({ min: 1, max: 9 }),
    inFlight: fc.integer({ min: 1, max: 3 }),
    after: fc.array(fc.tuple(fc.nat(8), fc.nat(8)), { maxLength: 8 }),
    spans: fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 10 })), { maxLength: 3 }),
    picks: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  })
  .map(({ size, inFlight, after, spans, picks }) => ({
    batches: Array.from({ length: size }, (_, n) =>
      batch(
        `b${n}`,
        after.flatMap(([a, b]) => (a % size === n && b % size < n ? [`b${b % size}`] : [])),
      ),
    ),
    rules: {
      ...RULES,
      inFlight,
      freezes: spans.map(([from, length]): Freeze => freezeOf(NOW + from * HOUR, NOW + (from + length) * HOUR, 'f')),
    },
    picks,
  }));

test('whatever ends when: never too many in flight, no dependency broken, nothing begins frozen, and all comes to its end', () => {
  fc.assert(
    fc.property(programmes, ({ batches, rules, picks }) => {
      let state = made(batches, rules);
      let now = NOW;
      for (const pick of picks) {
        const before = state;
        state = beginAll(state, now);
        const fresh = state.turns.filter((turn, index) => turn.status !== before.turns[index]?.status);
        expect(state.turns.filter(isInFlight).length).toBeLessThanOrEqual(rules.inFlight);
        if (frozenUntil(rules.freezes, now) !== null) expect(fresh).toEqual([]);
        for (const { name } of fresh)
          for (const other of batches.find((one) => one.name === name)?.after ?? [])
            expect(before.turns.find((turn) => turn.name === other)?.status).toBe('over');
        const flying = state.turns.filter(isInFlight);
        const ends = flying[pick % Math.max(1, flying.length)];
        if (ends) state = told(state, ends.name, 'over');
        now += 2 * HOUR;
      }
      expect(state.turns.every(({ status }) => status === 'over')).toBe(true);
    }),
    { numRuns: 200 },
  );
});
