import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { loadCatalogue } from '../../workers/powershell/catalogue.ts';
import { roleCapability } from '../../workers/powershell/jea.ts';

const SKIPPED = ['node_modules', '.git', 'dist', 'coverage', '.tranship'];

const filesIn = (dir: string): readonly string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    if (SKIPPED.includes(entry.name)) return [];
    return entry.isDirectory() ? filesIn(join(dir, entry.name)) : [join(dir, entry.name)];
  });

const scripts = filesIn(process.cwd()).filter((file) => /\.(ps1|psm1|psd1|psrc)$/.test(file));

interface Syntax {
  readonly wrong: readonly string[];
  readonly kinds: readonly string[];
}

const ROLE = {
  files: ['activities/hyper-v/cmdlets.json'],
  script: 'C:\\Program Files\\Tranship\\run-cmdlets.ps1',
  description: "Tranship's agent",
};

const BROKEN = "if ($a) { 'x' ";

let role = '';
let syntax = new Map<string, Syntax>();

/** One process for all: the parser takes seconds to load. */
beforeAll(async () => {
  role = roleCapability(await loadCatalogue(ROLE.files), ROLE.script, ROLE.description);
  const texts = [BROKEN, role, ...scripts.map((file) => readFileSync(file, 'utf8'))];
  const answers = JSON.parse(
    execFileSync(process.execPath, [join(process.cwd(), 'test/unit/powershell-syntax.ts')], {
      input: JSON.stringify(texts),
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    }),
  ) as readonly Syntax[];
  syntax = new Map(texts.map((text, n) => [text, answers[n] ?? { wrong: ['no answer'], kinds: [] }]));
});

const troublesOf = (text: string): readonly string[] => syntax.get(text)?.wrong ?? ['not parsed'];

test('the parser does see what is wrong', () => {
  expect(troublesOf(BROKEN)).not.toEqual([]);
});

test('every PowerShell file of the repository parses', () => {
  const wrong = scripts.map((file) => [relative(process.cwd(), file), troublesOf(readFileSync(file, 'utf8'))]);
  expect(wrong).toEqual(scripts.map((file) => [relative(process.cwd(), file), []]));
});

test('there is the one script that runs on hosts', () => {
  expect(scripts.map((file) => relative(process.cwd(), file))).toContain('workers/powershell/run-cmdlets.ps1');
});

const ENTRY = readFileSync(join(process.cwd(), 'workers/powershell/run-cmdlets.ps1'), 'utf8');

const codeOf = (text: string): string => text.replaceAll(/^\s*#.*$/gm, '');

test('the one script runs no text as code, but the scripts it was handed over', () => {
  expect(codeOf(ENTRY)).not.toMatch(/Invoke-Expression|\biex\b|ExpandString|InvokeScript|AddScript|NewScriptBlock/i);
  expect(codeOf(ENTRY).match(/\[scriptblock\]::Create/gi)).toHaveLength(1);
});

test('the one script writes to standard output once', () => {
  expect(codeOf(ENTRY).match(/Out\.WriteLine/g)).toHaveLength(1);
  expect(codeOf(ENTRY)).not.toMatch(/Write-(Output|Host|Error|Warning|Verbose|Information|Progress)/i);
});

test('the one script is ASCII, so that no host misreads it', () => {
  expect([...ENTRY].filter((letter) => letter > '\u007e')).toEqual([]);
});

test('the one script uses nothing that Windows PowerShell 5.1 lacks', () => {
  const text = codeOf(ENTRY);
  expect(text).not.toMatch(/\?\?|\?\.|-AsHashtable|-Parallel\b|-AsArray|\bclean\s*\{|&&|\|\|/);
  expect(syntax.get(ENTRY)?.kinds.filter((kind) => /ternary/.test(kind))).toEqual([]);
});

test('every function of the one script that can return a list hands it over whole', () => {
  const lists = codeOf(ENTRY).match(/return\s+[^,\s][^\n]*\.ToArray\(\)/g);
  expect(lists).toBeNull();
});

test('the exported role parses, and shows every cmdlet with exactly its parameters', async () => {
  const catalogue = await loadCatalogue(ROLE.files);
  expect(troublesOf(role)).toEqual([]);
  for (const { module, cmdlet, parameters, mutates } of catalogue.entries) {
    const block = role.split(`'${module}\\${cmdlet}'`)[1]?.split(/\n {4}@?\{?\}?\n/)[0] ?? '';
    const names = [...(block.split(/\n {4}\}/)[0] ?? '').matchAll(/@\{ Name = '([A-Za-z]+)'[ ;]/g)].map(
      ([, name]) => name,
    );
    expect([cmdlet, names]).toEqual([cmdlet, mutates ? [...parameters, 'Confirm'] : parameters]);
  }
});

test('the exported role narrows what the catalogue narrows, and is the same each time', async () => {
  const catalogue = await loadCatalogue(ROLE.files);
  expect(role).toContain(`@{ Name = 'LiteralPath'; ValidatePattern = '^(?:[^*?\\[\\]]+\\.vhdx?)$' }`);
  expect(role).toContain("Description = 'Tranship''s agent'");
  expect(role).toMatch(/GUID = '[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}'/);
  expect(role).toContain(`VisibleExternalCommands = @('${ROLE.script}')`);
  expect(roleCapability(catalogue, ROLE.script, ROLE.description)).toBe(role);
});
