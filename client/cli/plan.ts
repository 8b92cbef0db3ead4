import type { Command } from 'commander';
import type { Plan } from '../../domain/plan.ts';

export interface PlanPlace {
  readonly plan: string;
  readonly vms: string;
}

/** The two files every command that needs the plan takes. */
export const withPlan = (command: Command): Command =>
  command.option('--plan <file>', 'the programme', 'plan.yaml').option('--vms <file>', 'its VMs', 'vms.csv');

/** Reads the plan; what is wrong with it is printed, place by place, and nothing goes on. */
export const readPlanOrRefuse = async (place: PlanPlace): Promise<Plan> => {
  const { readPlan } = await import('../../plan/read-plan.ts');
  const { renderRefusals } = await import('../../plan/render-refusals.ts');
  const read = await readPlan({ planPath: place.plan, csvPath: place.vms, now: Date.now() });
  if ('refusals' in read) throw new Error(`The plan cannot be used.\n${renderRefusals(read.refusals)}`);
  if (read.warnings.length > 0) process.stderr.write(`${renderRefusals(read.warnings)}\n`);
  return read.plan;
};

export const planCommands = (program: Command): void => {
  const plan = program.command('plan').description('read the plan without touching anything');
  withPlan(plan.command('check'))
    .description('every place that is wrong, with its fix')
    .action(async (place: PlanPlace) => {
      const read = await readPlanOrRefuse(place);
      process.stdout.write(
        `${read.programme}: ${read.vms.length} VMs in ${Object.keys(read.batches).length} batches. Nothing was touched.\n`,
      );
    });
  plan
    .command('schema')
    .description('JSON Schema of plan.yaml, for editors')
    .action(async () => {
      const { planJsonSchema } = await import('../../plan/json-schema.ts');
      process.stdout.write(`${JSON.stringify(planJsonSchema(), null, 2)}\n`);
    });
};
