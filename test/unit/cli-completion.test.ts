import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandTree } from '../../client/cli/completion/tree.ts';
import { tranship } from '../../client/cli/program.ts';
import { cli } from '../support/cli.ts';

let folder: string;
let script: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tranship-completion-'));
  script = join(folder, 'tranship.bash');
  writeFileSync(script, (await cli(['completion', 'bash'])).out);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last of these words, with these names running. */
const offered = (words: readonly string[], names: readonly string[] = []): readonly string[] => {
  const asked = `
    source "$1"
    tranship() { [ "$1 $2" = "completion names" ] && printf '%s\\n' ${names.map((name) => `'${name}'`).join(' ')}; }
    shift
    COMP_WORDS=(tranship "$@"); COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    _tranship
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', asked, 'bash', script, ...words], { encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return stdout.split('\n').filter((line) => line !== '');
};

test.each([
  [['in'], ['inventory', 'initialise', 'inbox']],
  [['plan', 'e'], ['export']],
  [['plan', 'export', '--o'], ['--out']],
  [['status', '--ph'], ['--phase']],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['lab', 'fault', '--no-such'], []],
] as const)('bash completes %p with %p', (words, expected) => {
  expect(offered(words)).toEqual(expected);
});

test.each([
  [['explain', 'web-']],
  [['retry', 'web-']],
  [['approve', 'db-01', 'web-']],
  [['approve', '--by', 'anna', 'web-']],
])('bash completes %p with the names of VMs that run', (words) => {
  expect(offered(words, ['web-01', 'web-02', 'db-01'])).toEqual(['web-01', 'web-02']);
});

test.each([[['status', '--batch', '']], [['report', '']], [['watch', '--once', '--batch', '']]])(
  'bash completes %p with the names of batches',
  (words) => {
    expect(offered(words, ['wave-01'])).toContain('wave-01');
  },
);

test('a name with a space or a dollar is completed as the shell takes it, and none of it is run', () => {
  expect(offered(['explain', 'o'], ['o $(touch pwned) x'])).toEqual(['o\\ \\$\\(touch\\ pwned\\)\\ x']);
});

const NAMES = ['web-01', 'web-02', 'o $(touch pwned) x'];

/** Asks through the shell's own language; the scripts print `== WORDS` and what is offered for the last of them. */
const OTHERS: readonly (readonly [shell: string, ask: (script: string, lines: readonly string[]) => string])[] = [
  [
    'fish',
    (file, lines) => `
      source '${file}'
      function tranship; printf '%s\\n' ${NAMES.map((name) => `'${name}'`).join(' ')}; end
      for line in ${lines.map((line) => `'${line}'`).join(' ')}
        printf '== %s\\n' $line; complete -C "tranship $line" | string split -f 1 \\t
      end
      true`,
  ],
  [
    'zsh',
    (file, lines) => `
      compdef() { :; }
      source '${file}'
      # What compsys does with what it is given: keeps what begins with the word.
      compadd() { shift; local one; for one in "$@"; do [[ "$one" == "$words[CURRENT]"* ]] && print -r -- "$one"; done; }
      tranship() { print -rl -- ${NAMES.map((name) => `'${name}'`).join(' ')}; }
      for line in ${lines.map((line) => `'${line}'`).join(' ')}; do
        words=(tranship "\${(@s: :)line}"); CURRENT=$#words
        print -r -- "== $line"; _tranship
      done
      true`,
  ],
];

const COMPLETED: readonly (readonly [line: string, offers: readonly string[]])[] = [
  ['in', ['inbox', 'initialise', 'inventory']],
  ['plan e', ['export']],
  ['plan export --o', ['--out']],
  ['status --ph', ['--phase']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['lab fault --no-such', []],
  ['explain web-', ['web-01', 'web-02']],
  ['approve --by anna web-', ['web-01', 'web-02']],
  ['status --batch ', [...NAMES].sort()],
  ['explain o', ['o $(touch pwned) x']],
];

describe.each(OTHERS)('%s', (shell, ask) => {
  const found = spawnSync(shell, ['--version']).status === 0;
  if (!found) process.stdout.write(`SKIPPED: no ${shell} on this machine; its completion is not run\n`);

  (found ? test : test.skip)('completes commands, options and names, and runs none of them', async () => {
    const file = join(folder, `tranship.${shell}`);
    writeFileSync(file, (await cli(['completion', shell])).out);
    const asked = ask(
      file,
      COMPLETED.map(([line]) => line),
    );
    const { stdout, stderr, status } = spawnSync(shell, ['-c', asked], { encoding: 'utf8', cwd: folder });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const answers = stdout.split(/^== /m).slice(1);
    const offers = answers.map((answer): [string, string[]] => {
      const [line = '', ...rest] = answer.split('\n');
      return [line, rest.filter(Boolean).sort()];
    });
    expect(offers).toEqual(COMPLETED);
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
  });
});

const TREE = commandTree(tranship());

test.each(['bash', 'zsh', 'fish'])('the script for %s holds every command and every option of it', async (shell) => {
  const { code, out } = await cli(['completion', shell]);
  expect(code).toBe(0);
  const option = (flag: string): string => (shell === 'fish' ? `-l ${flag.slice(2)} ` : flag);
  const missing = TREE.flatMap(({ commands, options }) => [
    ...commands.map(({ name }) => name).filter((name) => !out.includes(name)),
    ...options.map(({ flag }) => flag).filter((flag) => !`${out} `.includes(option(flag))),
  ]);
  expect(missing).toEqual([]);
  expect(out).toContain('completion names');
});

const PARSED = ['bash', 'zsh', 'fish'].filter((shell) => spawnSync(shell, ['--version']).status === 0);

test.each(PARSED)('%s can read its script', async (shell) => {
  const file = join(folder, `read.${shell}`);
  writeFileSync(file, (await cli(['completion', shell])).out);
  expect(spawnSync(shell, ['-n', file], { encoding: 'utf8' })).toMatchObject({ status: 0, stderr: '' });
});

test('who completes while no server answers hears nothing, and soon', async () => {
  const began = performance.now();
  expect(await cli(['completion', 'names', 'vm'], { TEMPORAL_ADDRESS: '127.0.0.1:9' })).toEqual({
    code: 0,
    out: '',
    err: '',
  });
  expect(performance.now() - began).toBeLessThan(10_000);
});
