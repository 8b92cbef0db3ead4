import { type Command, Option } from 'commander';
import { duration, instant, shellWord } from '../../domain/words.ts';
import type { Asker, Scheduled } from '../schedules.ts';
import type { Reached } from '../temporal.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withAsker, withJson } from './command-line.ts';
import { EXIT } from './failures.ts';
import { type PlanPlace, readPlanOrRefuse, withPlan } from './plan.ts';
import { marked, say, sayJson, table } from './print.ts';
import { atTemporal } from './session.ts';
import { refuseBatch } from './start.ts';

const DEEDS = ['at', 'cron', 'resume', 'pause', 'now', 'delete', 'list'] as const;

/** Next and last runs that are shown. */
const SHOWN = 5;

interface Asked extends PlanPlace, Asker {
  readonly at?: string;
  readonly cron?: string;
  readonly zone?: string;
  readonly resume?: true;
  readonly pause?: true;
  readonly now?: true;
  readonly delete?: true;
  readonly list?: true;
  readonly programme?: string;
  readonly json?: boolean;
}

const ahead = ({ next }: Scheduled): string =>
  next[0] === undefined ? 'nothing ahead' : `${instant(next[0])}, in ${duration(next[0] - Date.now())}`;

const scheduleTable = (all: readonly Scheduled[]): string =>
  table(
    ['BATCH', 'PROGRAMME', 'STARTS', 'STATE', 'NEXT', 'NOTE'],
    all.map((one) => [one.batch, one.programme, one.starting, one.paused ? 'paused' : 'armed', ahead(one), one.note]),
  );

/** One schedule with its next runs, and what its kick-offs said. */
const show = async ({ client }: Reached, one: Scheduled, json?: boolean): Promise<void> => {
  const { saidBy } = await import('../schedules.ts');
  const runs = await Promise.all(
    one.runs.slice(-SHOWN).map(async (run) => ({ ...run, said: (await saidBy(client, run.id))?.said ?? null })),
  );
  if (json) return sayJson({ ...one, runs });
  say(`${one.batch} (${one.programme}): ${one.starting} · ${one.paused ? 'paused' : 'armed'} · ${one.note}`);
  if (one.next.length === 0) say('  nothing ahead');
  for (const at of one.next.slice(0, SHOWN)) say(`  next: ${instant(at)}, in ${duration(at - Date.now())}`);
  for (const { takenAt, said } of runs) say(`  ran: ${instant(takenAt)}  ${said ?? 'waits for an orchestrator'}`);
  if (one.paused && one.next.length > 0) say(`  \`tranship schedule ${shellWord(one.batch)} --resume\` arms it.`);
};

const list = async ({ json, programme }: Asked): Promise<void> =>
  atTemporal(async ({ client }) => {
    const { listSchedules } = await import('../schedules.ts');
    const all = (await listSchedules(client)).filter((one) => programme === undefined || one.programme === programme);
    if (json) return sayJson({ schedules: all });
    say(all.length > 0 ? scheduleTable(all) : 'Nothing is scheduled.');
  });

const create = async (batch: string, { at, cron, zone, json, by, comment, ...place }: Asked): Promise<void> => {
  if (zone === undefined)
    throw wrongInput('--zone  a time needs the zone it is told in', 'Add an IANA name such as --zone Europe/Vienna.');
  const { byCron, onceAt } = await import('../schedule-time.ts');
  const starting = at === undefined ? byCron(cron ?? '', zone) : onceAt(at, zone, Date.now());
  const plan = await readPlanOrRefuse(place, batch);
  refuseBatch(plan, batch, place);
  await atTemporal(async (reached) => {
    const { batchOrder } = await import('../batches.ts');
    const { ensureCapacity } = await import('../operations.ts');
    const { scheduleBatch } = await import('../schedules.ts');
    const order = batchOrder(plan, batch, by);
    const asker = { by, ...(comment ? { comment } : {}) };
    const scheduled = await scheduleBatch(reached.client, { order, starting, asker });
    await ensureCapacity(reached.client, plan);
    if (json) return show(reached, scheduled, json);
    say(marked('✓', `${batch} is scheduled with ${order.members.length} VMs as the plan has them now.`));
    await show(reached, scheduled);
  });
};

/** What is done with a schedule that there is. */
const handle = async (batch: string, asked: Asked): Promise<void> =>
  atTemporal(async (reached) => {
    const { deleteSchedule, findSchedule, hearKickOff, kickOffNow, pauseSchedule, resumeSchedule, viewSchedule } =
      await import('../schedules.ts');
    const found = await findSchedule(reached.client, batch, asked.programme);
    if (asked.delete) {
      const gone = await deleteSchedule(found, batch);
      if (asked.json) return sayJson({ deleted: gone });
      return say(marked('✓', `The schedule of ${batch} is gone: ${gone.starting}. What it started goes on.`));
    }
    if (asked.now) {
      const done = await hearKickOff(reached.client, await kickOffNow(found, batch));
      if (done?.outcome === 'tooLate') process.exitCode = EXIT.refused;
    }
    if (asked.resume) await resumeSchedule(found, batch, asked);
    if (asked.pause) await pauseSchedule(found, batch, asked);
    const scheduled = await viewSchedule(found, batch);
    await show(reached, scheduled, asked.json);
  });

const schedule = async (batch: string | undefined, asked: Asked): Promise<void> => {
  const deed = DEEDS.find((each) => asked[each] !== undefined);
  if (batch === undefined && deed !== undefined && deed !== 'list')
    throw wrongInput(`--${deed}  no batch is named`, `Write \`tranship schedule BATCH --${deed}\`.`);
  if (batch === undefined || deed === 'list') return list(asked);
  return deed === 'at' || deed === 'cron' ? create(batch, asked) : handle(batch, asked);
};

const deed = (name: (typeof DEEDS)[number], flags: string, what: string): Option =>
  new Option(flags, what).conflicts(DEEDS.filter((each) => each !== name));

export const scheduleCommand = (program: Command): void => {
  examples(
    withJson(
      withAsker(
        withPlan(program.command('schedule'))
          .argument('[batch]', 'name of the batch; none lists every schedule')
          .description('start a batch at an hour, by a schedule that is created paused; without an option, show it')
          .addOption(deed('at', '--at <time>', 'once, at this local time: 2026-12-05 20:00'))
          .addOption(deed('cron', '--cron <expression>', 'whenever this fits; a batch that has run is not run again'))
          .option('--zone <zone>', 'IANA name of the zone the time is told in')
          .addOption(deed('resume', '--resume', 'arm it'))
          .addOption(deed('pause', '--pause', 'take no run until it is resumed'))
          .addOption(deed('now', '--now', 'kick the batch off now, paused or not'))
          .addOption(deed('delete', '--delete', 'take the schedule away; what it started goes on'))
          .addOption(deed('list', '--list', 'every schedule, the next one first'))
          .option('--programme <programme>', 'which one, where several have a batch of that name'),
      ),
    ),
    [
      `tranship schedule wave-01 --at '2026-12-05 20:00' --zone Europe/Vienna --comment 'change 4711'`,
      `tranship schedule wave-01 --cron '0 20 * * 6' --zone Europe/Vienna`,
      'tranship schedule wave-01 --resume',
      'tranship schedule --list',
    ],
  ).action(schedule);
};
