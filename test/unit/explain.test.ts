import { explanationOf, explanationText } from '../../client/explain/explanation.ts';
import type { Surroundings } from '../../client/explain/known.ts';
import { KINDS, type Kind } from '../../client/explain/reason.ts';
import { remainingSteps } from '../../client/explain/remaining.ts';
import { windowCost } from '../../client/explain/waiting-cost.ts';
import type { OpenGate } from '../../domain/gate.ts';
import type { GroupGate } from '../../domain/group-gate.ts';
import { newHopRecord } from '../../domain/hop-record.ts';
import { PHASES } from '../../domain/phase.ts';
import type { Window } from '../../domain/window.ts';
import type { BatchView } from '../../workflows/batch-messages.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { GATE, MINUTE, NOW, PARKED, view } from '../support/cli-views.ts';

const NOTHING_KNOWN: Surroundings = {
  pending: [],
  unserved: [],
  line: [],
  seats: [],
  askedAt: null,
  batch: null,
  behind: [],
};

const HOUR = 60 * MINUTE;
const NOTHING_YET = { entries: [], waits: [], bytes: [] };
const TOGETHER: OpenGate = { ...GATE, together: 'group' };
const ME = { id: 'vm/p1/a/src-1', vm: { id: 'src-1', name: 'web-01' }, gate: { ...GATE } };

const member = (id: string, name: string, group: string) => ({
  id,
  vm: { id, name },
  group,
  hops: 2,
  status: 'running' as const,
  end: null,
  hasRoom: true,
  gate: null,
  through: 0,
  landed: 0,
  note: null,
});

const batch = (change: Partial<BatchView>): BatchView => ({
  programme: 'p1',
  name: 'wave-01',
  groups: ['db', 'web'],
  members: [member('db-1', 'db-01', 'db'), { ...member(ME.id, 'web-01', 'web'), vm: ME.vm }],
  approvers: ['leads'],
  trustNamespace: true,
  windows: [null, null],
  decisions: [],
  cleared: [],
  stopped: null,
  refused: [],
  gates: [],
  isOver: false,
  ...change,
});

const groupGate = (change: Partial<GroupGate>): GroupGate => ({
  group: 'web',
  hop: 1,
  fingerprint: 'f'.repeat(16),
  waiting: [ME],
  missing: [],
  after: [],
  openedAt: NOW - 10 * MINUTE,
  approvers: ['leads'],
  ...change,
});

interface Case {
  readonly kind: Kind;
  readonly view: Partial<MigrationView>;
  readonly around?: Partial<Surroundings>;
  readonly says: readonly string[];
}

const HELD = { name: 'app-02', since: NOW - 2 * HOUR, orphaned: true };
const PENDING = {
  verb: 'synchronise',
  queue: 'veeam@vbr01',
  inHand: true,
  attempt: 3,
  said: '45 %',
  since: NOW - HOUR,
};

