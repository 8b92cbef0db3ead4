import { ensureCapacity, initialiseMover, moversToPrepare } from '../../client/operations.ts';
import type { Plan } from '../../domain/plan.ts';
import { readPlan } from '../../plan/read-plan.ts';
import type { TrialEstate } from './estate.ts';

/** The plan that was written for an estate. Throws with every refusal. */
export const planOfTrial = async ({ plan, vms }: Pick<TrialEstate, 'plan' | 'vms'>): Promise<Plan> => {
  const read = await readPlan({ planPath: plan, csvPath: vms, now: Date.now() });
  if ('refusals' in read) throw new Error(read.refusals.map(({ message }) => message).join('\n'));
  return read.plan;
};

/** Its plan, with the lease table opened and every mover's own infrastructure prepared: VMs may be started. */
export const prepareTrial = async (trial: Pick<TrialEstate, 'plan' | 'vms' | 'client'>): Promise<Plan> => {
  const plan = await planOfTrial(trial);
  await ensureCapacity(trial.client, plan);
  for (const to of moversToPrepare(plan)) await initialiseMover(trial.client, to);
  return plan;
};
