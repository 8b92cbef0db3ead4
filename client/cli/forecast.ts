import type { Command } from 'commander';
import type { ProgrammeForecast, Slot } from '../../domain/critical-path.ts';
import { duration, instant } from '../../domain/words.ts';
import { recordsFolder } from '../home.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { type PlanPlace, readProgrammeOrRefuse, withPlan } from './plan.ts';
import { say, sayJson, table, tell } from './print.ts';
import { atTemporal } from './session.ts';

type Asked = PlanPlace & { readonly batch?: string; readonly estate: boolean; readonly json?: boolean };

const percent = (part: number, of: number): string => `${Math.round((part / Math.max(1, of)) * 100)} %`;

const stepText = ({ name, began, of, begins }: Slot): string => {
  if (began === 'before') return `${name} (under way)`;
  return `${name} (from ${instant(begins)}, ${began === 'at once' ? 'at once' : `after ${[began, of].filter(Boolean).join(' ')}`})`;
};

export const forecastText = (forecast: ProgrammeForecast, batch?: string): string => {
  const shown = forecast.batches.filter(({ name }) => batch === undefined || name === batch);
  const { machine, human, window, queue } = forecast.split;
  const all = machine + human + window + queue;
  return [
    table(
      ['BATCH', 'BEGINS', 'LANDS P50', 'LANDS P90', 'TAKES P50', 'TAKES P90', 'MOSTLY', 'DECIDED BY'],
      shown.map((one) => [
        one.name,
        instant(one.begins),
        instant(one.p50At),
        instant(one.p90At),
        duration(one.p50),
        duration(one.p90),
        one.mostly,
        `${one.decides.vm} (${percent(one.decides.part, 1)})`,
      ]),
    ),
    ...(batch === undefined
      ? [
          `All landed: ${instant(forecast.p50At)} (P50), ${instant(forecast.p90At)} (P90, each batch at its own P90)`,
          `Critical path: ${forecast.critical.map(stepText).join(' → ')}`,
          `  on it: products ${percent(machine, all)}, people ${percent(human, all)}, windows ${percent(window, all)}, seats ${percent(queue, all)}`,
        ]
      : []),
    'Why the range:',
    ...(batch === undefined ? forecast.why : (shown[0]?.why ?? [])).map((line) => `  ${line}`),
  ].join('\n');
};

const forecast = async ({ batch, estate, json, ...place }: Asked): Promise<void> => {
  const plan = await readProgrammeOrRefuse(place);
  if (batch !== undefined && !Object.hasOwn(plan.batches, batch))
    throw wrongInput(
      `--batch  ${place.plan} has no batch ${batch}`,
      `It has: ${Object.keys(plan.batches).join(', ')}.`,
    );
  await atTemporal(async (reached) => {
    const { forecastAsked } = await import('../forecast.ts');
    const made = await forecastAsked(reached, plan, recordsFolder(), { batch, estate });
    if (json) return sayJson(made);
    for (const why of made.missing) tell(`! Sizes are assumed: ${why}`);
    say(forecastText(made, batch));
  });
};

export const forecastCommand = (program: Command): void => {
  examples(
    withJson(
      withPlan(program.command('forecast'))
        .description('when each batch and all of them have landed, P50 and P90, from what this programme has measured')
        .option('--batch <batch>', 'only this one')
        .option('--no-estate', 'do not ask the sources for the sizes of their VMs'),
    ),
    ['tranship forecast', 'tranship forecast --batch wave-03', 'tranship forecast --no-estate --json'],
  ).action(forecast);
};
