import fc from 'fast-check';
import { amend, type BatchState, ended } from '../../domain/batch.ts';
import type { Plan } from '../../domain/plan.ts';
import { liveSheet } from '../../plan/roster/live-sheet.ts';
import { durationText, readDuration } from '../../plan/text/measures.ts';
import { differ, liveBatch, readExample, rowFor, sheetOf } from './live-batch.ts';
import { docsExample, type Example, goodPlan, readWritten } from './plan-example.ts';

/** `plan export` and `plan diff` without a server: the sheet of what runs, and what an edited one would change. */

let example: Example;
let plan: Plan;
beforeAll(async () => {
  example = await docsExample();
  plan = await readExample(example);
});

const DB = '7c9f0d52-3c1e-4b7a-9f0e-2a6d5b8c1e44';
const WEB1 = '0b6a1f38-92d4-4c0e-8e55-6f1c7d2a9b10';
const idOf = (uuid: string): string => `vm/contoso-2030/ntnx-a/${uuid}`;

/** A sheet of what runs with one place changed. */
const edited = (from: string | RegExp, to: string, live = liveBatch(plan, 'wave-01')): string => {
  const sheet = sheetOf(live);
  const changed = sheet.replace(from, to);
  if (changed === sheet) throw new Error(`${from} is not in ${sheet}`);
  return changed;
};

const said = async (
  csv: string,
  live = [liveBatch(plan, 'wave-01')],
  yaml = example.yaml,
): Promise<readonly string[]> => {
  const { changes, refusals } = await differ({ yaml, csv }, live);
  expect(refusals).toEqual([]);
  return changes.map(({ vm, kind, says }) => `${vm?.name ?? 'batch'} ${kind}: ${says}`);
};

test('what runs, exported and read again, changes nothing', async () => {
  const live = liveBatch(plan, 'wave-01');
  const sheet = sheetOf(live);
  expect(sheet.startsWith('\uFEFFid,name,')).toBe(true);
  expect(sheet.split('\n')[0]).toMatch(/,phase,status,flags$/);
  expect(await differ({ ...example, csv: sheet }, [live])).toMatchObject({ changes: [], refusals: [], unchanged: 3 });
});

test.each<readonly [what: string, from: string | RegExp, to: string, says: string]>([
  ['a moved VM', /web-01,wave-01,web/, 'web-01,wave-01,db', 'web-01 moved: moved from web to db'],
  [
    'a VM of a new group',
    /web-01,wave-01,web/,
    'web-01,wave-01,mail',
    'batch reordered: db, web → db, web, mail|web-01 moved: moved from web to mail',
  ],
  [
    'another address',
    'lnet-db/10.1.30.11/24',
    'lnet-db/10.1.30.12/24',
    'db-01 re-addressed: hop2.nics 0:lnet-db/10.1.30.11/24/gw=10.1.30.1/dns=10.0.0.10,10.0.0.11 → 0:lnet-db/10.1.30.12/24/gw=10.1.30.1/dns=10.0.0.10,10.0.0.11',
  ],
  ['another size', /,db-01,8,32768,/, ',db-01,16,32768,', 'db-01 re-landed: hop2.cpus 8 → 16'],
  ['another disk', ',1:csv2,', ',1:csv1,', 'db-01 re-landed: hop2.disks 1:csv2 → 1:csv1'],
  ['a job of their own', 'expects 200,no,,', 'expects 200,no,nightly,', 'web-01 settings: adopt_job (empty) → nightly'],
  ['a row less', /^.*,web_02,.*\n/m, '', 'web_02 removed: taken out: it is ejected'],
  ['other words in the columns of state', ',running,', ',asleep,', ''],
])('%s is told for what it is', async (_what, from, to, says) => {
  expect((await said(edited(from, to))).join('|')).toBe(says);
});

const NEW = {
  ...{ name: 'web-09', batch: 'wave-01', group: 'web', owner: 'team', path: 'main', 'hop1.cpus': '2' },
  ...{ 'hop1.memory': '4096', 'hop1.nics': 'none', 'hop2.storage': 'csv1', 'hop2.nics': 'none' },
};

test('a row more is a VM more', async () => {
  const sheet = sheetOf(liveBatch(plan, 'wave-01'));
  const row = rowFor(sheet, { ...NEW, id: '11111111-2222-4333-8444-555555555555' });
  expect(await said(`${sheet}${row}\n`)).toEqual(['web-09 added: added to web']);
});

test('a row without an id is found by a name that one member alone bears, and a new one needs its id', async () => {
  expect(await said(edited(WEB1, ''))).toEqual([]);
  const sheet = sheetOf(liveBatch(plan, 'wave-01'));
  const { refusals } = await differ({ ...example, csv: `${sheet}${rowFor(sheet, NEW)}\n` }, [
    liveBatch(plan, 'wave-01'),
  ]);
  expect(refusals).toEqual([
    expect.objectContaining({ line: 5, column: 1, message: expect.stringContaining('No id for web-09') }),
  ]);
});

