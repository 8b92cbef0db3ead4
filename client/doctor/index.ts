import { queueOf } from '../../domain/address.ts';
import { queuesOfHooks } from '../../domain/hook.ts';
import type { PathHop, Plan } from '../../domain/plan.ts';
import type { Reached } from '../temporal.ts';
import { checkLines } from './check.ts';
import { type Line, noted } from './line.ts';
import { noticeLines } from './notices.ts';
import { productLines, questionsOf } from './products.ts';
import { queueLine, serverLines } from './server.ts';

const queuesOf = ({ from, mover, to, guests }: PathHop): string[] => [
  ...[from, mover, to].map(queueOf),
  `guest@${guests.source}`,
  `guest@${guests.target}`,
];

/** The server, every queue of the plan's paths with who serves it, and each product by its own word. Answers within a minute. */
export const examine = async (reached: Reached, plan: Plan | null): Promise<readonly Line[]> => {
  const server = await serverLines(reached);
  if (!plan) return server;
  const queues = [
    ...new Set([...Object.values(plan.paths).flat().flatMap(queuesOf), ...queuesOfHooks(plan.hooks ?? [])]),
  ];
  const agents = await Promise.all(
    queues.map((queue) =>
      queueLine(
        reached,
        queue,
        'activity',
        `Start its agent, next to the product: \`tranship worker agent --serve ${queue}\`.`,
      ),
    ),
  );
  const served = (queue: string): boolean =>
    agents.some(({ subject, standing }) => subject === queue && standing !== 'wrong');
  const canAsk = server.every(({ standing, about }) => about !== 'queue' || standing !== 'wrong');
  const products = await Promise.all(
    questionsOf(plan).map((question) => {
      const queue = queueOf(question.to);
      return canAsk && served(queue)
        ? productLines(reached.client, question)
        : [noted('product', queue, `not asked: ${canAsk ? 'no agent serves it' : 'no orchestrator runs'}`)];
    }),
  );
  return [
    ...server,
    ...agents,
    ...products.flat(),
    ...(await noticeLines(reached, plan)),
    ...(await checkLines(reached, plan.programme)),
  ];
};
