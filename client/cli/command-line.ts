import { userInfo } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { GATES, type GateName } from '../../domain/gate-policy.ts';
import { kebab } from '../../domain/words.ts';

/** Below the help of a command: how it is typed. */
export const examples = (command: Command, lines: readonly string[]): Command =>
  command.addHelpText('after', `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}`);

export const withJson = (command: Command): Command => command.option('--json', 'as JSON, for programs');

/** Who asks: recorded with what is asked. */
export const withAsker = (command: Command): Command =>
  command
    .addOption(new Option('--by <who>', 'who decides').default(userInfo().username).argParser(someone))
    .option('--comment <text>', 'why; kept with the record');

/** Who asks for something that others approve. */
export const withRequester = (command: Command): Command =>
  command.addOption(
    new Option('--by <who>', 'who asks for it; may not approve it where a gate of the plan says so')
      .default(userInfo().username)
      .argParser(someone),
  );

/** A name, not a blank. */
export const someone = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('Give a name.');
  return text.trim();
};

export const port = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 64_535)
    throw new InvalidArgumentError('Give a number from 1 to 64535.');
  return number;
};

/** A whole number from 1. */
export const number = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a whole number from 1.');
  return Number(text);
};

/** One of a few words. */
export const oneOf =
  (words: readonly string[]) =>
  (text: string): string => {
    if (!words.includes(text)) throw new InvalidArgumentError(`It is one of: ${words.join(', ')}.`);
    return text;
  };

const gateNamed = (text: string): GateName => {
  const word = oneOf(GATES.map(kebab))(text);
  return GATES.find((gate) => kebab(gate) === word) ?? 'go';
};

export const onlyGate = (): Option => new Option('--gate <gate>', 'only this gate').argParser(gateNamed);
