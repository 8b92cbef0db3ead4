import type { Command } from 'commander';
import { counted } from '../../domain/counted.ts';
import { shellWord } from '../../domain/words.ts';
import type { Change } from '../plan-edit/changes.ts';
import type { PlanDiff } from '../plan-edit/diff.ts';
import type { LiveBatch } from '../plan-edit/live.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withAsker, withJson } from './command-line.ts';
import { EXIT } from './failures.ts';
import { type PlanPlace, readBasisOrRefuse, readPlacesOrRefuse } from './plan.ts';
import { marked, say, sayJson, table, tell } from './print.ts';
import { askBack } from './seen.ts';
import { atTemporal } from './session.ts';

interface Export {
  readonly plan: string;
  readonly out: string;
  readonly batch?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

type Asked = PlanPlace & { readonly batch?: string; readonly json?: boolean };

interface Apply extends Asked {
  readonly by: string;
  readonly comment?: string;
  readonly seen?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
}

/** What runs of a programme, and of it the batch that was named. */
const running = async (reached: Reached, programme: string, batch?: string): Promise<readonly LiveBatch[]> => {
  const { readLive } = await import('../plan-edit/live.ts');
  const live = await reached.ask(() => readLive(reached.client, programme));
  if (batch === undefined ? live.length > 0 : live.some(({ name }) => name === batch)) return live;
  const names = live.map(({ name }) => name).join(', ') || 'none';
  throw new Error(
    `${batch === undefined ? 'No batch' : `No batch ${batch}`} of ${programme} runs. Running: ${names}.\n    What has not begun is changed in plan.yaml and vms.csv.`,
  );
};

const writeLive = async ({ plan, out, batch, force, json }: Export): Promise<void> => {
  const { programme } = await readBasisOrRefuse(plan);
  await atTemporal(async (reached) => {
    const { liveRows } = await import('../plan-edit/live.ts');
    const { liveSheet } = await import('../../plan/roster/live-sheet.ts');
    const { writeSheet } = await import('../sheet-file.ts');
    const live = await running(reached, programme, batch);
    const batches = live.filter(({ name }) => batch === undefined || name === batch);
    const rows = batches.flatMap(liveRows);
    await writeSheet(out, liveSheet(rows), force === true);
    const names = batches.map(({ name }) => name);
    if (json) return sayJson({ file: out, batches: names, vms: rows.length });
    say(marked('✓', `${out}: ${counted(rows.length, 'VM')} of ${names.join(', ')}`));
    say(`  When it is edited: tranship plan diff --vms ${shellWord(out)}`);
  });
};

const SIGNS: Readonly<Partial<Record<Change['kind'], string>>> = { added: '+', removed: '−', deferred: '→' };

const WORDS: Readonly<Partial<Record<Change['kind'], string>>> = {
  're-windowed': 'window ',
  reordered: 'order of groups ',
  're-addressed': 're-addressed: ',
  're-landed': 'lands otherwise: ',
  settings: 'settings: ',
  replanned: 'planned anew: ',
};

const diffText = ({ changes, unchanged, notes }: PlanDiff): string => {
  const batches = [...new Set(changes.map(({ batch }) => batch))];
  const lines = batches.flatMap((batch) => [
    batch,
    ...table(
      ['', ''],
      changes
        .filter((change) => change.batch === batch)
        .map(({ kind, vm, says }) => [
          `  ${SIGNS[kind] ?? '~'} ${vm?.name ?? 'the batch'}`,
          `${WORDS[kind] ?? ''}${says}`,
        ]),
    )
      .split('\n')
      .slice(1),
  ]);
  return [
    ...lines,
    ...notes.map((note) => `  ${note}`),
    changes.length === 0
      ? `Nothing would change: ${counted(unchanged, 'VM')} as it runs.`
      : `${counted(changes.length, 'change')}, ${counted(unchanged, 'VM')} unchanged.`,
  ].join('\n');
};

interface Looked {
  readonly diff: PlanDiff;
  readonly live: readonly LiveBatch[];
}

/** Shows what would change. What may not is told at its place, and nothing goes on. */
const look = async (reached: Reached, asked: Asked): Promise<Looked> => {
  const { plan, places } = await readPlacesOrRefuse(asked);
  const live = await running(reached, plan.programme, asked.batch);
  if (asked.batch !== undefined && !plan.vms.some(({ batch }) => batch === asked.batch))
    throw wrongInput(
      `${asked.vms}:1:1  no VM is in the batch ${asked.batch}`,
      `Take the sheet of \`tranship plan export --batch ${asked.batch}\`.`,
    );
  const { diffPlan } = await import('../plan-edit/diff.ts');
  const batch = asked.batch === undefined ? {} : { batch: asked.batch };
  return { live, diff: diffPlan({ plan, places, file: asked.vms, live, now: Date.now(), ...batch }) };
};

/** For programs, an order goes without what every order of its batch says. */
const bare = ({ changes, ...rest }: PlanDiff) => ({
  ...rest,
  changes: changes.map(({ edit: _edit, ...change }) => change),
});

const show = async (diff: PlanDiff, json?: boolean): Promise<boolean> => {
  const isRefused = diff.refusals.length > 0;
  if (isRefused) process.exitCode = EXIT.refused;
  if (json) sayJson(bare(diff));
  else {
    say(diffText(diff));
    const { renderRefusals } = await import('../../plan/render-refusals.ts');
    if (isRefused) tell(renderRefusals(diff.refusals, 'Nothing was sent.'));
  }
  return !isRefused;
};

const again = ({ vms, plan, batch }: Asked, seen: string): string =>
  [
    `tranship plan apply --vms ${shellWord(vms)}`,
    ...(plan === 'plan.yaml' ? [] : [`--plan ${shellWord(plan)}`]),
    ...(batch === undefined ? [] : [`--batch ${shellWord(batch)}`]),
    `--seen ${seen}`,
  ].join(' ');

const diff = (asked: Asked): Promise<void> =>
  atTemporal(async (reached) => {
    const { diff: found } = await look(reached, asked);
    const isLegal = await show(found, asked.json);
    if (isLegal && found.changes.length > 0 && !asked.json)
      say(`Seen as ${found.seen}. To send it:\n  ${again(asked, found.seen)}`);
  });

const confirm = async (): Promise<boolean> => (await askBack('Send it? Type yes: ')).toLowerCase() === 'yes';

/** Whether what was found may be sent: somebody has seen just this, and said so. */
const heedSeen = async ({ seen: now }: PlanDiff, asked: Apply): Promise<void> => {
  if (asked.seen !== undefined && asked.seen !== now)
    throw new Error(
      `What you saw (${asked.seen}) is not what would be sent now (${now}): the batch or the sheet has changed. Look again, then apply.\n    ${again(asked, now)}`,
    );
  if (asked.seen === undefined && !process.stdin.isTTY)
    throw new Error(`Not sent. Look at what is shown, then:\n    ${again(asked, now)}`);
  const isSure = asked.seen !== undefined && (asked.yes === true || !process.stdin.isTTY);
  if (!isSure && !(await confirm())) throw new Error('Not sent.');
};

const apply = (asked: Apply): Promise<void> =>
  atTemporal(async (reached) => {
    const { diff: found, live } = await look(reached, asked);
    const quiet = asked.json === true && asked.dryRun !== true && found.refusals.length === 0;
    const isLegal = quiet || (await show(found, asked.json));
    if (!isLegal || asked.dryRun) return;
    if (found.changes.length === 0) return quiet ? sayJson({ applied: [] }) : undefined;
    await heedSeen(found, asked);
    const { applyDiff } = await import('../plan-edit/apply.ts');
    const applied = await applyDiff(reached, live, found.changes, {
      by: asked.by,
      ...(asked.comment === undefined ? {} : { comment: asked.comment }),
      waits: (name, from) => tell(`  ${name} leaves ${from} …`),
    });
    if (asked.json) return sayJson({ applied });
    for (const { batch, by, did } of applied) say(marked('✓', `${batch}: ${by} changed it: ${did.join('; ')}`));
    say('  `tranship watch` shows it. Keep plan.yaml and vms.csv as the sheet has it.');
  });

const withFiles = (command: Command): Command =>
  command
    .option('--plan <file>', 'the programme, with the windows', 'plan.yaml')
    .requiredOption('--vms <file>', 'the edited sheet')
    .option('--batch <batch>', 'only this batch');

export const planEditCommands = (plan: Command): void => {
  examples(
    withJson(
      plan
        .command('export')
        .description('what runs now, as a sheet to edit')
        .option('--plan <file>', 'the programme', 'plan.yaml')
        .option('--batch <batch>', 'only this batch')
        .requiredOption('--out <file>', 'where to write it')
        .option('--force', 'write over a file that is there'),
    ),
    ['tranship plan export --out running.csv', 'tranship plan export --batch wave-01 --out wave-01.csv --force'],
  ).action(writeLive);
  examples(
    withJson(withFiles(plan.command('diff').description('what a sheet would change of what runs; sends nothing'))),
    ['tranship plan diff --vms running.csv', 'tranship plan diff --vms wave-01.csv --batch wave-01 --json'],
  ).action(diff);
  examples(
    withJson(
      withAsker(
        withFiles(plan.command('apply').description('change what runs to what a sheet says, all of it or nothing'))
          .option('--seen <fingerprint>', 'what `plan diff` was seen to show; needed without a terminal')
          .option('--dry-run', 'show it, and send nothing')
          .option('--yes', 'do not ask; only with --seen'),
      ),
    ),
    [
      'tranship plan apply --vms running.csv',
      'tranship plan apply --vms running.csv --seen 3f9a0c1d2b4e5f60 --yes --comment "change 4711"',
    ],
  ).action(apply);
};
