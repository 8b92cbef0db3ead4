import { doctorText } from '../../client/cli/doctor.ts';
import { commandFor, inboxText } from '../../client/cli/inbox-text.ts';
import { bytes, say, table } from '../../client/cli/print.ts';
import { reportText } from '../../client/cli/report.ts';
import { statusTable } from '../../client/cli/status.ts';
import { explain } from '../../client/cli/vm-text.ts';
import { watchText } from '../../client/cli/watch-text.ts';
import { amiss, noted, well } from '../../client/doctor/line.ts';
import type { Waiting } from '../../client/inbox.ts';
import { vmReport } from '../../client/report.ts';
import { standingOf, summaryLine, summaryOf } from '../../domain/listed.ts';
import { duration, shellWord } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { GATE, listed, MINUTE, NOW, PARKED, view } from '../support/cli-views.ts';

test.each([
  [null, '–'],
  [0, '0 s'],
  [12_400, '12 s'],
  [250_000, '4 min 10 s'],
  [3 * 3_600_000 + 5 * MINUTE + 9_000, '3 h 5 min'],
  [52 * 3_600_000, '2 d 4 h'],
  [3_600_000, '1 h'],
])('a duration of %p ms reads %p', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [null, '–'],
  [0, '0 B'],
  [1_023, '1023 B'],
  [1_024, '1.0 KiB'],
  [5 * 2 ** 40, '5.0 TiB'],
])('%p bytes read %p', (count, text) => {
  expect(bytes(count)).toBe(text);
});

test('columns are as wide as their widest cell, colours not counted', () => {
  expect(
    table(
      ['A', 'B'],
      [
        ['\u001B[31mred\u001B[39m', 'x'],
        ['Büro', 'y'],
      ],
    ),
  ).toBe('A     B\n\u001B[31mred\u001B[39m   x\nBüro  y');
});

test('a name that would steer the terminal is shown, not obeyed', () => {
  const written: string[] = [];
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  say('web-01\u001B[2J\u0007\r\u001B[31mred\u001B[39m');
  spy.mockRestore();
  expect(written.join('')).toBe('web-01\uFFFD[2J\uFFFD\uFFFD\u001B[31mred\u001B[39m\n');
});

test.each([
  ['web-01', 'web-01'],
  ['two words', "'two words'"],
  ["o'hara", `'o'\\''hara'`],
  ['$(rm x)', "'$(rm x)'"],
])('%p is typed as %p', (word, typed) => {
  expect(shellWord(word)).toBe(typed);
});

test('everyone is counted once in the summary line', () => {
  const all = [
    listed(),
    listed({ waitingFor: 'the window 20:00' }),
    listed({ waitingFor: 'a decision: go' }),
    listed({ flags: ['Paused'], waitingFor: 'resume' }),
    listed({ flags: ['Parked', 'Stalled'], waitingFor: 'a person: synchronise failed' }),
    listed({ run: 'failed', flags: ['Parked'] }),
  ];
  expect(summaryLine(summaryOf(all))).toBe('2 running · 2 waiting for you · 1 stalled · 1 failed');
  expect(all.map(standingOf)).toEqual(['running', 'running', 'waiting', 'waiting', 'stalled', 'failed']);
});

test('two VMs of one name are told apart by their ids in status', () => {
  const shown = statusTable([listed(), listed({ id: 'src-2' }), listed({ id: 'src-3', name: 'db-01' })], NOW);
  expect(shown).toContain('web-01 (src-1)');
  expect(shown).toContain('web-01 (src-2)');
  expect(shown).toMatch(/^db-01 {2,}wave-01\/web +Seeding +1 +team-orders +1 h 30 min$/m);
});

