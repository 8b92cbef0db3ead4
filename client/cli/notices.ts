import type { Command } from 'commander';
import type { Receiver } from '../../domain/notice.ts';
import type { Plan } from '../../domain/plan.ts';
import { wrongInput } from '../wrong-input.ts';
import { examples, withJson } from './command-line.ts';
import { doctorText } from './doctor.ts';
import { type PlanPlace, readProgrammeOrRefuse, withPlan } from './plan.ts';
import { marked, say, sayJson } from './print.ts';
import { atTemporal } from './session.ts';

type Asked = PlanPlace & { readonly json?: boolean };

const receiversOf = (plan: Plan, place: PlanPlace): readonly Receiver[] => {
  if (!plan.notices)
    throw wrongInput(
      `${place.plan}  has no section notices`,
      'Name who shall be told; docs/notices.md has an example.',
    );
  return plan.notices;
};

const start = async ({ json, ...place }: Asked): Promise<void> => {
  const plan = await readProgrammeOrRefuse(place);
  const receivers = receiversOf(plan, place);
  await atTemporal(async ({ client }) => {
    const { startNotices } = await import('../notices.ts');
    await startNotices(client, plan);
    const names = receivers.map(({ name }) => name);
    if (json) return sayJson({ programme: plan.programme, receivers: names });
    say(marked('✓', `${plan.programme}: ${names.join(', ')} are told what waits, as the plan has them now.`));
  });
};

const stop = async ({ json, ...place }: Asked): Promise<void> => {
  const { programme } = await readProgrammeOrRefuse(place);
  await atTemporal(async ({ client }) => {
    const { endNotices } = await import('../notices.ts');
    const ran = await endNotices(client, programme);
    if (json) return sayJson({ programme, ran });
    say(marked('✓', ran ? `${programme}: nobody is told any more.` : `${programme}: nobody was told.`));
  });
};

const status = async ({ json, ...place }: Asked): Promise<void> => {
  const plan = await readProgrammeOrRefuse(place);
  receiversOf(plan, place);
  await atTemporal(async (reached) => {
    const { noticeLines } = await import('../doctor/notices.ts');
    const lines = await noticeLines(reached, plan);
    if (json) return sayJson({ lines });
    say(doctorText(lines));
  });
};

const meant = (all: readonly Receiver[], name: string | undefined): readonly Receiver[] => {
  const fits = all.filter((one) => name === undefined || one.name === name);
  if (fits.length === 0)
    throw wrongInput(
      `--receiver  the plan has no receiver ${name}`,
      `It has: ${all.map((one) => one.name).join(', ')}.`,
    );
  return fits;
};

const test = async ({ json, receiver, ...place }: Asked & { readonly receiver?: string }): Promise<void> => {
  const plan = await readProgrammeOrRefuse(place);
  const receivers = meant(receiversOf(plan, place), receiver);
  await atTemporal(async (reached) => {
    const { testReceivers } = await import('../notices.ts');
    const answers = await reached.ask(() => testReceivers(reached.client, plan, receivers), 100_000);
    if (answers.some(({ why }) => why !== null)) process.exitCode = 1;
    if (json) return sayJson(answers);
    for (const { receiver: name, why } of answers)
      say(why === null ? marked('✓', `${name} took it`) : marked('✗', `${name}: ${why}`));
  });
};

export const noticesCommands = (program: Command): void => {
  const notices = examples(
    program.command('notices').description('who is told what waits for people, by webhook, Teams, Slack or mail'),
    ['tranship notices test', 'tranship notices status'],
  );
  examples(
    withJson(
      withPlan(notices.command('start')).description(
        'tell the receivers of the plan; `start` and `programme start` do it too; given again, they are told as the plan is now',
      ),
    ),
    ['tranship notices start'],
  ).action(start);
  examples(withJson(withPlan(notices.command('stop')).description('tell nobody any more; no migration minds')), [
    'tranship notices stop',
  ]).action(stop);
  examples(
    withJson(withPlan(notices.command('status')).description('when each receiver was reached last, and what waits')),
    ['tranship notices status', 'tranship notices status --json'],
  ).action(status);
  examples(
    withJson(
      withPlan(notices.command('test'))
        .description(
          'send a message that asks nothing, from where the orchestrator is; exit code 1 when one is not taken',
        )
        .option('--receiver <name>', 'one receiver alone'),
    ),
    ['tranship notices test', 'tranship notices test --receiver night-shift'],
  ).action(test);
};
