import type { Command } from 'commander';
import { examples, withJson } from './command-line.ts';
import { say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';

const explain = async (vm: string, { json }: { readonly json?: boolean }): Promise<void> =>
  atTemporal(async (reached) => {
    const { findMigration, viewMigration } = await import('../operations.ts');
    const { surroundingsOf } = await import('../explain/surroundings.ts');
    const { explanationOf, explanationText } = await import('../explain/explanation.ts');
    const { handle, listed } = await findMigration(reached.client, vm, 'ended');
    const [view, around] = await Promise.all([
      reached.ask(() => viewMigration(handle)),
      surroundingsOf(reached, listed),
    ]);
    const now = Date.now();
    const told = explanationOf(view, vm, around, now);
    if (json) sayJson({ ...told, workflowId: listed.workflowId });
    else say(explanationText(told, now));
  });

export const explainCommand = (program: Command): void => {
  examples(
    withJson(
      program
        .command('explain')
        .argument('<vm>', 'display name or id')
        .description('why a VM waits and since when, who may act, what the waiting costs, and what comes next'),
    ),
    ['tranship explain web-03', 'tranship explain web-03 --json'],
  ).action(explain);
};
