import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { PreflightReport } from '../../activities/contracts/reports.ts';
import { type Address, queueOf } from '../../domain/address.ts';
import type { Finding } from '../../domain/finding.ts';
import { type HopOrder, isIdentified, type JourneyOrder, journeyOrder, type Plan } from '../../domain/plan.ts';
import { tokenOf } from '../../domain/token.ts';
import type { Inquiry, inquire } from '../../workflows/inquire.ts';
import { troubleOf } from '../failed-run.ts';
import { amiss, type Line, noted, well } from './line.ts';

/** What is asked of an instance, and the names of the VM that lends itself to the question. */
export interface Question {
  readonly to: Address;
  readonly inquiry: Inquiry | null;
  readonly borrowed: readonly string[];
}

const moverQuestion = (order: JourneyOrder, hop: HopOrder): Question => ({
  to: hop.mover,
  inquiry: {
    of: 'mover',
    order: {
      to: hop.mover,
      token: tokenOf({ vm: order.source.id, hop: hop.n, verb: 'preflight', round: 0 }),
      journey: order.source.id,
      vm: order.source,
      from: hop.from,
      target: hop.to,
      landing: hop.landing,
      settings: hop.settings,
      hop: hop.n,
      bytesNeeded: 0,
    },
  },
  borrowed: [order.name, hop.landing.name],
});

const platformQuestion = (to: Address, role: 'source' | 'target'): Question => ({
  to,
  inquiry: {
    of: 'platform',
    order: { to, token: 'doctor', role, vm: null, landing: null, bytesNeeded: 0, journey: 'doctor' },
  },
  borrowed: [],
});

/** One question an instance of the plan's paths. A mover is asked about one VM of the plan; without one it cannot be asked. */
export const questionsOf = (plan: Plan): readonly Question[] => {
  const hops = Object.entries(plan.paths).flatMap(([path, list]) => list.map((hop, index) => ({ path, hop, index })));
  const targets = new Set(hops.map(({ hop }) => queueOf(hop.to)));
  const asked = hops.flatMap(({ path, hop, index }): Question[] => {
    const vm = plan.vms.filter(isIdentified).find((one) => one.path === path);
    const order = vm && journeyOrder(plan, vm);
    const mine = order?.hops[index];
    return [
      ...[hop.from, hop.to].map((to) => platformQuestion(to, targets.has(queueOf(to)) ? 'target' : 'source')),
      order && mine ? moverQuestion(order, mine) : { to: hop.mover, inquiry: null, borrowed: [] },
    ];
  });
  return [...new Map(asked.map((one) => [queueOf(one.to), one])).values()];
};

const lineOf = (subject: string, { severity, id, message, fix }: Finding): Line =>
  severity === 'block'
    ? amiss('product', subject, `${id} ${message}`, fix)
    : noted('product', subject, `${id} ${message}`, fix);

const linesOf = ({ to, borrowed }: Question, report: PreflightReport): readonly Line[] => {
  const subject = queueOf(to);
  const own = report.findings.filter((one) => one.severity !== 'info' && !borrowed.includes(one.subject));
  const blocked = own.some(({ severity }) => severity === 'block');
  return [
    ...(blocked ? [] : [well('product', subject, `answers, logged in and ready: ${report.productVersion}`)]),
    ...own.map((one) => lineOf(subject, one)),
  ];
};

/** Asks an instance through its queue; what it says of the VM that lends itself is left out. */
export const productLines = async (client: Client, question: Question): Promise<readonly Line[]> => {
  const subject = queueOf(question.to);
  if (!question.inquiry) return [noted('product', subject, 'not asked: no VM of the plan with an id travels by it')];
  try {
    const report = await client.workflow.execute<typeof inquire>('inquire', {
      workflowId: `doctor/${subject}/${randomUUID()}`,
      taskQueue: 'orchestrator',
      args: [question.inquiry],
      workflowExecutionTimeout: '30 seconds',
      staticSummary: `how is ${subject}?`,
    });
    return linesOf(question, report);
  } catch (error) {
    const { message, fix } = troubleOf(error);
    return [amiss('product', subject, message, fix)];
  }
};
