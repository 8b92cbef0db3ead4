import type { Command } from 'commander';
import { type PlanPlace, withPlan } from './plan.ts';
import { recordsFolder } from './run.ts';

const collect = (value: string, before: string[]): string[] => [...before, value];

export const workerCommands = (program: Command): void => {
  const worker = program
    .command('worker')
    .description('a process that works off Temporal’s queues; it stays in the foreground');
  worker
    .command('orchestrator')
    .description('holds the workflows; touches no product')
    .action(async () => {
      const { runOrchestrator } = await import('../../workers/run.ts');
      await runOrchestrator({ records: recordsFolder() });
    });
  withPlan(worker.command('agent'))
    .description('serves product instances of the plan, next to the product')
    .requiredOption('--serve <queue>', 'such as veeam@vbr01; may be given several times', collect, [])
    .action(async ({ serve, ...place }: PlanPlace & { serve: string[] }) => {
      const { readPlanOrRefuse } = await import('./plan.ts');
      const { runAgent } = await import('../../workers/run.ts');
      const plan = await readPlanOrRefuse(place);
      await runAgent({ estate: plan.estate, policies: plan.policies, serve });
    });

  program
    .command('jea')
    .argument('<product>', 'veeam, hyper-v or guest')
    .description('the role capability (.psrc) that lets an agent run just what its driver catalogues on a Windows host')
    .action(async (product: string) => {
      const { catalogueFiles } = await import('../../workers/catalogues.ts');
      const { loadCatalogue } = await import('../../workers/powershell/catalogue.ts');
      const { roleCapability } = await import('../../workers/powershell/jea.ts');
      const files = catalogueFiles();
      const file = files[product];
      if (!file) throw new Error(`No catalogue for ${product}. There are: ${Object.keys(files).join(', ')}.`);
      process.stdout.write(
        roleCapability(await loadCatalogue([file]), 'run-cmdlets.ps1', `Tranship agent for ${product}`),
      );
    });
};
