import { ActivityFailure, isCancellation, proxyActivities, setCurrentDetails } from '@temporalio/workflow';
import type { DailyCheckOrder, FencedSource, ProductQuestion, Surveyor } from '../activities/contracts/daily-check.ts';
import type { Mover } from '../activities/contracts/mover.ts';
import type { Platform } from '../activities/contracts/platform.ts';
import { queueOf } from '../domain/address.ts';
import { type CheckFinding, type CheckReport, cameBack, checkHeadline } from '../domain/daily-check.ts';
import { tokenOf } from '../domain/token.ts';

const { survey, keepCheck } = proxyActivities<Surveyor>({
  taskQueue: 'orchestrator',
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
  retry: { maximumAttempts: 3 },
});

/** Who does not answer within a minute says so in the report. */
const at = (queue: string) =>
  ({
    taskQueue: queue,
    scheduleToCloseTimeout: '1 minute',
    startToCloseTimeout: '50 seconds',
    retry: { initialInterval: '2 seconds', maximumAttempts: 4 },
  }) as const;

const platformAt = (queue: string) => proxyActivities<Pick<Platform, 'preflight' | 'describe'>>(at(queue));
const moverAt = (queue: string) => proxyActivities<Pick<Mover, 'preflight'>>(at(queue));

const unasked = (subject: string, error: unknown): readonly CheckFinding[] => {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  return [
    {
      ...{ id: 'DC-05', severity: 'warn', subject, owner: null },
      message: `could not be asked: ${error.cause?.message ?? error.message}`,
      fix: 'tranship doctor says more.',
    },
  ];
};

const ofSource = async ({ to, vm, name, batch, owner }: FencedSource): Promise<readonly CheckFinding[]> => {
  const order = { to, vm, token: tokenOf({ vm: vm.id, hop: 1, verb: 'describe', round: 0 }) };
  try {
    const now = await platformAt(queueOf(to)).describe.executeWithOptions({ summary: `is ${name} off?` }, [order]);
    return cameBack({ name, batch, owner }, now);
  } catch (error) {
    return unasked(`${name} at ${queueOf(to)}`, error);
  }
};

const ofProduct = async ({ to, inquiry, borrowed }: ProductQuestion): Promise<readonly CheckFinding[]> => {
  const queue = queueOf(to);
  const summary = `how is ${queue}?`;
  try {
    const { findings } = await (inquiry.of === 'platform'
      ? platformAt(queue).preflight.executeWithOptions({ summary }, [inquiry.order])
      : moverAt(queue).preflight.executeWithOptions({ summary }, [inquiry.order]));
    return findings.flatMap(({ id, severity, subject, message, fix }) =>
      severity === 'info' || borrowed.includes(subject)
        ? []
        : [{ id, severity, subject: `${queue} ${subject}`, message, fix, owner: null }],
    );
  } catch (error) {
    return unasked(queue, error);
  }
};

/** What could surprise people tomorrow: looked at once, told, and over. Changes nothing in the estate. */
export async function dailyCheck({ programme, noProgressMs, questions }: DailyCheckOrder): Promise<CheckReport> {
  const seen = await survey({ programme, noProgressMs });
  const sources = await Promise.all(seen.fenced.map(ofSource));
  const products = await Promise.all(questions.map(ofProduct));
  const findings = [...sources.flat(), ...seen.findings, ...products.flat()];
  const report: CheckReport = { version: 1, programme, at: seen.at, vms: seen.vms, findings };
  await keepCheck(report);
  setCurrentDetails(
    [
      `### ${checkHeadline(report)}`,
      ...findings.slice(0, 40).map((one) => `- ${one.id} ${one.subject}: ${one.message}`),
    ].join('\n'),
  );
  return report;
}