const CASES: readonly Case[] = [
  {
    kind: 'parked',
    view: { parked: PARKED, flags: ['Parked'], legal: ['retry', 'repair', 'rollBack'] },
    says: [
      'Waits    a person: cut over failed, hop 1: The staged VM did not report a heartbeat.',
      'known to have changed: source is off',
      'likely: hv_* drivers missing',
      '10 min ago',
      'whoever operates it; its owner is team-orders',
      'down since 40 min: 40 min of 30 min used, over by 10 min',
      "tranship retry web-01 --step 'cut over'",
      "tranship repair web-01 --step 'cut over'",
      'legal too: roll-back',
    ],
  },
  {
    kind: 'recovered',
    view: {
      flags: ['Paused'],
      waitingFor: 'resume: recovered from its checkpoint; look at it first',
      legal: ['resume'],
    },
    says: ['recovered from its checkpoint', '`tranship recover` rebuilt it', 'tranship resume web-01'],
  },
  {
    kind: 'kept',
    view: { kept: { by: 'anna', at: NOW - HOUR, comment: 'month-end' }, legal: ['resume'] },
    says: ['resume: anna: month-end holds it at its cut-over gate', '1 h ago', 'tranship resume web-01'],
  },
  {
    kind: 'gate',
    view: {
      phase: 'AwaitingCutover',
      gate: {
        ...GATE,
        quorum: 2,
        votes: [{ by: 'anna', at: NOW, right: 'anna', holder: 'anna', identity: 'attested' }],
        approvers: ['anna', 'leads'],
        mayOpen: ['leads', 'ben'],
        notBy: ['carl'],
      },
      loans: [{ from: 'leads', to: 'ben', until: NOW + HOUR, by: 'leads', at: NOW }],
    },
    says: [
      'a decision: cutover, hop 1',
      '20 min ago',
      'may approve cutover: leads, ben',
      'approved by 1 of 2: anna',
      'asked for by carl, who may not approve',
      'leads lent ben the right until 2030-01-05T22:30:00.000Z',
      'tranship approve web-01',
      'tranship reject web-01',
    ],
  },
  {
    kind: 'group',
    view: { phase: 'AwaitingCutover', gate: TOGETHER },
    around: { batch: batch({ gates: [groupGate({ missing: [{ id: 'x', name: 'web-02', why: 'keeps syncing' }] })] }) },
    says: [
      'the others of its group web: they are decided on together',
      'not at the gate yet: web-02 (keeps syncing)',
      'nobody yet',
      'tranship explain web-02',
    ],
  },
  {
    kind: 'group',
    view: { phase: 'AwaitingCutover', gate: TOGETHER },
    around: { batch: batch({ gates: [groupGate({})] }) },
    says: ['a decision on its group web: cutover, hop 1', 'leads', 'tranship approve --batch wave-01 --group web'],
  },
  {
    kind: 'turn',
    view: { phase: 'AwaitingCutover', gate: TOGETHER },
    around: {
      batch: batch({
        cleared: [
          {
            group: 'web',
            hop: 1,
            fingerprint: 'f'.repeat(16),
            decision: 'approve',
            by: 'anna',
            at: NOW - MINUTE,
            channel: 'update',
            members: [{ id: ME.id, gate: ME.gate }],
          },
        ],
      }),
    },
    says: ['approved by anna', 'not landed yet: db-01 (db)', 'tranship reject --batch wave-01 --group web'],
  },
  {
    kind: 'task',
    view: {
      task: { hook: 'silence', hop: 1, text: 'Silence it', role: 'network', since: NOW - HOUR, dueAt: NOW, run: null },
    },
    says: ['network, to do by hand what the hook silence asks: Silence it', 'tranship done web-01 --hook silence'],
  },
  {
    kind: 'hook',
    view: {
      hooks: [
        {
          ...{ name: 'drain', token: 't', hop: 1, round: 0, when: 'before', point: 'cutOver', state: 'begun' },
          ...{ over: false, at: NOW - HOUR, found: null, tries: 0, note: null },
        },
      ],
    },
    around: { pending: [{ ...PENDING, said: 'not drained yet' }] },
    says: ['the hook drain, before cut-over, hop 1', 'not drained yet', '1 h ago'],
  },
  {
    kind: 'lease',
    view: { phase: 'Queued', waitingFor: 'room on staging' },
    around: { line: ['3rd in line for staging: 0 of 4 seats free, needs 1'], seats: [HELD], askedAt: NOW - HOUR },
    says: [
      '3rd in line for staging',
      'held by app-02 since 2030-01-05T19:30:00Z, whose migration has ended',
      '1 h ago',
      'tranship capacity',
    ],
  },
  {
    kind: 'window',
    view: { phase: 'AwaitingCutover', waitingFor: 'the window 2030-01-06 20:00' },
    says: ['the window 2030-01-06 20:00'],
  },
  {
    kind: 'hold',
    view: { phase: 'Holding', waitingFor: 'the hold, until 2030-02-01T00:00:00.000Z', hop: 2 },
    says: ['the hold, until 2030-02-01', 'the source stays, off and fenced', '1. hop 2: keeps the source'],
  },
  {
    kind: 'paused',
    view: {
      flags: ['Paused'],
      waitingFor: 'resume',
      legal: ['resume'],
      commands: [{ verb: 'pause', by: 'ben', at: NOW - HOUR, channel: 'update', comment: 'storage' }],
    },
    says: ['paused by ben: storage', '1 h ago', 'tranship resume web-01'],
  },
  {
    kind: 'agent',
    view: {},
    around: { unserved: ['veeam@vbr01'], pending: [PENDING] },
    says: ['nobody serves veeam@vbr01', 'tranship worker agent --serve veeam@vbr01', 'tranship doctor'],
  },
  {
    kind: 'works',
    view: { phase: 'Seeding' },
    around: { pending: [PENDING] },
    says: ['Is at    nobody: it works at cut over', 'under way: synchronise: 45 %'],
  },
  {
    kind: 'ended',
    view: { phase: 'RolledBack', legal: [] },
    says: ['it has ended as RolledBack', 'tranship ledger web-01'],
  },
];

