import type { Command } from 'commander';
import { counted } from '../../domain/counted.ts';
import { isIdentified, type Plan, vmsOfBatch } from '../../domain/plan.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson, withRequester } from './command-line.ts';
import { type PlanPlace, readPlanOrRefuse, withPlan } from './plan.ts';
import { marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';

type Asked = PlanPlace & { readonly json?: boolean };
type Started = Asked & { readonly by: string };

/** What of the plan makes a start impossible, said with its place before anything is reached. */
export const refuseBatch = (plan: Plan, batch: string, place: PlanPlace): void => {
  const vms = vmsOfBatch(plan, batch);
  if (!plan.batches[batch])
    throw wrongInput(
      `${place.plan}  there is no batch ${batch}`,
      `It has: ${Object.keys(plan.batches).join(', ')}. Nothing was started.`,
    );
  if (vms.length === 0)
    throw wrongInput(
      `${place.vms}  no VM is in the batch ${batch}`,
      'Name it in the column `batch`. Nothing was started.',
    );
  const nameless = vms.filter((vm) => !isIdentified(vm));
  if (nameless.length > 0)
    throw wrongInput(
      `${place.vms}  no id for ${nameless.map((vm) => vm.name).join(', ')}`,
      'Write the source’s id into the column `id`; `tranship plan check --write-ids` does it. Nothing was started.',
    );
};

const start = async (batch: string, { json, by, ...place }: Started): Promise<void> => {
  const plan = await readPlanOrRefuse(place, batch);
  refuseBatch(plan, batch, place);
  await atTemporal(async (reached) => {
    const { startBatch } = await import('../batches.ts');
    const { startNotices } = await import('../notices.ts');
    await startNotices(reached.client, plan);
    const { handle, ran } = await reached.ask(() => startBatch(reached.client, plan, batch, by));
    const vms = vmsOfBatch(plan, batch).map(({ name, id, group }) => ({ name, id, group }));
    if (json) return sayJson({ batch, workflowId: handle.workflowId, ran, vms });
    say(
      marked(
        '✓',
        ran
          ? `${handle.workflowId} runs already; what of it was not running is started.`
          : `${handle.workflowId}: ${counted(vms.length, 'VM')} in ${counted(new Set(vms.map(({ group }) => group)).size, 'group')}`,
      ),
    );
    for (const { name, id, group } of vms) say(`  ${group}  ${name}  ${id}`);
    say('  `tranship watch` shows it, `tranship inbox` what waits for you.');
  });
};

const initialise = async ({ json, ...place }: Asked): Promise<void> => {
  const plan = await readPlanOrRefuse(place);
  await atTemporal(async ({ client }) => {
    const { initialiseMover, moversToPrepare } = await import('../operations.ts');
    for (const to of moversToPrepare(plan)) {
      const made = await initialiseMover(client, to, plan.policies.pollMs);
      if (json) sayJson({ ...to, made });
      else say(marked('✓', `${to.product}@${to.instance}: ${Object.values(made).join(', ')}`));
    }
  });
};

export const startCommands = (program: Command): void => {
  examples(
    withJson(
      withPlan(program.command('initialise')).description(
        'prepare the Azure Migrate projects of the plan: policy, extension, storage account, roles; safe to repeat',
      ),
    ),
    ['tranship initialise', 'tranship initialise --plan plan.yaml --vms vms.csv'],
  ).action(initialise);
  examples(
    withJson(
      withRequester(withPlan(program.command('start')))
        .argument('<batch>', 'name of the batch in the plan')
        .description('start a batch; what runs already is found, not started again'),
    ),
    ['tranship start wave-01', 'tranship start wave-01 --plan plan.yaml --vms vms.csv --json'],
  ).action(start);
};
