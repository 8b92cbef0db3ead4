import type { Command } from 'commander';
import { examples, withJson } from './command-line.ts';
import { say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';
import { explain } from './vm-text.ts';

const vm = async (name: string, { json }: { readonly json?: boolean }): Promise<void> =>
  atTemporal(async (reached) => {
    const { findMigration, viewMigration } = await import('../operations.ts');
    const { aroundOf } = await import('../around.ts');
    const { handle, listed } = await findMigration(reached.client, name, 'ended');
    const [view, around] = await Promise.all([reached.ask(() => viewMigration(handle)), aroundOf(reached, listed)]);
    if (json) sayJson({ ...view, workflowId: listed.workflowId, ...around });
    else say(explain(view, Date.now(), around));
  });

export const vmCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('vm')
        .argument('<name>', 'display name or id')
        .description('one migration: phase, flags, what it has done, ledger against budget, why it waits, legal verbs'),
    ),
    ['tranship vm web-03', 'tranship vm 7f1c2a4e-5b0d-4c5f-9d0e-2f9f6f1b7a10 --json'],
  ).action(vm);
};
