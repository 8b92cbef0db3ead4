import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cli, cliProcess, filesBelow } from '../support/cli.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { changed, docsExample, type Example, type WrongInput, wrongIn } from '../unit/plan-example.ts';

jest.setTimeout(120_000);

const yaml = wrongIn('yaml');
const csv = wrongIn('csv');

/** Where a case finds its files: a folder with a good plan.yaml and vms.csv, and a home with nothing in it. */
interface Place {
  readonly folder: string;
  readonly home: string;
  readonly files: readonly string[];
  readonly plan: readonly string[];
}

interface WrongLine {
  readonly what: string;
  readonly argv: (place: Place) => readonly string[];
  /** What the refusal names: the option, the file, the setting. */
  readonly says: string;
  readonly fix: string;
  readonly code: 1 | 2;
  readonly env?: (place: Place) => Readonly<Record<string, string>>;
  /** Files that are there before. */
  readonly given?: (place: Place) => void;
}

const line = (what: string, argv: string, says: string, fix: string, code: 1 | 2 = 2): WrongLine => ({
  what,
  argv: ({ files, plan }) =>
    argv.split(' ').flatMap((word) => (word === 'FILES' ? files : word === 'PLAN' ? plan : word.replaceAll('_', ' '))),
  says,
  fix,
  code,
});