const told = ({ view: change, around = {} }: Omit<Case, 'kind' | 'says'>) =>
  explanationOf(view(change), 'web-01', { ...NOTHING_KNOWN, ...around }, NOW);

test.each(CASES)('one that waits because of $kind says so, with who may act and how', (one) => {
  const explained = told(one);
  expect(explained.kind).toBe(one.kind);
  const text = explanationText(explained, NOW);
  for (const says of one.says) expect(text).toContain(says);
});

test('every reason is told', () => {
  expect(KINDS.filter((kind) => !CASES.some((one) => one.kind === kind))).toEqual([]);
});

test('one that is paused at its gate says both, and who stopped its batch', () => {
  const text = explanationText(
    told({
      view: { gate: GATE, flags: ['Paused'], commands: [{ verb: 'pause', by: 'ben', at: NOW, channel: 'update' }] },
      around: { batch: batch({ stopped: { by: 'carl', at: NOW, why: 'storage' } }) },
    }),
    NOW,
  );
  expect(text).toContain('a decision: cutover');
  expect(text).toContain('paused too, by ben');
  expect(text).toContain('carl stopped the batch: storage');
});

test('a name that several bear is answered by what was typed', () => {
  expect(explanationOf(view({ gate: GATE }), 'src-1', NOTHING_KNOWN, NOW).commands[0]).toBe('tranship approve src-1');
});

const gatesLeft = (change: Partial<MigrationView>) =>
  remainingSteps(view({ hops: [newHopRecord(1), newHopRecord(2)], ledger: NOTHING_YET, ...change }), NOW).flatMap(
    ({ hop, gate }) => (gate ? [`${gate} ${hop}`] : []),
  );

test.each([
  ['Planned', 1, ['cutover 1', 'go 1', 'cutover 2', 'signOff 2', 'decommission 1']],
  ['AwaitingCutover', 1, ['cutover 1', 'go 1', 'cutover 2', 'signOff 2', 'decommission 1']],
  ['CuttingOver', 1, ['go 1', 'cutover 2', 'signOff 2', 'decommission 1']],
  ['OnStaging', 1, ['cutover 2', 'signOff 2', 'decommission 1']],
  ['Validating', 2, ['signOff 2', 'decommission 1']],
  ['Committing', 2, ['decommission 1']],
  ['AwaitingDecommission', 2, ['decommission 1']],
  ['Decommissioned', 2, []],
  ['RolledBack', 1, []],
] as const)('in %s, hop %p, the gates that are left are %p', (phase, hop, gates) => {
  expect(gatesLeft({ phase, hop })).toEqual(gates);
});

test('there is something next in every phase but the ends', () => {
  const ends = ['Decommissioned', 'RolledBack', 'Cancelled', 'Ejected'];
  const without = PHASES.filter((phase) => remainingSteps(view({ phase }), NOW).length === 0);
  expect(without).toEqual(ends);
});

const WINDOW: Window = {
  opensAt: NOW + HOUR,
  abortAt: NOW + 3 * HOUR,
  closesAt: NOW + 4 * HOUR,
  zone: 'UTC',
  text: '',
  utcText: '',
};

test.each([
  [NOW, 'the window opens in 1 h'],
  [NOW + 2 * HOUR, 'the window is open: latest abort in 1 h, it closes in 2 h'],
  [NOW + 3.5 * HOUR, 'the window is past its latest abort and closes in 30 min'],
  [NOW + 5 * HOUR, 'the window closed 1 h ago'],
])('at %p %s', (now, text) => {
  expect(windowCost(WINDOW, now)).toBe(text);
});
