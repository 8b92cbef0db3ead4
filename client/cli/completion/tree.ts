import type { Argument, Command, Option } from 'commander';

/** What a shell completes a word with. `words`: one of these; `free`: nobody knows. */
export type Takes =
  | { readonly kind: 'vm' | 'batch' | 'programme' | 'file' | 'free' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface OptionNode {
  /** As it is typed, the long one: `--batch`. */
  readonly flag: string;
  readonly description: string;
  /** Null where it takes no value. */
  readonly takes: Takes | null;
}

/** One command of the tree. */
export interface CommandNode {
  /** Below `tranship`; empty for `tranship` itself. */
  readonly path: readonly string[];
  readonly description: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionNode[];
  readonly takes: Takes;
}

const NAMED: Readonly<Record<string, 'vm' | 'batch' | 'programme' | 'file'>> = {
  vm: 'vm',
  vms: 'vm',
  batch: 'batch',
  programme: 'programme',
  file: 'file',
  folder: 'file',
};

const takesOf = (choices: readonly string[] | undefined, name: string): Takes => {
  if (choices && choices.length > 0) return { kind: 'words', words: choices };
  return { kind: NAMED[name] ?? 'free' };
};

const valueName = ({ flags }: Option): string => /[<[]([\w-]+)/.exec(flags)?.[1] ?? '';

const optionNode = (option: Option): OptionNode[] =>
  option.long === undefined || option.hidden
    ? []
    : [
        {
          flag: option.long,
          description: option.description,
          takes: option.required || option.optional ? takesOf(option.argChoices, valueName(option)) : null,
        },
      ];

const argumentTakes = ([first]: readonly Argument[]): Takes =>
  first ? takesOf(first.argChoices, first.name()) : { kind: 'free' };

const isHidden = (command: Command): boolean => (command as Command & { _hidden?: boolean })._hidden === true;

/** Every command with its options and what its argument is, from commander’s own tree. */
export const commandTree = (command: Command, path: readonly string[] = []): readonly CommandNode[] => {
  const below = command.commands.filter((one) => !isHidden(one));
  const help: OptionNode = { flag: '--help', description: 'display help for command', takes: null };
  return [
    {
      path,
      description: command.description(),
      commands: below.map((one) => ({ name: one.name(), description: one.description() })),
      options: [...command.options.flatMap(optionNode), help],
      takes: argumentTakes(command.registeredArguments),
    },
    ...below.flatMap((one) => commandTree(one, [...path, one.name()])),
  ];
};