const COMMAND_LINES: readonly WrongLine[] = [
  line('a command that there is not', 'stat', "unknown command 'stat'", 'Did you mean start?'),
  line('an option that there is not', 'status --bach wave-01', "unknown option '--bach'", 'Did you mean --batch?'),
  line('no batch to start', 'start', "missing required argument 'batch'", '--help'),
  line('two VMs for one', 'vm web-01 web-02', 'too many arguments', '--help'),
  line('an option without its value', 'status --owner', "'--owner <owner>' argument missing", '--help'),
  line('a port in words', 'up --port http', "'--port <port>' argument 'http' is invalid", 'from 1 to 64535'),
  line('a port out of range', 'up --port 70000', "'--port <port>' argument '70000' is invalid", 'from 1 to 64535'),
  line('a phase that there is not', 'status --phase Moving', "'--phase <phase>' argument 'Moving'", 'Seeding'),
  line('a pause of no length', 'watch --every 0', "'--every <seconds>' argument '0'", 'from 0.5 to 3600'),
  line('nobody who asks', 'approve web-01 --by _', "'--by <who>' argument ' ' is invalid", 'Give a name'),
  line('neither a VM nor a batch', 'approve', 'neither a VM nor --batch', 'tranship approve VM'),
  line('a VM and a batch', 'roll-back web-01 --batch wave-01', 'both a VM (web-01) and --batch', 'one or the other'),
  line('a group of no batch', 'pause web-01 --group db', '--group', 'Add --batch'),
  line('a batch for a verb of VMs', 'retry --batch wave-01', "unknown option '--batch'", '--help'),
  line('a skip that says nothing', 'skip web-01', 'skip  nobody knows why', '--comment'),
  line('a skip that says a blank', 'skip web-01 --comment _', 'skip  nobody knows why', '--comment'),
  line('a defer to nowhere', 'defer web-01', '--to  no batch is named', 'Add --to'),
  line('an edit of no hop', 'edit web-01 --window any', '--hop  no hop is named', 'Add --hop 1'),
  line('an edit of a hop in words', 'edit web-01 --hop last --window any', '--hop last  is no hop', 'counted from 1'),
  line('an edit of nothing', 'edit web-01 --hop 1', 'nothing is to change', '--landing-file'),
  line('a retry of nothing edited', 'edit-and-retry web-01 --hop 1', 'nothing is to change', '--window'),
  line('half a window', 'edit web-01 --hop 1 --window 2030-01-01_20:00', 'opens,closes,zone', 'Europe/Vienna'),
  line(
    'a window in no zone',
    'edit web-01 --hop 1 --window 2030-01-01_20:00,2030-01-02_02:00,Vienna',
    '"Vienna" is not a time zone',
    'Europe/Vienna',
  ),
  line(
    'a window that closes before it opens',
    'edit web-01 --hop 1 --window 2030-01-02_20:00,2030-01-01_02:00,Europe/Vienna',
    'before it opens',
    'another day',
  ),
  line(
    'a window that is over',
    'edit web-01 --hop 1 --window 2020-01-01_20:00,2020-01-02_02:00,Europe/Vienna',
    'it is over',
    'lies ahead',
  ),
  line(
    'a setting without a value',
    'edit web-01 --hop 1 --set adoptItem',
    'not of the form key=value',
    'recreateFailed=true',
  ),
  line(
    'a landing file that is not there',
    'edit web-01 --hop 1 --landing-file none.json',
    'none.json  cannot be read',
    'path',
  ),
  line('a dry run of a pause', 'pause web-01 --dry-run', "unknown option '--dry-run'", '--help'),
  line('a cancel of a batch', 'cancel --batch wave-01', "unknown option '--batch'", '--help'),
  line('a catalogue that there is not', 'jea vmware', 'no catalogue for vmware', 'veeam'),
  line('an agent that serves nothing', 'worker agent PLAN', '--serve  no queue is named', 'veeam@vbr01'),
  line('a queue without an instance', 'worker agent PLAN --serve veeam', 'veeam is not of the form', 'veeam@vbr01'),
  line('a queue of no instance', 'worker agent PLAN --serve veeam@vbr02', 'has no veeam@vbr02', 'veeam@vbr01'),
  line('a scenario that there is not', 'lab up nine', "value 'nine' is invalid for argument 'scenario'", 'eight'),
  line('a speed in words', 'lab up one --speed fast', "'--speed <n>' argument 'fast' is invalid", 'whole number'),
  line('a fault that strikes nowhere', 'lab fault noBoot', '--on', 'Name a point'),
  line('a fault in no lab', 'lab fault noBoot --on boot.ahv', 'No lab was made below', 'tranship lab up', 1),
  line('a verdict on no lab', 'lab oracle', 'No lab was made below', 'tranship lab up', 1),
  line('a schedule without its zone', 'schedule wave-01 --at 2030-12-05_20:00', '--zone', '--zone Europe/Vienna'),
  line(
    'a start of a batch that the plan has not',
    'start wave-99 FILES',
    'plan.yaml  there is no batch wave-99',
    'wave-01',
  ),
  line(
    'a report of a batch that never ran',
    'report wave-77',
    'No VM of a batch wave-77 has run',
    'tranship status',
    1,
  ),
  line('a VM that does not run', 'vm web-77', 'No running migration of web-77', 'tranship status', 1),
  line(
    'an approval of a VM that does not run',
    'approve web-77',
    'No running migration of web-77',
    'tranship status',
    1,
  ),
  line(
    'a dry run of a VM that does not run',
    'roll-back web-77 --dry-run',
    'No running migration of web-77',
    'tranship status',
    1,
  ),
  line(
    'a dry run of a batch that does not run',
    'roll-back --batch wave-77 --dry-run',
    'No batch wave-77 runs',
    'tranship start wave-77',
    1,
  ),
  line('an answer for a VM that does not run', 'retry web-77', 'No running migration of web-77', 'tranship status', 1),
  line('an explanation of nobody', 'explain', "missing required argument 'vm'", '--help'),
  line(
    'an explanation of a VM that does not run',
    'explain web-77',
    'No running migration of web-77',
    'tranship status',
    1,
  ),
  line('a ledger of nothing', 'ledger', 'neither a VM nor --batch nor --programme', 'tranship ledger VM'),
  line('a ledger of a VM and a batch', 'ledger web-01 --batch wave-01', 'both a VM (web-01)', 'one or the other'),
  line('a ledger in two forms', 'ledger web-01 --json --csv', 'both --json and --csv', 'one of the two'),
  line('a ledger of a VM that never ran', 'ledger web-77', 'Nothing is known of web-77', 'tranship status', 1),
  line('a completion for no shell', 'completion', "missing required argument 'shell'", '--help'),
  line('a completion for another shell', 'completion tcsh', "'tcsh' is invalid", 'bash, zsh, fish'),
  line('names of nothing known', 'completion names host', "'host' is invalid", 'vm, batch, programme'),
  line('an inbox of nobody', 'inbox --by _', "'--by <who>' argument ' ' is invalid", 'Give a name'),
  line('a gate that is opened unasked', 'approve web-01 --yes', "unknown option '--yes'", '--help'),
  line('a batch that does not run', 'approve --batch wave-77', 'No batch wave-77 runs', 'tranship start wave-77', 1),
];