test('a group that lost its last VM stays named in plan.yaml', async () => {
  const live = liveBatch(plan, 'wave-01', (state) => amend(state, idOf(DB), { removed: true, status: 'refused' }));
  expect(await said(sheetOf(live), [live])).toEqual([]);
});

test('sorting the rows changes nothing, and the order in plan.yaml does', async () => {
  const [head = '', ...rows] = sheetOf(liveBatch(plan, 'wave-01')).trim().split('\n');
  const sorted = [head, ...rows.toReversed(), ''].join('\n');
  expect(await said(sorted)).toEqual([]);
  const yaml = example.yaml.replace('groups: [db, web]', 'groups: [web, db]');
  expect(await said(sorted, undefined, yaml)).toEqual(['batch reordered: db, web → web, db']);
});

test('a window that moved in plan.yaml is a change of its batch', async () => {
  const yaml = example.yaml.replace('opens: 2030-03-09 20:00', 'opens: 2030-03-09 21:00');
  expect(await said(sheetOf(liveBatch(plan, 'wave-01')), undefined, yaml)).toEqual([
    'batch re-windowed: hop 1 2030-03-09 20:00 – 2030-03-10 04:00 Europe/Vienna → 2030-03-09 21:00 – 2030-03-10 04:00 Europe/Vienna',
  ]);
});

test('who has not begun may change altogether', async () => {
  const live = liveBatch(plan, 'wave-01', (state) => amend(state, idOf(WEB1), { status: 'planned' }));
  const csv = edited('web-01,wave-01,web,team-orders', 'web-01,wave-01,web,team-shop', live);
  expect(await said(csv, [live])).toEqual(['web-01 replanned: owner team-orders → team-shop']);
});

const TWO = (yaml: string): string => `${yaml.trimEnd()}\n  wave-02: { windows: [], groups: [] }\n`;

test('a VM whose batch changes leaves the one and joins the other where that runs', async () => {
  const yaml = TWO(example.yaml);
  const both = await readExample({ yaml, csv: example.csv.replace('web-01,wave-01', 'web-01,wave-02') });
  const live = [liveBatch(both, 'wave-01'), liveBatch(both, 'wave-02')];
  const moved = sheetOf(...live).replace('web_02,wave-01', 'web_02,wave-02');
  expect(await said(moved, live, yaml)).toEqual([
    'web_02 deferred: deferred to wave-02: it is ejected here',
    'web_02 added: added to web',
  ]);
  expect(await said(moved, live.slice(0, 1), yaml)).toEqual([
    'web_02 deferred: deferred to wave-02: it is ejected here',
  ]);
  const alone = await differ({ yaml, csv: moved }, live, { batch: 'wave-02' });
  expect(alone.refusals.map(({ message }) => message)).toEqual(['web_02 is of wave-01, which runs']);
});

test('a batch without a row in the sheet is left alone', async () => {
  const yaml = TWO(example.yaml);
  const both = await readExample({ yaml, csv: example.csv.replace('web-01,wave-01', 'web-01,wave-02') });
  const live = [liveBatch(both, 'wave-01'), liveBatch(both, 'wave-02')];
  const found = await differ({ yaml, csv: sheetOf(...live.slice(0, 1)) }, live);
  expect([found.changes, found.notes]).toEqual([[], ['wave-02: running, and without a row here; left alone.']]);
});

test('what is seen changes with what runs, and with what is asked', async () => {
  const sheet = sheetOf(liveBatch(plan, 'wave-01'));
  const seenOf = async (csv: string, live = liveBatch(plan, 'wave-01')): Promise<string> =>
    (await differ({ ...example, csv }, [live])).seen;
  const through = liveBatch(plan, 'wave-01', (state) => amend(state, idOf(DB), { through: 1 }));
  const all = await Promise.all([
    seenOf(sheet),
    seenOf(sheet),
    seenOf(edited('1:csv2', '1:csv1')),
    seenOf(sheet, through),
  ]);
  expect(new Set(all).size).toBe(3);
});

/** `through`: db was let through to its first cut-over. */
const THROUGH = (state: BatchState): BatchState => amend(state, idOf(DB), { through: 1 });
const OVER = (state: BatchState): BatchState => ended(state, idOf(WEB1), 'Decommissioned');
const AS_IS = (state: BatchState): BatchState => state;

