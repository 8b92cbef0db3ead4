import type { Command } from 'commander';
import { tranship } from '../../client/cli/program.ts';
import { VERBS } from '../../domain/verbs.ts';
import { kebab } from '../../domain/words.ts';

const within = (command: Command): Command[] => [command, ...command.commands.flatMap(within)];
const nameOf = (command: Command): string =>
  command.parent?.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();

const taking = (flag: string): string[] =>
  within(tranship())
    .slice(1)
    .filter((command) => command.options.some(({ long, short }) => long === flag || short === flag))
    .map(nameOf);

/** `plan apply` opens no gate; what it sends without --seen is refused in test/workflow/batch-edit. */
const MAY_SAY_YES = ['plan apply'];

test('nothing that decides takes a yes', () => {
  expect(taking('--yes')).toEqual(MAY_SAY_YES);
  expect(taking('-y')).toEqual([]);
  expect(MAY_SAY_YES.filter((name) => ['approve', 'reject', 'inbox', ...VERBS.map(kebab)].includes(name))).toEqual([]);
});
