import { CommanderError } from 'commander';
import { VERBS } from '../../domain/verbs.ts';
import { WrongInput } from '../wrong-input.ts';
import { kebab, tell } from './print.ts';

/** Documented in `tranship --help` and docs/operate.md. */
export const EXIT = { done: 0, refused: 1, wrongInput: 2 } as const;

/** Temporal wraps a refusal of ours; people want the refusal. */
const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof Error && /^(Workflow Update|Activity task|Workflow execution) failed/i.test(error.message))
    return reasonOf(cause);
  return error.message || error.name;
};

const COMMANDS = VERBS.filter((verb) => kebab(verb) !== verb);

/** Refusals name verbs as signals do; here they are typed. */
const asTyped = (text: string): string =>
  COMMANDS.reduce((said, verb) => said.replace(new RegExp(`\\b${verb}\\b`, 'g'), kebab(verb)), text);

/** Says what went wrong, never with a stack, and answers with the exit code. */
export const endedBy = (error: unknown): number => {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongInput;
  tell(`✗ ${asTyped(reasonOf(error))}`);
  return error instanceof WrongInput ? EXIT.wrongInput : EXIT.refused;
};
