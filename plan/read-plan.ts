import type { PathHop, Plan } from '../domain/plan.ts';
import { type PlanFile, planFile } from './programme/plan-file.ts';
import { readBatches } from './programme/read-batches.ts';
import { readEstate } from './programme/read-estate.ts';
import { readGates } from './programme/read-gates.ts';
import { type ReadPaths, readPaths } from './programme/read-paths.ts';
import { readPolicies } from './programme/read-policies.ts';
import { readYaml } from './programme/yaml-file.ts';
import { inOrder, type Refusal, type Refuse } from './refusal.ts';
import { checkAddresses, checkIdentities, checkStrayHops, orderGroups } from './roster/check-roster.ts';
import { readTable } from './roster/csv-table.ts';
import { nameLandings } from './roster/name-landings.ts';
import { type Draft, readVms, type Surroundings } from './roster/read-vms.ts';
import { readSheet } from './roster/sheet.ts';
import { planSchema } from './schema.ts';
import { readFileText } from './text/file-text.ts';

export interface PlanFiles {
  readonly planPath: string;
  readonly csvPath: string;
  /** Milliseconds since the epoch: windows that are over by then are refused. */
  readonly now: number;
}

/** `warnings` and `refusals` come in order of file and line; `refusals` holds warnings too, and at least one error. */
export type PlanOrRefusals =
  | { readonly plan: Plan; readonly warnings: readonly Refusal[] }
  | { readonly refusals: readonly Refusal[] };

interface Programme extends Surroundings, Omit<Plan, 'estate' | 'paths' | 'batches' | 'vms'> {
  readonly file: PlanFile;
}

const readProgramme = async (planPath: string, now: number, refuse: Refuse): Promise<Programme | null> => {
  const text = await readFileText(planPath, refuse);
  const yaml = text === null ? null : readYaml(planPath, text, refuse);
  if (!yaml) return null;
  const file = planFile(planPath, yaml, refuse);
  const written = file.read(planSchema, yaml.data, []);
  if (!written) return null;

  const policies = readPolicies(file, written.policies);
  const batches = readBatches(file, written.batches, { now, rollbackMs: policies.rollbackMs });
  const gates = readGates(file, written.gates);
  const estate = readEstate(file, written.estate);
  if (!estate) return null;
  const { programme, trustNamespace } = written;
  const paths = readPaths(file, written, estate);
  return {
    file,
    programme,
    trustNamespace,
    estate,
    policies,
    gates,
    batches,
    paths,
    outageBudgetMs: policies.outageBudgetMs,
  };
};

const longestOf = (paths: ReadPaths): number => Math.max(...[...paths.values()].map((hops) => hops.length), 1);

const readRoster = async (csvPath: string, programme: Programme | null, refuse: Refuse): Promise<readonly Draft[]> => {
  const text = await readFileText(csvPath, refuse);
  const table = text === null ? null : readTable(csvPath, text, refuse);
  if (!table) return [];
  const longest = programme && longestOf(programme.paths);
  const drafts = readVms(readSheet(csvPath, table, longest, refuse), programme);
  if (drafts.length === 0)
    refuse({
      file: csvPath,
      line: 1,
      column: 1,
      severity: 'error',
      message: 'No VM is in the file',
      fix: 'Add a row a VM below the header.',
    });
  checkIdentities(drafts);
  checkAddresses(drafts);
  checkStrayHops(drafts, longest ?? 0);
  return drafts;
};

const soundPaths = (paths: ReadPaths): Readonly<Record<string, readonly PathHop[]>> =>
  Object.fromEntries([...paths].map(([name, hops]) => [name, hops.filter((hop) => hop !== null)]));

/**
 * Reads plan.yaml and vms.csv into one plan, or everything a person must change in them: nothing incomplete passes (PF-001).
 * Touches nothing but the two files.
 */
export const readPlan = async ({ planPath, csvPath, now }: PlanFiles): Promise<PlanOrRefusals> => {
  const told: Refusal[] = [];
  const refuse: Refuse = (refusal) => told.push(refusal);
  const programme = await readProgramme(planPath, now, refuse);
  const drafts = await readRoster(csvPath, programme, refuse);
  const vms = nameLandings(drafts);
  const batches = programme && drafts.length > 0 ? orderGroups(programme.file, programme.batches, drafts) : {};
  if (!programme || told.some(({ severity }) => severity === 'error')) return { refusals: inOrder(told) };

  const { file: _file, paths, outageBudgetMs: _budget, ...rest } = programme;
  return { plan: { ...rest, batches, paths: soundPaths(paths), vms }, warnings: inOrder(told) };
};