const with_ = (base: WrongLine, more: Partial<WrongLine>): WrongLine => ({ ...base, ...more });

const SETTINGS: readonly WrongLine[] = [
  with_(line('an address without a port', 'status', 'TEMPORAL_ADDRESS', 'host:port'), {
    env: () => ({ TEMPORAL_ADDRESS: 'temporal.example.org' }),
  }),
  with_(line('a server that is not there', 'status', 'Temporal does not answer at 127.0.0.1:9', 'tranship up', 1), {
    env: () => ({ TEMPORAL_ADDRESS: '127.0.0.1:9' }),
  }),
  with_(
    line('a namespace that is not there', 'status', 'TEMPORAL_NAMESPACE', 'temporal operator namespace create', 1),
    {
      env: () => ({ TEMPORAL_NAMESPACE: 'elsewhere' }),
    },
  ),
  with_(line('a profile file that is no TOML', 'status', 'profiles.toml:2:8', 'Correct the profile file'), {
    env: ({ folder }) => ({ TEMPORAL_CONFIG_FILE: join(folder, 'profiles.toml') }),
    given: ({ folder }) => writeFileSync(join(folder, 'profiles.toml'), '[profile.default]\naddress\n'),
  }),
  with_(line('a profile that is not there', 'status', "Profile 'night' not found", 'TEMPORAL_PROFILE'), {
    env: () => ({ TEMPORAL_PROFILE: 'night' }),
  }),
  with_(line('a lab on a server of others', 'lab up one', 'TEMPORAL_ADDRESS', 'A lab has no business'), {
    env: () => ({ TEMPORAL_ADDRESS: 'temporal.example.org:7233' }),
    given: ({ home }) => {
      mkdirSync(join(home, 'lab'), { recursive: true });
      writeFileSync(join(home, 'lab', 'made-of.json'), '["one","--speed","60"]');
    },
  }),
  with_(line('a lab of another scenario', 'lab up eight', 'a lab of another scenario stands', 'tranship down'), {
    given: ({ home }) => {
      mkdirSync(join(home, 'lab'), { recursive: true });
      writeFileSync(join(home, 'lab', 'made-of.json'), '["one","--speed","60"]');
    },
  }),
  with_(line('notes that are torn', 'down', 'processes.json cannot be read', 'by hand', 1), {
    given: ({ home }) => {
      mkdirSync(home, { recursive: true });
      writeFileSync(join(home, 'processes.json'), '[{');
    },
  }),
  with_(line('a home that is a file', 'up --port 64111', 'has a file where a folder must be', 'TRANSHIP_HOME', 1), {
    given: ({ home }) => writeFileSync(home, 'not a folder'),
  }),
  with_(line('a plan that is not there', 'plan check --offline', 'plan.yaml:1:1', 'Check the path'), {
    argv: ({ folder }) => [
      'plan',
      'check',
      '--offline',
      '--plan',
      join(folder, 'none', 'plan.yaml'),
      '--vms',
      join(folder, 'vms.csv'),
    ],
  }),
  with_(line('a plan that is a folder', 'plan check --offline', ':1:1', ''), {
    argv: ({ folder }) => ['plan', 'check', '--offline', '--plan', folder, '--vms', join(folder, 'vms.csv')],
  }),
  with_(line('a sheet that is not there', 'start', 'none.csv:1:1', 'Check the path'), {
    argv: ({ folder }) => ['start', 'wave-01', '--plan', join(folder, 'plan.yaml'), '--vms', join(folder, 'none.csv')],
  }),
];

/** Changes of the example plan; the table of every such refusal is in test/unit. */
const PLANS: readonly WrongInput[] = [
  yaml('an unknown key', 'repository:', '‸repositry: x\n      repository:', '"repositry" is not a key', 'Did you mean'),
  yaml('a key twice', '  hold: 21d', '  hold: 21d\n  ‸hold: 22d', 'unique', 'Keep one of the two'),
  yaml('text for a number', 'port: 9392', 'port: ‸"9392"', 'must be a number, not text', '9392'),
  yaml('nobody at a gate', 'approvers: [migration-leads]', 'approvers: ‸[]', 'may not be empty', 'migration-leads'),
  csv('a column twice', ',smoke\n', ',‸Owner\n', 'Column "Owner" stands twice', 'Delete one'),
  csv('an unknown batch', 'web-01,wave-01', 'web-01,‸wave-1', 'plan.yaml has no "wave-1"', 'Did you mean "wave-01"?'),
  csv('an id that is none', '7c9f0d52-3c1e-4b7a-9f0e-2a6d5b8c1e44', '‸7c9f0d52', 'is not a VM id', 'Copy the id'),
  csv('memory that is no size', '32 GB', '‸32 gigs', '"32 gigs" is not a whole number of megabytes', '8 GB'),
];

