import type { Command } from 'commander';
import { ANSWERS, VERBS, type Verb } from '../../domain/verbs.ts';
import { kebab } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { CommandWords } from '../operations.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import { refuseTarget, withBatch } from './answer-target.ts';
import { examples, withAsker, withJson } from './command-line.ts';
import { type EditTyped, readEdit, withEdit } from './edit-options.ts';
import { marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';
import { type BatchAsked, commandBatch, OF_BATCH } from './verb-batch.ts';
import { MEANS, TYPED } from './verb-words.ts';
import { explain } from './vm-text.ts';

interface Asked extends BatchAsked, EditTyped {
  readonly step?: string;
  readonly to?: string;
  readonly dryRun?: boolean;
}

const EDITS: readonly Verb[] = ['edit', 'editAndRetry'];

/** What answers a parked step is sent with the step that was seen, so that an answer to another one is refused. */
const seenStep = (verb: Verb, { step }: Asked, view: MigrationView): string | undefined =>
  step ?? (ANSWERS.includes(verb) || verb === 'rollBack' ? view.parked?.step : undefined);

/** What was typed wrongly is said before anybody is asked. */
const wordsOf = async (verb: Verb, asked: Asked): Promise<(view: MigrationView) => CommandWords> => {
  if (verb === 'skip' && !asked.comment?.trim())
    throw wrongInput('skip  nobody knows why', 'Add --comment with the reason: it is kept with the record.');
  if (verb === 'defer' && !asked.to?.trim())
    throw wrongInput('--to  no batch is named', 'Add --to with the batch that it shall move in.');
  const read = EDITS.includes(verb) ? await readEdit(asked) : null;
  return (view) => {
    const step = seenStep(verb, asked, view);
    return {
      ...(asked.comment ? { comment: asked.comment } : {}),
      ...(step === undefined ? {} : { step }),
      ...(read ? { edit: read(view.rollbackMs) } : {}),
      ...(verb === 'defer' && asked.to ? { to: asked.to.trim() } : {}),
    };
  };
};

const AFTERWARDS: Partial<Record<Verb, (asked: Asked) => string>> = {
  defer: ({ to = '' }) =>
    `Its copy is taken away and its batch records that it is deferred. Now move its row of vms.csv to ${to}: that batch starts it anew.`,
};

const commandVm = async (
  reached: Reached,
  verb: Verb,
  vm: string,
  asked: Asked,
  words: (view: MigrationView) => CommandWords,
): Promise<void> => {
  const { commandMigration, findMigration, viewMigration } = await import('../operations.ts');
  const { handle } = await findMigration(reached.client, vm);
  const sent = words(await reached.ask(() => viewMigration(handle)));
  const taken = await reached.ask(() => commandMigration(handle, verb, asked.by, sent));
  const after = await reached.ask(() => viewMigration(handle));
  if (asked.json) return sayJson({ taken, view: after });
  say(marked('✓', `${asked.by} said ${kebab(verb)}${sent.step === undefined ? '' : ` at ${sent.step}`}`));
  const more = AFTERWARDS[verb]?.(asked);
  if (more) say(`  ${more}`);
  say(explain(after, Date.now()));
};

const dryRun = async (reached: Reached, vm: string | undefined, asked: Asked): Promise<void> => {
  const { dryRunBatch, dryRunVm } = await import('./dry-run.ts');
  if (vm !== undefined) return dryRunVm(reached, vm, asked.json);
  return dryRunBatch(reached, { ...asked, batch: asked.batch ?? '' });
};

const withOptions = (command: Command, verb: Verb): Command => {
  const stepped = command.option(
    '--step <step>',
    'the parked step that was seen; it is refused when another one is parked now',
  );
  if (EDITS.includes(verb)) return withEdit(stepped);
  if (verb === 'defer') return stepped.option('--to <batch>', 'the batch that it shall move in');
  if (verb === 'rollBack')
    return stepped.option('--dry-run', 'print the steps, the gates and what would be lost; do nothing');
  return stepped;
};

const verbCommand = (program: Command, verb: Verb): void => {
  const ofBatch = OF_BATCH.includes(verb);
  const command = program
    .command(kebab(verb))
    .argument(ofBatch ? '[vm]' : '<vm>', 'display name or id')
    .description(MEANS[verb]);
  const asking = withAsker(withOptions(ofBatch ? withBatch(command) : command, verb));
  examples(withJson(asking), TYPED[verb]).action(async (vm: string | undefined, asked: Asked) => {
    refuseTarget(kebab(verb), vm, asked);
    const words = await wordsOf(verb, asked);
    await atTemporal((reached) => {
      if (asked.dryRun) return dryRun(reached, vm, asked);
      return vm === undefined ? commandBatch(reached, verb, asked) : commandVm(reached, verb, vm, asked, words);
    });
  });
};

export const verbCommands = (program: Command): void => {
  for (const verb of VERBS) verbCommand(program, verb);
};
