import type { Command } from 'commander';
import type { TaskAnswer } from '../../domain/task.ts';
import { examples, withAsker, withJson } from './command-line.ts';
import { marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';
import { explain } from './vm-text.ts';

interface Asked {
  readonly by: string;
  readonly comment?: string;
  readonly hook?: string;
  readonly failed?: boolean;
  readonly json?: boolean;
}

const answer = async (vm: string, asked: Asked): Promise<void> =>
  atTemporal(async (reached) => {
    const { answerTask, findMigration, viewMigration } = await import('../operations.ts');
    const { handle } = await findMigration(reached.client, vm);
    const { task } = await reached.ask(() => viewMigration(handle));
    const hook = asked.hook ?? task?.hook;
    if (hook === undefined) throw new Error(`No step of ${vm} waits for a person.`);
    const { by, comment, failed } = asked;
    const said: TaskAnswer = { hook, by, ...(comment ? { comment } : {}), ...(failed ? { failed } : {}) };
    const taken = await reached.ask(() => answerTask(handle, said));
    const after = await reached.ask(() => viewMigration(handle));
    if (asked.json) return sayJson({ taken, view: after });
    say(marked('✓', `${by} said that ${hook} ${failed ? 'could not be done' : 'is done'}`));
    say(explain(after, Date.now()));
  });

export const doneCommand = (program: Command): void => {
  examples(
    withJson(
      withAsker(
        program
          .command('done')
          .argument('<vm>', 'display name or id')
          .description('says that the step which waits for a person is done')
          .option('--hook <name>', 'the step that was seen; it is refused when another one waits now')
          .option('--failed', 'it could not be done; the comment says why'),
      ),
    ),
    ['tranship done web-03', 'tranship done web-03 --hook silence --failed --comment "no rights on the console"'],
  ).action(answer);
};