let server: TestServer;
let example: Example;
let place: Place;

beforeAll(async () => {
  server = await testServer();
  example = await docsExample();
});
afterAll(() => server.stop());

beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'tranship-wrong-'));
  const plan = ['--plan', join(folder, 'plan.yaml')];
  place = { folder, home: join(folder, 'home'), plan, files: [...plan, '--vms', join(folder, 'vms.csv')] };
  writeFileSync(join(folder, 'plan.yaml'), example.yaml);
  writeFileSync(join(folder, 'vms.csv'), example.csv);
});
afterEach(() => rmSync(place.folder, { recursive: true }));

const environment = (wrong?: WrongLine): Record<string, string> => ({
  TEMPORAL_ADDRESS: server.server.address,
  TEMPORAL_NAMESPACE: 'test',
  TRANSHIP_HOME: place.home,
  ...wrong?.env?.(place),
});

/** A refusal: said on standard error with its place and its fix, never with a stack, and nothing has changed. */
const refused = async (
  argv: readonly string[],
  wrong: Omit<WrongLine, 'argv' | 'what'>,
  env: Record<string, string>,
) => {
  const before = filesBelow(place.folder);
  const { code, out, err } = await cli(argv, env);
  expect({ code, out }).toEqual({ code: wrong.code, out: '' });
  expect(err).toContain(wrong.says);
  expect(err).toContain(wrong.fix);
  expect(err).toMatch(/^✗ .+\n {4}\S|^✗ .+\n\(Did you mean|^✗ .+\nThe plan|^✗ .+\n✗/);
  expect(err).not.toMatch(/^\s+at .+:\d+:\d+\)?$/m);
  expect(filesBelow(place.folder)).toEqual(before);
};

test.each(COMMAND_LINES)('$what is refused with exit code $code', async (wrong) => {
  await refused(wrong.argv(place), wrong, environment(wrong));
});

test.each(SETTINGS)('$what is refused with exit code $code', async (wrong) => {
  wrong.given?.(place);
  await refused(wrong.argv(place), wrong, environment(wrong));
});

describe.each([
  ['plan check', () => ['plan', 'check', '--offline']],
  ['start', () => ['start', 'wave-01']],
] as const)('%s', (_name, argv) => {
  test.each(PLANS)('refuses $what with file, line and column', async (wrong) => {
    const { written, refusal } = changed(example, wrong);
    const { file, line: row, column } = refusal as { file: string; line: number; column: number };
    writeFileSync(join(place.folder, 'plan.yaml'), written.yaml);
    writeFileSync(join(place.folder, 'vms.csv'), written.csv);
    const before = filesBelow(place.folder);
    const { code, err } = await cli([...argv(), ...place.files], environment());
    expect(code).toBe(2);
    expect(filesBelow(place.folder)).toEqual(before);
    expect(err).toContain(`${join(place.folder, file)}:${row}:${column}  `);
    expect(err).toContain(wrong.says);
    expect(err).toContain(wrong.fix);
  });
});

test('as processes of their own they end with the same codes and without a stack', async () => {
  const env = environment();
  const cases: readonly (readonly [argv: readonly string[], code: number, says: string])[] = [
    [['stat'], 2, "✗ unknown command 'stat'"],
    [['start', 'wave-99', ...place.files], 2, 'there is no batch wave-99'],
    [['vm', 'web-77'], 1, 'No running migration of web-77'],
    [['plan', 'check', '--offline', '--plan', join(place.folder, 'none.yaml')], 2, 'none.yaml:1:1'],
  ];
  for (const [argv, code, says] of cases) {
    const said = await cliProcess(argv, env);
    expect({ argv, code: said.code, says: said.err.includes(says) }).toEqual({ argv, code, says: true });
    expect(said.err).not.toMatch(/^\s+at /m);
  }
});

test('after all of that no workflow was ever started', async () => {
  expect((await server.client.workflow.count()).count).toBe(0);
});
