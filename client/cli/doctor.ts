import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { Plan } from '../../domain/plan.ts';
import { amiss, type Line, noted } from '../doctor/line.ts';
import type { Reached } from '../temporal.ts';
import { examples, withJson } from './command-line.ts';
import { type PlanPlace, readPlanOrRefuse, withPlan } from './plan.ts';
import { marked, say, sayJson } from './print.ts';

const MARKS = { well: '✓', wrong: '✗', note: '!' } as const;

export const doctorText = (lines: readonly Line[]): string =>
  lines
    .map(({ standing, subject, says, fix }) =>
      [marked(MARKS[standing], `${subject}: ${says}`), ...(fix ? [`    ${fix}`] : [])].join('\n'),
    )
    .join('\n');

/** The plan where there is one; nothing is wrong with looking at a server before there is a plan. */
const planOf = async (place: PlanPlace, isNamed: boolean): Promise<Plan | null> =>
  isNamed || existsSync(place.plan) ? readPlanOrRefuse(place) : null;

const serverLines = async (plan: Plan | null): Promise<readonly Line[]> => {
  const { reachTemporal } = await import('../temporal.ts');
  let reached: Reached;
  try {
    reached = await reachTemporal();
  } catch (error) {
    const [what = '', ...fix] = (error instanceof Error ? error.message : String(error)).split('\n');
    return [amiss('server', 'Temporal', what, fix.join(' ').trim())];
  }
  const { examine } = await import('../doctor/index.ts');
  try {
    return await examine(reached, plan);
  } finally {
    await reached.close();
  }
};

const doctor = async (place: PlanPlace & { readonly json?: boolean }, command: Command): Promise<void> => {
  const plan = await planOf(place, command.getOptionValueSource('plan') !== 'default');
  const { secretLines } = await import('../doctor/secrets.ts');
  const lines = [
    ...(await serverLines(plan)),
    ...(plan
      ? await secretLines(plan.estate)
      : [
          noted(
            'plan',
            place.plan,
            'is not here: agents, products and secrets were not looked at',
            'Name it with --plan.',
          ),
        ]),
  ];
  const wrong = lines.filter(({ standing }) => standing === 'wrong').length;
  if (wrong > 0) process.exitCode = 1;
  if (place.json) return sayJson({ well: wrong === 0, lines });
  say(doctorText(lines));
  say(wrong === 0 ? 'Nothing is wrong.' : `${wrong} wrong.`);
};

export const doctorCommand = (program: Command): void => {
  examples(
    withJson(
      withPlan(program.command('doctor')).description(
        'server, queues and who serves them, products by their own word, secrets on this machine; exit code 1 when something is wrong',
      ),
    ),
    ['tranship doctor', 'tranship doctor --plan plan.yaml --vms vms.csv --json'],
  ).action(doctor);
};
