import { randomUUID } from 'node:crypto';
import { type Client, ScheduleAlreadyRunning, ScheduleNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { DailyCheckOrder, ProductQuestion } from '../activities/contracts/daily-check.ts';
import type { CheckReport } from '../domain/daily-check.ts';
import type { Plan } from '../domain/plan.ts';
import { clause } from '../workers/query.ts';
import type { dailyCheck } from '../workflows/daily-check.ts';
import { questionsOf } from './doctor/products.ts';

const PROGRAMME = defineSearchAttributeKey('Programme', SearchAttributeType.KEYWORD);

const checkId = (programme: string): string => `check/${programme}`;

/** A check that a server outage kept from starting is made within this time of its hour, or the next day. */
const CATCH_UP = '2 hours';

const orderOf = (plan: Plan): DailyCheckOrder => ({
  programme: plan.programme,
  noProgressMs: plan.policies.noProgressMs,
  questions: questionsOf(plan).flatMap(({ to, inquiry, borrowed }): readonly ProductQuestion[] =>
    inquiry ? [{ to, inquiry, borrowed }] : [],
  ),
});

const startOf = (plan: Plan) => ({
  taskQueue: 'orchestrator',
  args: [orderOf(plan)] as [DailyCheckOrder],
  staticSummary: `daily check of ${plan.programme}`,
  typedSearchAttributes: [{ key: PROGRAMME, value: plan.programme }],
});

export const checkNow = (client: Client, plan: Plan): Promise<CheckReport> =>
  client.workflow.execute<typeof dailyCheck>('dailyCheck', {
    ...startOf(plan),
    workflowId: `${checkId(plan.programme)}/now/${randomUUID()}`,
    workflowExecutionTimeout: '15 minutes',
  });

/** A time of the day in a zone, as the server’s own clock has it. */
export interface Daily {
  readonly hour: number;
  readonly minute: number;
  readonly zone: string;
}

/** Checks every day at this hour; another hour, or another plan, takes the place of the one before. Answers with the next time, ms. */
export const scheduleCheck = async (
  client: Client,
  plan: Plan,
  { hour, minute, zone }: Daily,
): Promise<number | null> => {
  const scheduleId = checkId(plan.programme);
  const made = {
    spec: { calendars: [{ hour, minute }], timezone: zone },
    action: {
      ...startOf(plan),
      type: 'startWorkflow' as const,
      workflowType: 'dailyCheck',
      workflowId: `${scheduleId}/daily`,
      workflowExecutionTimeout: '1 hour' as const,
    },
    policies: { catchupWindow: CATCH_UP, overlap: 'SKIP' as const },
  };
  const handle = await client.schedule.create({ ...made, scheduleId }).catch(async (error: unknown) => {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    const known = client.schedule.getHandle(scheduleId);
    await known.update(({ state }) => ({ ...made, state }));
    return known;
  });
  const { info } = await handle.describe();
  return info.nextActionTimes[0]?.getTime() ?? null;
};

/** Answers false where nothing was scheduled. */
export const unscheduleCheck = async (client: Client, programme: string): Promise<boolean> => {
  try {
    await client.schedule.getHandle(checkId(programme)).delete();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
};

/** The newest check that came to its end; null where there is none within the retention of the server. */
export const lastCheck = async (client: Client, programme: string): Promise<CheckReport | null> => {
  const query = [
    `WorkflowType = 'dailyCheck'`,
    `ExecutionStatus = 'Completed'`,
    ...clause('Programme', programme),
  ].join(' AND ');
  let newest: { readonly workflowId: string; readonly runId: string; readonly at: number } | null = null;
  for await (const { workflowId, runId, startTime, typedSearchAttributes } of client.workflow.list({ query })) {
    const at = startTime.getTime();
    if (typedSearchAttributes.get(PROGRAMME) === programme && (!newest || newest.at < at))
      newest = { workflowId, runId, at };
  }
  return newest && client.workflow.getHandle<typeof dailyCheck>(newest.workflowId, newest.runId).result();
};
