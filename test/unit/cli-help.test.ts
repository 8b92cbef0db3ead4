import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { tranship } from '../../client/cli/program.ts';
import { VERSION } from '../../workers/version.ts';
import { cli, cliProcess } from '../support/cli.ts';

const within = (command: Command): Command[] => [command, ...command.commands.flatMap(within)];

const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

const COMMANDS = within(tranship()).slice(1);

/** They print a file or a log, or only hold other commands. */
const WITHOUT_JSON = [
  'plan',
  'plan schema',
  'programme',
  'notices',
  'check',
  'worker',
  'worker orchestrator',
  'worker agent',
  'jea',
  'api keys',
  'completion',
  'completion names',
  'lab',
];

test.each(COMMANDS.map((command) => [nameOf(command)]))('%s is explained with examples', async (name) => {
  const { code, out } = await cli([...name.split(' '), '--help']);
  expect(code).toBe(0);
  expect(out).toMatch(/\nExamples:\n {2}\$ .*tranship /);
});

test('whatever prints something prints JSON when asked', () => {
  const silent = COMMANDS.filter((command) => !command.options.some(({ long }) => long === '--json')).map(nameOf);
  expect(silent).toEqual(WITHOUT_JSON);
});

test('the exit codes are in the help', async () => {
  expect((await cli(['--help'])).out).toContain('0 done · 1 refused or failed · 2 wrong usage');
});

test('the operating guide names every command', () => {
  const guide = readFileSync('docs/operate.md', 'utf8');
  const top = tranship().commands.map((command) => command.name());
  expect(top.filter((name) => !new RegExp(`\`${name}[ \`]`).test(guide))).toEqual([]);
  expect(guide).toContain('**0** done, **1** refused or failed, **2** wrong usage');
});

test('the release is that of the package', () => {
  expect(VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});

test('help comes within 400 ms', async () => {
  const runs = [];
  for (let n = 0; n < 4; n += 1) runs.push(await cliProcess(['--help']));
  // What else runs on the machine costs waiting, not work: one of the two tells.
  expect(Math.min(...runs.flatMap(({ ms, cpuMs }) => [ms, cpuMs]))).toBeLessThan(400);
  expect(runs[0]?.out).toContain('Usage: tranship');
});
