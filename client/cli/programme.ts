import type { Command } from 'commander';
import { counted } from '../../domain/counted.ts';
import { summaryLine, summaryOf } from '../../domain/listed.ts';
import { duration, instant } from '../../domain/words.ts';
import type { ProgrammeView } from '../../workflows/programme-messages.ts';
import type { ProgrammeHandle } from '../programme.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withAsker, withJson } from './command-line.ts';
import { goOnCommand } from './inbox-text.ts';
import { type PlanPlace, readProgrammeOrRefuse, withPlan } from './plan.ts';
import { marked, say, sayJson, table } from './print.ts';
import { atTemporal } from './session.ts';

interface Named {
  readonly programme?: string;
  readonly json?: boolean;
}

interface Asked extends Named {
  readonly by: string;
  readonly comment?: string;
}

const withProgramme = (command: Command): Command =>
  command.option('--programme <programme>', 'which one, where several run');

const OUTCOMES = { handedIn: 'waits for its turn', replaced: 'waits, by the plan as it is now', known: 'has begun' };

const start = async ({ json, ...place }: PlanPlace & { readonly json?: boolean }): Promise<void> => {
  const plan = await readProgrammeOrRefuse(place);
  await atTemporal(async (reached) => {
    const { startProgramme } = await import('../programme.ts');
    const { startNotices } = await import('../notices.ts');
    await startNotices(reached.client, plan);
    const { handle, ran, batches } = await startProgramme(reached.client, plan);
    if (json) return sayJson({ programme: plan.programme, workflowId: handle.workflowId, ran, batches });
    say(
      marked(
        '✓',
        ran
          ? `${handle.workflowId} runs already, and goes on by the plan as it is now.`
          : `${handle.workflowId}: ${counted(batches.length, 'batch', 'batches')}, ${plan.order?.inFlight ?? 1} in flight at most`,
      ),
    );
    for (const { name, vms, outcome } of batches) say(`  ${name}  ${vms} VMs  ${OUTCOMES[outcome]}`);
    say('  `tranship programme status` shows it, `tranship forecast` how long it takes.');
  });
};

/** The view, with the summary line of its migrations. */
const statusText = (view: ProgrammeView, now: number): string => {
  const whyOf = (name: string): string =>
    view.turnsNow.waits
      .find((one) => one.name === name)
      ?.why.map(({ text }) => text)
      .join('; ') ?? (view.turnsNow.begin.includes(name) ? 'begins now' : '');
  const rows = view.turns.map(({ name, status, begunAt, landedAt, note, halted }) => [
    name,
    status,
    String(view.batches.find((batch) => batch.name === name)?.vms ?? ''),
    begunAt === null ? '' : duration((landedAt ?? now) - begunAt),
    whyOf(name) || note || (halted ? 'begins nothing new' : ''),
  ]);
  return [
    table(['BATCH', 'STATUS', 'VMS', 'TOOK', 'WHY'], rows),
    ...view.halts.map((text) => marked('!', `Nothing new begins: ${text}`)),
    ...(view.stopped
      ? [`    ${goOnCommand(view.programme, view.stopped)}      (${view.stopWave?.approvers.join(', ')})`]
      : []),
  ].join('\n');
};

const at = async (
  { programme }: Named,
  work: (reached: Reached, handle: ProgrammeHandle) => Promise<void>,
): Promise<void> =>
  atTemporal(async (reached) => {
    const { findProgramme } = await import('../programme.ts');
    await work(reached, await findProgramme(reached.client, programme));
  });

const show = async (reached: Reached, handle: ProgrammeHandle, json?: boolean): Promise<void> => {
  const { viewProgramme } = await import('../programme.ts');
  const { listMigrations } = await import('../../workers/listing.ts');
  const view = await reached.ask(() => viewProgramme(handle));
  const summary = summaryOf(await listMigrations(reached.client, 'open', { programme: view.programme }));
  if (json) return sayJson({ ...view, summary });
  say(statusText(view, Date.now()));
  say(summaryLine(summary));
};

const status = (asked: Named): Promise<void> => at(asked, (reached, handle) => show(reached, handle, asked.json));

const pause = async (asked: Asked): Promise<void> => {
  if (asked.comment === undefined) throw wrongInput('--comment  a pause says why', "Add --comment 'why'.");
  const why = asked.comment;
  await at(asked, async (reached, handle) => {
    const { pauseAll } = await import('../programme.ts');
    await reached.ask(() => pauseAll(handle, asked.by, why));
    await show(reached, handle, asked.json);
  });
};

