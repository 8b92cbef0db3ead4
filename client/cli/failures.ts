import { isNativeError } from 'node:util/types';
import { CommanderError } from 'commander';
import { VERBS } from '../../domain/verbs.ts';
import { kebab } from '../../domain/words.ts';
import { WrongInput } from '../wrong-input.ts';
import { tell } from './print.ts';

/** Documented in `tranship --help` and docs/operate.md. */
export const EXIT = { done: 0, refused: 1, wrongInput: 2 } as const;

/** What the system says of a file, and what helps. */
const SYSTEM: Readonly<Record<string, readonly [says: string, fix: string]>> = {
  ENOENT: ['is not there', 'Check the name, and where the command runs.'],
  ENOTDIR: [
    'has a file where a folder must be',
    'Name another folder; TRANSHIP_HOME says where Tranship keeps its own.',
  ],
  EISDIR: ['is a folder', 'Name a file.'],
  EACCES: ['may not be touched by this account', 'Use another account or another place.'],
  EPERM: ['may not be touched by this account', 'Use another account or another place.'],
  EROFS: ['is on a disk that cannot be written', 'Use another place.'],
  ENOSPC: ['does not fit: the disk is full', 'Make room, then try again.'],
};

const systemWords = ({ code = '', path, message }: NodeJS.ErrnoException): string | null => {
  const words = SYSTEM[code];
  return words ? `${path ?? message} ${words[0]}\n    ${words[1]}` : null;
};

const NAMESPACE = /Namespace (?:not found: '([^']+)'|(\S+) is not found)/;

const SERVER_WORDS = /^(Workflow Update failed|Activity task failed|Workflow execution failed|Failed to )/i;

/** Temporal wraps a refusal of ours; people want the refusal. */
const reasonOf = (error: unknown): string => {
  if (!isNativeError(error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && SERVER_WORDS.test(error.message)) return reasonOf(cause);
  const [, asked, named] = NAMESPACE.exec(error.message) ?? [];
  const namespace = asked ?? named;
  if (namespace !== undefined)
    return `TEMPORAL_NAMESPACE  the server has no namespace ${namespace}\n    Correct it, or create it: \`temporal operator namespace create --namespace ${namespace}\`.`;
  return systemWords(error) ?? (error.message || error.name);
};

const COMMANDS = VERBS.filter((verb) => kebab(verb) !== verb);

/** Refusals name verbs as signals do; here they are typed. */
const asTyped = (text: string): string =>
  COMMANDS.reduce((said, verb) => said.replace(new RegExp(`\\b${verb}\\b`, 'g'), kebab(verb)), text);

/** What went wrong, in the words of whoever refused it. */
export const whyOf = (error: unknown): string => asTyped(reasonOf(error));

/** Says what went wrong, never with a stack, and answers with the exit code. */
export const endedBy = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
  tell(`✗ ${whyOf(error)}`);
  return error instanceof WrongInput ? EXIT.wrongInput : EXIT.refused;
};
