import type { Command } from 'commander';
import { counted } from '../../domain/counted.ts';
import type { Plan } from '../../domain/plan.ts';
import type { PlanBasis, PlanPlaces } from '../../plan/read-plan.ts';
import type { Refusal } from '../../plan/refusal.ts';
import type { RowIdentity } from '../../plan/roster/amend-sheet.ts';
import { WrongInput, wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { EXIT } from './failures.ts';
import { planEditCommands } from './plan-edit.ts';
import { marked, say, sayJson, tell } from './print.ts';

export interface PlanPlace {
  readonly plan: string;
  readonly vms: string;
}

/** The two files every command that needs the plan takes. */
export const withPlan = (command: Command): Command =>
  command.option('--plan <file>', 'the programme', 'plan.yaml').option('--vms <file>', 'its VMs', 'vms.csv');

const refuse = async (refusals: readonly Refusal[]): Promise<never> => {
  const { renderRefusals } = await import('../../plan/render-refusals.ts');
  throw new WrongInput(`The plan cannot be used.\n${renderRefusals(refusals)}`);
};

const warn = async (refusals: readonly Refusal[], end?: string): Promise<void> => {
  const { renderRefusals } = await import('../../plan/render-refusals.ts');
  if (refusals.length > 0) tell(renderRefusals(refusals, end));
};

/** Reads the plan; what is wrong with it is told, place by place, and nothing goes on. Of `batch` alone, where it is given, the windows must lie ahead. */
export const readPlanOrRefuse = async (place: PlanPlace, batch?: string): Promise<Plan> => {
  const { readPlan } = await import('../../plan/read-plan.ts');
  const read = await readPlan({
    planPath: place.plan,
    csvPath: place.vms,
    now: Date.now(),
    ...(batch === undefined ? {} : { batch }),
  });
  if ('refusals' in read) return refuse(read.refusals);
  await warn(read.warnings);
  return read.plan;
};

/** The plan with the place of everything it says. Windows may be over: what runs may be in one, or past it. */
export const readPlacesOrRefuse = async (
  place: PlanPlace,
): Promise<{ readonly plan: Plan; readonly places: PlanPlaces }> => {
  const { readPlan } = await import('../../plan/read-plan.ts');
  const read = await readPlan({ planPath: place.plan, csvPath: place.vms, now: 0, underWay: true });
  if ('refusals' in read) return refuse(read.refusals);
  // Of batches that have no row in this sheet, plan.yaml may say what it likes.
  await warn(read.warnings.filter(({ file }) => file === place.vms));
  return read;
};

/** Reads the plan of a programme: windows of batches that lie behind it may be over. */
export const readProgrammeOrRefuse = async (place: PlanPlace): Promise<Plan> => {
  const { readPlan } = await import('../../plan/read-plan.ts');
  const read = await readPlan({ planPath: place.plan, csvPath: place.vms, now: Date.now(), pastWindows: true });
  if ('refusals' in read) return refuse(read.refusals);
  await warn(read.warnings);
  return read.plan;
};

/** What plan.yaml says by itself: no vms.csv is needed, and no window is over. */
export const readBasisOrRefuse = async (plan: string): Promise<PlanBasis> => {
  const { readPlanBasis } = await import('../../plan/read-plan.ts');
  const read = await readPlanBasis(plan);
  return 'refusals' in read ? refuse(read.refusals) : read.basis;
};

type Asked = PlanPlace & {
  readonly batch?: string;
  readonly offline?: boolean;
  readonly writeIds?: boolean;
  readonly json?: boolean;
};

interface Checked {
  readonly refusals: readonly Refusal[];
  /** What was asked, for people. */
  readonly asked: string;
}

const PROGRESS_EVERY = 10;

const progress = (done: number, of: number): void => {
  if (of > PROGRESS_EVERY && done % PROGRESS_EVERY === 0) tell(`  ${done} of ${of} VMs asked`);
};

const UNTOUCHED = 'Nothing in the estate was touched.';

const OFFLINE = 'Without the estate, the files alone: tranship plan check --offline';

const live = async (plan: Plan, places: PlanPlaces, { vms, batch, writeIds, json }: Asked): Promise<Checked> => {
  const { checkLive } = await import('../plan-check.ts');
  const { atTemporal } = await import('./session.ts');
  const answer = await atTemporal((reached) =>
    checkLive(reached, { plan, places, ...(batch === undefined ? {} : { batch }), ...(json ? {} : { progress }) }),
  ).catch((error: unknown) => {
    if (error instanceof WrongInput || !(error instanceof Error)) throw error;
    throw new Error(`${error.message}\n    ${OFFLINE}`, { cause: error });
  });
  const asked = `${answer.sources.join(', ') || 'no source'} and the whole path of ${counted(answer.vms, 'VM')} asked`;
  if (!writeIds || answer.ids.size === 0) return { refusals: [...answer.refusals, ...answer.unwritten], asked };

  const { amendFile } = await import('../sheet-file.ts');
  // The sheet may have been edited meanwhile: a line that is another's now is left alone.
  const idOf = ({ line, name }: RowIdentity): string | null => {
    const found = answer.ids.get(line);
    return found?.name === name ? found.id : null;
  };
  const { filled } = await amendFile(vms, { idOf, append: () => [] });
  tell(marked('✓', `${vms}: ${counted(filled, 'id')} written`));
  return { refusals: answer.refusals, asked };
};

const check = async (asked: Asked): Promise<void> => {
  const { plan: planPath, vms: csvPath, batch, offline, json } = asked;
  const { readPlan } = await import('../../plan/read-plan.ts');
  const { inOrder } = await import('../../plan/refusal.ts');
  const read = await readPlan({ planPath, csvPath, now: Date.now(), ...(batch === undefined ? {} : { batch }) });
  if ('plan' in read && batch !== undefined && !Object.hasOwn(read.plan.batches, batch))
    throw wrongInput(
      `--batch  ${planPath} has no batch ${batch}`,
      `It has: ${Object.keys(read.plan.batches).join(', ')}.`,
    );

  const here = 'plan' in read && !offline ? await live(read.plan, read.places, asked) : null;
  const files = 'plan' in read ? read.warnings : read.refusals;
  const all = inOrder([...files, ...(here?.refusals ?? [])]);
  const errors = all.filter(({ severity }) => severity === 'error');
  if (errors.length > 0) process.exitCode = 'plan' in read ? EXIT.refused : EXIT.wrongInput;
  if (json) return sayJson({ refusals: errors, warnings: all.filter(({ severity }) => severity === 'warning') });

  await warn(all, UNTOUCHED);
  if ('plan' in read && errors.length === 0) {
    const { programme, vms, batches } = read.plan;
    const counts = `${counted(vms.length, 'VM')} in ${counted(Object.keys(batches).length, 'batch', 'batches')}`;
    say(marked('✓', `${programme}: ${counts}, ${here?.asked ?? 'the files alone'}. ${UNTOUCHED}`));
  }
};

export const planCommands = (program: Command): void => {
  const plan = examples(program.command('plan').description('check the plan, and change what of it runs'), [
    'tranship plan check',
    'tranship plan export --batch wave-01 --out running.csv',
    'tranship plan schema > plan.schema.json',
  ]);
  examples(
    withJson(
      withPlan(plan.command('check'))
        .description('every place that is wrong, in the files and against the live estate, with its fix')
        .option('--offline', 'the files alone')
        .option('--batch <name>', 'only this batch, for a later night: windows of others may be over')
        .option('--write-ids', 'write the ids that were found into the sheet'),
    ),
    ['tranship plan check', 'tranship plan check --batch wave-02 --json', 'tranship plan check --offline'],
  ).action(check);
  examples(plan.command('schema').description('JSON Schema of plan.yaml, for editors'), [
    'tranship plan schema > plan.schema.json',
  ]).action(async () => {
    const { planJsonSchema } = await import('../../plan/json-schema.ts');
    say(JSON.stringify(planJsonSchema(), null, 2));
  });
  planEditCommands(plan);
};
