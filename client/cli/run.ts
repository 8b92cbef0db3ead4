import { join } from 'node:path';
import type { Command } from 'commander';
import { isIdentified, vmsOfBatch } from '../../domain/plan.ts';
import { type PlanPlace, readPlanOrRefuse, withPlan } from './plan.ts';

/** Where Tranship keeps what is its own: the trial server's file, records, logs. */
export const homeFolder = (): string => process.env.TRANSHIP_HOME ?? '.tranship';

export const recordsFolder = (): string => join(homeFolder(), 'records');

export const runCommands = (program: Command): void => {
  program
    .command('up')
    .description('start a Temporal server for a trial, on a file below .tranship; it stays in the foreground')
    .option('--port <port>', 'of the server; the UI answers 1000 above', '7233')
    .action(async ({ port }: { port: string }) => {
      const { startTemporal } = await import('../../tools/temporal/start-server.ts');
      const server = await startTemporal({
        folder: join(homeFolder(), 'temporal'),
        port: Number(port),
        uiPort: Number(port) + 1_000,
        namespace: 'default',
      });
      process.stdout.write(`Temporal answers at ${server.address}; its UI is ${server.uiAddress}\n`);
      await new Promise((ended) => server.process.on('close', ended));
    });

  withPlan(program.command('initialise'))
    .description(
      'prepare the Azure Migrate projects of the plan: policy, extension, storage account, roles; safe to repeat',
    )
    .action(async (place: PlanPlace) => {
      const plan = await readPlanOrRefuse(place);
      const { reachTemporal } = await import('../temporal.ts');
      const { initialiseMover, moversToPrepare } = await import('../operations.ts');
      const { client, close } = await reachTemporal();
      for (const to of moversToPrepare(plan)) {
        const made = await initialiseMover(client, to);
        process.stdout.write(`${to.product}@${to.instance}: ${Object.values(made).join(', ')}\n`);
      }
      await close();
    });

  withPlan(program.command('start'))
    .argument('<batch>', 'name of the batch in the plan')
    .description('start the migrations of a batch; one that runs already is found, not started again')
    .action(async (batch: string, place: PlanPlace) => {
      const plan = await readPlanOrRefuse(place);
      const { reachTemporal } = await import('../temporal.ts');
      const { ensureCapacity, startMigration } = await import('../operations.ts');
      const vms = vmsOfBatch(plan, batch);
      if (vms.length === 0)
        throw new Error(`The plan has no batch ${batch}. It has: ${Object.keys(plan.batches).join(', ')}.`);
      const nameless = vms.filter((vm) => !isIdentified(vm));
      if (nameless.length > 0)
        throw new Error(
          `No id for ${nameless.map((vm) => vm.name).join(', ')}: write the source’s id into vms.csv. Nothing was started.`,
        );
      const { client, close } = await reachTemporal();
      await ensureCapacity(client, plan);
      for (const vm of vms.filter(isIdentified)) {
        const handle = await startMigration(client, plan, vm, recordsFolder());
        process.stdout.write(`${vm.name}: ${handle.workflowId}\n`);
      }
      await close();
    });
};
