import { planRollBack, type RollbackPlan } from '../../domain/rollback.ts';
import { kebab } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { Reached } from '../temporal.ts';
import { marked, say, sayJson } from './print.ts';

export interface DryRun extends RollbackPlan {
  readonly name: string;
}

/** What a rollback would do, for people. */
export const rollBackText = ({ name, hop, refused, steps, losing, ends }: DryRun): string =>
  refused === null
    ? [
        marked('?', `${name}: a rollback of hop ${hop} would do this; nothing was done`),
        ...(steps.length === 0 ? ['  nothing: nothing of this hop was begun'] : []),
        ...steps.map(({ does, gate }, at) => `  ${at + 1}. ${does}${gate ? `  (gate ${kebab(gate)})` : ''}`),
        `  ${losing}`,
        `  ${ends}`,
      ].join('\n')
    : marked('✗', `${name}: ${refused.replaceAll(/\b[a-z]+[A-Z]\w*\b/g, kebab)}`);

const planned = (view: MigrationView): DryRun => ({ name: view.vm.name, ...planRollBack(view, Date.now()) });

/** Exit code 1 where a rollback would be refused. */
const print = (plans: readonly DryRun[], json = false): void => {
  if (plans.some(({ refused }) => refused !== null)) process.exitCode = 1;
  if (json) sayJson(plans);
  else for (const plan of plans) say(rollBackText(plan));
};

/** From one query: no history. */
export const dryRunVm = async (reached: Reached, vm: string, json?: boolean): Promise<void> => {
  const { findMigration, viewMigration } = await import('../operations.ts');
  const { handle } = await findMigration(reached.client, vm);
  print([planned(await reached.ask(() => viewMigration(handle)))], json);
};

/** From a query for each member that runs; the group that cut over last goes back first. */
export const dryRunBatch = async (
  reached: Reached,
  { batch, group, programme, json }: { batch: string; group?: string; programme?: string; json?: boolean },
): Promise<void> => {
  const { viewBatch } = await import('../batches.ts');
  const { handleOf, viewMigration } = await import('../operations.ts');
  const { findBatch } = await import('./answer-target.ts');
  const { groups, members } = await reached.ask(async () => viewBatch(await findBatch(reached, batch, programme)));
  const asked = [...groups].reverse().filter((each) => group === undefined || each === group);
  if (asked.length === 0) throw new Error(`${batch} has no group ${group}. It has: ${groups.join(', ')}.`);
  const running = asked.flatMap((each) => members.filter((m) => m.group === each && m.status === 'running'));
  if (running.length === 0) throw new Error(`Nobody of ${group ?? batch} runs any more.`);
  const views = await Promise.all(
    running.map(({ id }) => reached.ask(() => viewMigration(handleOf(reached.client, id)))),
  );
  print(views.map(planned), json);
};
