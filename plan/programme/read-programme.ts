import type { Plan } from '../../domain/plan.ts';
import type { Refuse } from '../refusal.ts';
import type { Surroundings } from '../roster/read-vms.ts';
import { planSchema } from '../schema.ts';
import { readFileText } from '../text/file-text.ts';
import { type PlanFile, planFile } from './plan-file.ts';
import { readBatches } from './read-batches.ts';
import { readEstate } from './read-estate.ts';
import { readGates } from './read-gates.ts';
import { readHooks } from './read-hooks.ts';
import { readNotices } from './read-notices.ts';
import { readOrder } from './read-order.ts';
import { readPaths } from './read-paths.ts';
import { readPolicies } from './read-policies.ts';
import { readYaml } from './yaml-file.ts';

export interface Programme extends Surroundings, Omit<Plan, 'estate' | 'paths' | 'batches' | 'vms'> {
  readonly file: PlanFile;
}

export interface Reading {
  /** Milliseconds since the epoch: windows that are over by then are refused. 0 refuses none. */
  readonly now: number;
  /** Only its windows must lie ahead: those of earlier batches are over by right. All batches when absent. */
  readonly batch?: string;
  /** Windows that are over are kept: a programme that runs has batches behind it. */
  readonly pastWindows?: boolean;
}

/** plan.yaml by itself; null when too much of it was refused to go on. */
export const readProgramme = async (planPath: string, reading: Reading, refuse: Refuse): Promise<Programme | null> => {
  const text = await readFileText(planPath, refuse);
  const yaml = text === null ? null : readYaml(planPath, text, refuse);
  if (!yaml) return null;
  const file = planFile(planPath, yaml, refuse);
  const written = file.read(planSchema, yaml.data, []);
  if (!written) return null;

  const policies = readPolicies(file, written.policies);
  const batches = readBatches(file, written.batches, { ...reading, rollbackMs: policies.rollbackMs });
  const gates = readGates(file, written.gates);
  const estate = readEstate(file, written.estate);
  if (!estate) return null;
  const { programme, trustNamespace } = written;
  const paths = readPaths(file, written, estate);
  const longest = Math.max(0, ...[...paths.values()].map((hops) => hops.length));
  const hooks = readHooks(file, written.hooks, { estate, batches: Object.keys(written.batches), longest });
  const notices = readNotices(file, written.notices);
  const order = await readOrder(file, written.order, batches, gates, reading.now);
  return {
    file,
    programme,
    trustNamespace,
    estate,
    policies,
    gates,
    batches,
    order,
    paths,
    ...(hooks.length > 0 ? { hooks } : {}),
    ...(notices.length > 0 ? { notices } : {}),
    outageBudgetMs: policies.outageBudgetMs,
  };
};
