import type { PathHop, Plan } from '../domain/plan.ts';
import { checkHookTargets } from './programme/read-hooks.ts';
import { checkNoticeNames } from './programme/read-notices.ts';
import type { ReadPaths } from './programme/read-paths.ts';
import { type Programme, type Reading, readProgramme } from './programme/read-programme.ts';
import { type FilePlace, inOrder, type Refusal, type Refuse } from './refusal.ts';
import { checkAddresses, checkIdentities, checkStrayHops, orderGroups } from './roster/check-roster.ts';
import { readTable } from './roster/csv-table.ts';
import { checkGroupRoom, checkRoomInFlight } from './roster/group-room.ts';
import { nameLandings } from './roster/name-landings.ts';
import { type Draft, readVms } from './roster/read-vms.ts';
import { type AnyColumn, readSheet } from './roster/sheet.ts';
import { readFileText } from './text/file-text.ts';

export interface PlanFiles extends Reading {
  readonly planPath: string;
  readonly csvPath: string;
  /** The sheet is of batches under way: a group that plan.yaml names may have lost its last VM. */
  readonly underWay?: true;
}

/** Where the plan says what, for whoever learns later that something is wrong with it. */
export interface PlanPlaces {
  /** Line at which the row of `plan.vms[index]` begins. */
  line(index: number): number;
  /** A cell of `plan.vms[index]`, or its row where the sheet lacks the column. */
  vm(index: number, column: AnyColumn): FilePlace;
  /** A value of plan.yaml; what is not there is its parent's place. */
  plan(at: readonly PropertyKey[]): FilePlace;
  /** Groups of a batch that plan.yaml itself puts in order. */
  groups(batch: string): readonly string[];
}

/** `warnings` and `refusals` come in order of file and line; `refusals` holds warnings too, and at least one error. */
export type PlanOrRefusals =
  | { readonly plan: Plan; readonly warnings: readonly Refusal[]; readonly places: PlanPlaces }
  | { readonly refusals: readonly Refusal[] };

/** What plan.yaml says by itself: enough for an agent, and to list VMs before there is a vms.csv. */
export type PlanBasis = Pick<Plan, 'programme' | 'estate' | 'policies' | 'paths'>;

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
  if (programme?.hooks)
    checkHookTargets(
      programme.file,
      programme.hooks,
      drafts.map(({ vm }) => vm),
    );
  if (programme?.notices)
    checkNoticeNames(
      programme.file,
      programme,
      drafts.map(({ vm }) => vm.owner),
    );
  const together = programme?.gates.cutover.scope;
  if (programme && together !== undefined && together !== 'vm') {
    const room = { paths: programme.paths, seats: programme.policies.seats.staging, together };
    checkGroupRoom(drafts, room);
    checkRoomInFlight(programme.file, drafts, room, programme.order?.inFlight ?? 1);
  }
  return drafts;
};

const isError = ({ severity }: Refusal): boolean => severity === 'error';

const soundPaths = (paths: ReadPaths): Readonly<Record<string, readonly PathHop[]>> =>
  Object.fromEntries([...paths].map(([name, hops]) => [name, hops.filter((hop) => hop !== null)]));

/**
 * Reads plan.yaml and vms.csv into one plan, or everything a person must change in them: nothing incomplete passes (PF-001).
 * Touches nothing but the two files.
 */
export const readPlan = async ({ planPath, csvPath, underWay, ...reading }: PlanFiles): Promise<PlanOrRefusals> => {
  const told: Refusal[] = [];
  const refuse: Refuse = (refusal) => told.push(refusal);
  const programme = await readProgramme(planPath, reading, refuse);
  const drafts = await readRoster(csvPath, programme, refuse);
  const vms = nameLandings(drafts);
  const batches =
    programme && drafts.length > 0 ? orderGroups(programme.file, programme.batches, drafts, underWay) : {};
  if (!programme || told.some(isError)) return { refusals: inOrder(told) };

  const { file, paths, outageBudgetMs: _budget, ...rest } = programme;
  return {
    plan: { ...rest, batches, paths: soundPaths(paths), vms },
    warnings: inOrder(told),
    places: {
      line: (index) => drafts[index]?.row.line ?? 1,
      vm: (index, column) => drafts[index]?.row.placeOf(column) ?? { file: csvPath, line: 1, column: 1 },
      plan: (at) => file.placeOf(at),
      groups: (batch) => programme.batches[batch]?.groups ?? [],
    },
  };
};

/** Reads plan.yaml without any vms.csv. No window is over for it: agents and inventories have no night to miss. */
export const readPlanBasis = async (
  planPath: string,
): Promise<
  { readonly basis: PlanBasis; readonly warnings: readonly Refusal[] } | { readonly refusals: readonly Refusal[] }
> => {
  const told: Refusal[] = [];
  const found = await readProgramme(planPath, { now: 0 }, (refusal) => told.push(refusal));
  if (!found || told.some(isError)) return { refusals: inOrder(told) };
  const { programme, estate, policies, paths } = found;
  return { basis: { programme, estate, policies, paths: soundPaths(paths) }, warnings: inOrder(told) };
};
