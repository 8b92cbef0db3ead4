import type { Command } from 'commander';
import { type CheckReport, checkHeadline } from '../../domain/daily-check.ts';
import { instant } from '../../domain/words.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { type PlanPlace, readProgrammeOrRefuse, withPlan } from './plan.ts';
import { marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';

type Asked = PlanPlace & { readonly json?: boolean };

const reportText = (report: CheckReport): string =>
  [
    `${instant(report.at)}  ${checkHeadline(report)}`,
    ...report.findings.map(({ id, severity, subject, message, fix, owner }) =>
      [
        marked(severity === 'block' ? '✗' : '!', `${id} ${subject}${owner === null ? '' : ` · ${owner}`}: ${message}`),
        `    ${fix}`,
      ].join('\n'),
    ),
  ].join('\n');

const show = (report: CheckReport, json?: boolean): void => {
  if (report.findings.some(({ severity }) => severity === 'block')) process.exitCode = 1;
  if (json) sayJson(report);
  else say(reportText(report));
};

const now = async ({ json, ...place }: Asked): Promise<void> => {
  const plan = await readProgrammeOrRefuse(place);
  await atTemporal(async (reached) => {
    const { checkNow } = await import('../daily-check.ts');
    show(await reached.ask(() => checkNow(reached.client, plan), 15 * 60_000), json);
  });
};

const last = async ({ json, ...place }: Asked): Promise<void> => {
  const { programme } = await readProgrammeOrRefuse(place);
  await atTemporal(async ({ client }) => {
    const { lastCheck } = await import('../daily-check.ts');
    const report = await lastCheck(client, programme);
    if (!report)
      throw new Error(
        `${programme} was not checked yet.\n    \`tranship check now\` does it, \`check schedule\` every day.`,
      );
    show(report, json);
  });
};

interface Scheduled extends Asked {
  readonly daily?: string;
  readonly zone?: string;
  readonly off?: boolean;
}

const schedule = async ({ json, daily, zone, off, ...place }: Scheduled): Promise<void> => {
  const { wrongZone } = await import('../../plan/text/zones.ts');
  const [, hour, minute] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(daily ?? '') ?? [];
  if (!off && (hour === undefined || minute === undefined))
    throw wrongInput(`--daily  "${daily ?? ''}" is not a time of day`, 'Write it as in --daily 06:00.');
  const unknown = off ? null : wrongZone(zone ?? '');
  if (unknown) throw wrongInput(`--zone  ${unknown.wrong}`, unknown.fix);
  const plan = await readProgrammeOrRefuse(place);
  const { programme } = plan;
  await atTemporal(async ({ client }) => {
    const { scheduleCheck, unscheduleCheck } = await import('../daily-check.ts');
    if (off) {
      const was = await unscheduleCheck(client, programme);
      if (json) return sayJson({ programme, was });
      return say(marked('✓', was ? `${programme} is not checked daily any more.` : `${programme} was not.`));
    }
    const next = await scheduleCheck(client, plan, { hour: Number(hour), minute: Number(minute), zone: zone ?? '' });
    if (json) return sayJson({ programme, next: next === null ? null : instant(next) });
    say(
      marked('✓', `${programme} is checked daily at ${daily} ${zone}; next ${next === null ? 'never' : instant(next)}`),
    );
  });
};

export const checkCommands = (program: Command): void => {
  const check = examples(
    program
      .command('check')
      .description(
        'what could surprise you tomorrow: sources that run again, agents that are gone, stalls, windows that pass',
      ),
    ['tranship check now', 'tranship check last'],
  );
  examples(withJson(withPlan(check.command('now')).description('look now; exit code 1 when something is urgent')), [
    'tranship check now',
    'tranship check now --json',
  ]).action(now);
  examples(withJson(withPlan(check.command('last')).description('what the last look found')), [
    'tranship check last',
  ]).action(last);
  examples(
    withJson(
      withPlan(check.command('schedule'))
        .description('look every day; given again, at another hour or by the plan as it is now')
        .option('--daily <time>', 'local time of day')
        .option('--zone <zone>', 'IANA name of the zone the time is told in')
        .option('--off', 'not any more'),
    ),
    ['tranship check schedule --daily 06:00 --zone Europe/Vienna', 'tranship check schedule --off'],
  ).action(schedule);
};