const ILLEGAL: readonly (readonly [
  what: string,
  state: (state: BatchState) => BatchState,
  from: string | RegExp,
  to: string,
  says: string,
  fix: string,
])[] = [
  [
    'moving who was let through',
    THROUGH,
    'db-01,wave-01,db',
    'db-01,wave-01,‸web',
    'db-01 was let through',
    'roll it back',
  ],
  [
    'moving to who was let through',
    THROUGH,
    'web-01,wave-01,web',
    'web-01,wave-01,‸db',
    'Group db was let',
    'another group',
  ],
  [
    'deferring who was let through',
    THROUGH,
    'db-01,wave-01',
    'db-01,‸wave-02',
    'db-01 was let through',
    'roll it back',
  ],
  [
    'taking out who was let through',
    THROUGH,
    /^([^\n]*\n)[^\n]*,db-01,[^\n]*\n/,
    '‸$1',
    'db-01 was let through',
    'roll it back',
  ],
  [
    'the landing of a hop that was let through',
    THROUGH,
    /,8,32768,(,on,[^,]*,0:vSwitch-Stage)/,
    ',‸16,32768,$1',
    'cut-over of hop 1',
    'as it was',
  ],
  ['an owner of who runs', AS_IS, 'db,team-orders', 'db,‸team-shop', 'db-01 has begun', 'Put these cells back'],
  [
    'a name where it lands, of who runs',
    AS_IS,
    'web-01_replica',
    '‸web-01-stage',
    'web-01 has begun',
    'Put these cells back',
  ],
  ['a display name of who runs', AS_IS, /,web_02,wave/, ',‸web-2,wave', 'has begun', 'Put these cells back'],
  [
    'a smoke test of who runs',
    AS_IS,
    'tcp://10.1.30.11:1433',
    '‸tcp://10.1.30.11:1434',
    'db-01 has begun',
    'Put these cells back',
  ],
  ['a landing of who is over', OVER, /,web-01,4,8192,/, ',web-01,‸6,8192,', 'web-01 is over', 'as it was'],
  ['a group of who is over', OVER, 'web-01,wave-01,web', 'web-01,wave-01,‸db', 'web-01 is over', 'as it was'],
  ['a network that is not there', AS_IS, '0:lnet-app/keep,,', '‸0:lnet-apple/keep,,', 'lnet-apple', 'Did you mean'],
  [
    'a size that is none',
    AS_IS,
    /,db-01,8,32768,/,
    ',db-01,‸many,32768,',
    'is not a number of virtual CPUs',
    'whole number',
  ],
  ['a batch that is not there', AS_IS, 'db-01,wave-01', 'db-01,‸wave-09', 'plan.yaml has no "wave-09"', 'wave-01'],
  ['a column that is none', AS_IS, ',flags', ',‸colour', '"colour" is not a column', 'columns'],
];

test.each(ILLEGAL)('%s is refused where it stands', async (_what, state, from, to, says, fix) => {
  const live = liveBatch(plan, 'wave-01', state);
  const marked = edited(from, to, live).replace('\uFEFF', '');
  const before = marked.slice(0, marked.indexOf('‸')).split('\n');
  const { refusals } = await differ({ yaml: TWO(example.yaml), csv: marked.replace('‸', '') }, [live]);
  const errors = refusals.filter(({ severity }) => severity === 'error');
  expect(errors).toEqual([
    {
      ...{ file: 'vms.csv', line: before.length, column: (before.at(-1)?.length ?? 0) + 1, severity: 'error' },
      ...{ message: expect.stringContaining(says), fix: expect.stringContaining(fix) },
    },
  ]);
});

test('a window that is past its latest abort is refused in plan.yaml', async () => {
  const live = liveBatch(plan, 'wave-01');
  const yaml = example.yaml.replace('2030-03-09 20:00, closes: 2030-03-10', '2029-03-09 20:00, closes: 2029-03-10');
  const { refusals } = await differ({ yaml, csv: sheetOf(live) }, [live]);
  const line = yaml.split('\n').findIndex((each) => each.includes('2029-03-09')) + 1;
  expect(refusals).toMatchObject([
    { file: 'plan.yaml', line, message: expect.stringContaining('past its latest abort') },
  ]);
});

test('no cell of the sheet is run by a spreadsheet, and each is read as it was meant', async () => {
  const names = [
    '=cmd|calc',
    '+1',
    '-old',
    '@sum',
    "'=x",
    '"quoted", and more',
    ' spaced ',
    'line\nbreak',
    'Grün',
    "O'Hara",
  ];
  const live = liveBatch(plan, 'wave-01');
  const [first] = live.members;
  if (!first) throw new Error('nobody');
  for (const name of names) {
    const order = { ...first.order, owner: name };
    const csv = liveSheet([{ order, phase: '=1', status: '+1', flags: '@x' }]);
    expect(csv.split(/[,\n]/).filter((cell) => /^"?[=+@-]/.test(cell))).toEqual([]);
    const read = goodPlan(await readWritten({ yaml: example.yaml.replace('[db, web]', '[]'), csv }));
    expect(read.vms[0]?.owner).toBe(name);
  }
});

test('every duration is written as it is read', () => {
  fc.assert(fc.property(fc.nat(2_000_000_000), (ms) => readDuration(durationText(ms)) === ms));
});