test('watch shows how far a step is in the words of its product, and no line is wider than the screen', () => {
  const pending = [
    {
      verb: 'synchronise',
      queue: 'veeam@vbr01',
      inHand: false,
      attempt: 7,
      said: '45 %, 1.2 GB of 3 GB, 80 MB/s',
      since: NOW,
    },
  ];
  const waits = { verb: 'cutOver', queue: 'veeam@vbr01', inHand: false, attempt: 1, said: null, since: NOW };
  const seen = {
    at: NOW,
    summary: { running: 2, waiting: 0, stalled: 0, failed: 0 },
    shown: [
      { ...listed(), pending },
      { ...listed({ name: 'db-01' }), pending: [waits] },
    ],
    batches: [
      {
        programme: 'p1',
        batch: 'wave-01',
        vms: 5,
        summary: { running: 5, waiting: 0, stalled: 0, failed: 0 },
      },
    ],
    left: 3,
  };
  expect(watchText(seen, 200)).toContain('synchronise at veeam@vbr01, asked 7 times: 45 %, 1.2 GB of 3 GB, 80 MB/s');
  expect(watchText(seen, 200)).toContain('cut-over at veeam@vbr01, waits for its agent');
  expect(watchText(seen, 200)).toContain('… and 3 more');
  expect(watchText(seen, 200)).toContain('wave-01 of p1 · 5 VMs · 5 running · 0 waiting for you');
  expect(watchText(seen, 200)).toMatch(/web-01 .*\[#####-----\] .*synchronise/);
  expect(
    Math.max(
      ...watchText(seen, 60)
        .split('\n')
        .slice(2)
        .map((line) => line.length),
    ),
  ).toBeLessThanOrEqual(60);
});

test('a VM tells its outage against its budget, its bytes and how long people took', () => {
  const text = explain(view(), NOW);
  expect(text).toContain(
    'hop 1: protected · copied · fenced 2030-01-05T20:50:00Z · cutting over · outage 40 min · full 3.0 GiB, delta 5.0 MiB',
  );
  expect(text).toContain('outage in all: 40 min of 30 min, over · waited for people: 15 min');
  expect(text).toContain('You can: roll-back   pause');
});

test('a parked VM tells what failed, what changed, what is likely and what can be done', () => {
  const text = explain(view({ parked: PARKED, flags: ['Parked'], legal: ['retry', 'repair', 'rollBack'] }), NOW);
  expect(text).toContain('✗ web-01 · cut over, hop 1 · hyper-v@stage01 · since 2030-01-05T21:20:00Z');
  expect(text).toContain(
    '  Known to have changed: source is off\n  Likely: hv_* drivers missing\n  Do: Look at its console',
  );
  expect(text).toContain('You can: retry   repair   roll-back');
});

test('a VM in line tells its place and why, and one whose agent is gone says so with what to do', () => {
  const around = {
    pending: [{ verb: 'protect', queue: 'veeam@vbr01', inHand: false, attempt: 1, said: null, since: NOW }],
    unserved: ['veeam@vbr01'],
    line: ['3rd in line for staging: 12 GB asked, 4 GB free'],
  };
  const text = explain(view(), NOW, around);
  expect(text).toContain('in line: 3rd in line for staging: 12 GB asked, 4 GB free');
  expect(text).toContain('✗ No agent serves veeam@vbr01: this step waits for one.');
  expect(text).toContain('tranship worker agent --serve veeam@vbr01');
});

test('the record of an earlier version, which told no budget, is shown all the same', () => {
  const { outageBudgetMs: _untold, ...old } = view();
  expect(explain(old as MigrationView, NOW)).toContain('outage in all: 40 min of –');
});

const vmWaits = (change: Partial<MigrationView>, id = 'src-1'): Waiting => ({
  kind: 'vm',
  listed: listed({ id }),
  called: id === 'src-1' ? 'web-01' : id,
  view: view({ ...change, vm: { id, name: 'web-01' } }),
  since: NOW - 10 * MINUTE,
});

test('the inbox gives the command that answers each', () => {
  const parked = vmWaits({ parked: PARKED, legal: ['retry', 'repair', 'rollBack', 'pause'] });
  const gate = vmWaits({ gate: GATE });
  const paused = vmWaits({ flags: ['Paused'] });
  const silent: Waiting = { kind: 'silent', listed: listed(), why: 'No orchestrator runs.', since: NOW };
  const group = {
    group: 'db',
    hop: 1,
    fingerprint: 'f'.repeat(16),
    waiting: [{ id: 'x', vm: { id: 'x', name: 'db-01' }, gate: { ...GATE } }],
    missing: [],
    after: [],
    openedAt: NOW,
  };
  const together: Waiting = { kind: 'group', programme: 'p1', batch: 'wave-01', gate: group, since: NOW };
  expect(commandFor(parked)).toBe("tranship retry web-01 --step 'cut over'");
  expect(commandFor(gate)).toBe('tranship approve web-01');
  expect(commandFor(paused)).toBe('tranship resume web-01');
  expect(commandFor(silent)).toBe('tranship doctor');
  expect(commandFor(together)).toBe('tranship approve --batch wave-01 --group db');
  const waits: Waiting = { ...together, gate: { ...group, missing: [{ id: 'y', name: 'db-02' }] } };
  expect(commandFor(waits)).toBe('tranship status --batch wave-01');
  expect(inboxText([parked], NOW)).toContain('(or repair, roll-back)');
  expect(inboxText([waits], NOW)).toContain('not yet at the gate: db-02');
});

test('a stopped wave stands in the inbox with its figures and the command that goes on', () => {
  const breach = { host: 'hyper-v@s', metric: 'cpu', of: null, since: NOW, value: 93, limit: 85, forMs: 0 } as const;
  const stopped = { at: NOW - 5 * MINUTE, breaches: [breach], fingerprint: 'f'.repeat(16) };
  const wave: Waiting = {
    ...{ kind: 'wave', programme: 'dc exit', stopped, approvers: ['owner'], held: 3, since: stopped.at },
  };
  const text = inboxText([wave], NOW);
  expect(text).toContain('✗ 5 min  dc exit · the wave is stopped (owner): hyper-v@s: CPU 93 %, above 85 %');
  expect(text).toContain(`tranship programme resume --programme 'dc exit' --seen ${'f'.repeat(16)} --comment '…'`);
});

test('a VM whose name others bear is answered by its id', () => {
  expect(commandFor(vmWaits({ gate: GATE }, 'src-2'))).toBe('tranship approve src-2');
});

test('a report tells ends, outages against budget, bytes, human wait, and who decided with which identity', () => {
  const decided = {
    gate: 'cutover' as const,
    hop: 1,
    round: 0,
    fingerprint: GATE.fingerprint,
    decision: 'approve' as const,
    by: 'leads',
    comment: 'change 4711',
    at: NOW,
    channel: 'update' as const,
    identity: 'identity unverified' as const,
  };
  const finding = { id: 'V2-02', severity: 'warn' as const, subject: 'web-01', message: 'Arc is off', fix: 'Wait' };
  const ended = view({ phase: 'Decommissioned', decisions: [decided], findings: [finding] });
  const text = reportText([vmReport(ended, 'record', NOW), vmReport(view(), 'running', NOW)]);
  expect(text).toMatch(
    /^web-01 +web +Decommissioned +40 min \/ – +40 min of 30 min, over +3\.0 GiB \/ – +5\.0 MiB \/ – +15 min +1$/m,
  );
  expect(text).toContain('CuttingOver (runs)');
  expect(text).toContain('leads opened cutover, hop 1 (identity unverified, by update): change 4711');
  expect(text).toContain('web-01  V2-02 warn: Arc is off');
});

test('the doctor gives each line its mark and its fix', () => {
  const text = doctorText([
    well('server', 'Temporal at x', 'answers'),
    amiss('queue', 'veeam@vbr01', 'nobody serves it', 'Start its agent.'),
    noted('secret', 'env:A', 'does not resolve here'),
  ]);
  expect(text).toBe(
    '✓ Temporal at x: answers\n✗ veeam@vbr01: nobody serves it\n    Start its agent.\n! env:A: does not resolve here',
  );
});
