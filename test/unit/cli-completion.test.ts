import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
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