const resume = async ({ seen, ...asked }: Asked & { readonly seen?: string }): Promise<void> =>
  at(asked, async (reached, handle) => {
    const { onlyStopped, resumeAll, resumeStoppedWave, viewProgramme } = await import('../programme.ts');
    if (seen === undefined) {
      const stopped = onlyStopped(await reached.ask(() => viewProgramme(handle)));
      if (stopped)
        throw wrongInput(
          '--seen  the wave is stopped: to go on is decided for what was seen',
          `Look at \`tranship programme status\`, then add --seen ${stopped.fingerprint} --comment 'why it is safe'.`,
        );
      await reached.ask(() => resumeAll(handle, asked.by));
    } else {
      if (asked.comment === undefined)
        throw wrongInput('--comment  going on after a breach says why it is safe', "Add --comment 'why it is safe'.");
      const { comment } = asked;
      await reached.ask(() => resumeStoppedWave(handle, asked.by, comment, seen));
    }
    await show(reached, handle, asked.json);
  });

interface FreezeAsked extends Asked {
  readonly from?: string;
  readonly to?: string;
  readonly zone?: string;
  readonly remove?: string;
}

/** Local times as the plan writes them, in words that fail with their fix. */
const spanOf = async ({ from, to, zone, comment }: FreezeAsked): Promise<{ from: number; to: number; why: string }> => {
  const { readLocalTime, wrongZone } = await import('../../plan/text/zones.ts');
  const { isWrong } = await import('../../plan/refusal.ts');
  if (from === undefined || to === undefined || zone === undefined || comment === undefined)
    throw wrongInput(
      '--from  a freeze needs --from, --to, --zone and --comment',
      `Write --from '2026-12-18 18:00' --to '2027-01-07 06:00' --zone Europe/Vienna --comment 'year-end close'.`,
    );
  const unknown = wrongZone(zone);
  if (unknown) throw wrongInput(`--zone  ${unknown.wrong}`, unknown.fix);
  const instants = [readLocalTime(from, zone), readLocalTime(to, zone)].map((read, index) => {
    if (isWrong(read)) throw wrongInput(`--${index === 0 ? 'from' : 'to'}  ${read.wrong}`, read.fix);
    return read;
  });
  return { from: instants[0] ?? 0, to: instants[1] ?? 0, why: comment };
};

const freeze = async (asked: FreezeAsked): Promise<void> => {
  const edits = asked.remove !== undefined || asked.from !== undefined || asked.to !== undefined;
  const add = edits && asked.remove === undefined ? await spanOf(asked) : undefined;
  await at(asked, async (reached, handle) => {
    const { changeFreeze, viewProgramme } = await import('../programme.ts');
    const { remove } = asked;
    const freezes = edits
      ? await reached.ask(() =>
          changeFreeze(handle, { by: asked.by, ...(add ? { add } : {}), ...(remove === undefined ? {} : { remove }) }),
        )
      : (await reached.ask(() => viewProgramme(handle))).freezes;
    if (asked.json) return sayJson({ freezes });
    if (freezes.length === 0) return say('Nothing is frozen.');
    say(
      table(
        ['ID', 'FROM', 'TO', 'WHY', 'BY'],
        freezes.map(({ id, from, to, why, by }) => [id, instant(from), instant(to), why, by ?? 'the plan']),
      ),
    );
  });
};

export const programmeCommands = (program: Command): void => {
  const programme = examples(
    program.command('programme').description('all batches of the plan, in order, so many in flight'),
    ['tranship programme start', 'tranship programme status'],
  );
  examples(
    withJson(
      withPlan(programme.command('start')).description(
        'hand in every batch and start the programme; given again, the running one goes on by the plan as it is now',
      ),
    ),
    ['tranship programme start', 'tranship programme start --plan plan.yaml --vms vms.csv --json'],
  ).action(start);
  examples(
    withJson(
      withProgramme(programme.command('status')).description(
        'each batch, and of those that have not begun everything that holds them back',
      ),
    ),
    ['tranship programme status', 'tranship programme status --json'],
  ).action(status);
  examples(
    withJson(
      withAsker(
        withProgramme(programme.command('pause')).description(
          'no batch begins and no group cuts over; what is copied goes on',
        ),
      ),
    ),
    [`tranship programme pause --comment 'storage is degraded'`],
  ).action(pause);
  examples(
    withJson(
      withAsker(
        withProgramme(programme.command('resume'))
          .description('lift a pause; with --seen go on after a host was beyond its limits')
          .option('--seen <fingerprint>', 'of the figures that were seen, as `programme status` shows it'),
      ),
    ),
    ['tranship programme resume', `tranship programme resume --seen 8f00a7c1d2e3f405 --comment 'backup is over'`],
  ).action(resume);
  examples(
    withJson(
      withAsker(
        withProgramme(programme.command('freeze'))
          .description('the freezes; add one or take one away while the programme runs')
          .option('--from <time>', 'local time at which it begins')
          .option('--to <time>', 'local time at which it ends')
          .option('--zone <zone>', 'IANA name of the zone the times are told in')
          .option('--remove <id>', 'the one that goes; the plan brings its own back when it is started again'),
      ),
    ),
    [
      'tranship programme freeze',
      `tranship programme freeze --from '2026-12-18 18:00' --to '2027-01-07 06:00' --zone Europe/Vienna --comment 'year-end close'`,
      'tranship programme freeze --remove 2026-12-18T17:00Z/2027-01-07T05:00Z',
    ],
  ).action(freeze);
};
