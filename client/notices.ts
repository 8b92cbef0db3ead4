import { randomUUID } from 'node:crypto';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { NoticesOrder } from '../activities/contracts/notices.ts';
import type { Receiver } from '../domain/notice.ts';
import type { ReceiverStanding } from '../domain/notice-book.ts';
import type { Plan } from '../domain/plan.ts';
import { heartbeatOf } from '../workers/heartbeat.ts';
import type { notices, noticesTest } from '../workflows/notices.ts';
import { noticesId, stopNotices, tellThese } from '../workflows/notices-messages.ts';

const PROGRAMME = defineSearchAttributeKey('Programme', SearchAttributeType.KEYWORD);

const orderOf = ({ programme, policies }: Plan, receivers: readonly Receiver[]): NoticesOrder => ({
  ...{ programme, receivers },
  everyMs: policies.pollMs,
});

/** Has the receivers of the plan told; those that are told already go on as the plan has them now. Answers with how many there are. */
export const startNotices = async (client: Client, plan: Plan): Promise<number> => {
  const receivers = plan.notices ?? [];
  if (receivers.length === 0) return 0;
  const order = orderOf(plan, receivers);
  await client.workflow.signalWithStart<typeof notices, [NoticesOrder]>('notices', {
    workflowId: noticesId(plan.programme),
    taskQueue: 'orchestrator',
    args: [order],
    signal: tellThese,
    signalArgs: [order],
    staticSummary: `tells people what waits in ${plan.programme}`,
    typedSearchAttributes: [{ key: PROGRAMME, value: plan.programme }],
  });
  return receivers.length;
};

/** Nobody is told any more. Answers false where nobody was. */
export const endNotices = async (client: Client, programme: string): Promise<boolean> => {
  try {
    await client.workflow.getHandle(noticesId(programme)).signal(stopNotices);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
};

/** Has the orchestrator, which holds the secrets, send a message that asks nothing. `why` null: the receiver took it. */
export const testReceivers = (client: Client, plan: Plan, receivers: readonly Receiver[]) =>
  client.workflow.execute<typeof noticesTest>('noticesTest', {
    workflowId: `${noticesId(plan.programme)}/test/${randomUUID()}`,
    taskQueue: 'orchestrator',
    args: [{ programme: plan.programme, receivers }],
    workflowExecutionTimeout: '90 seconds',
    staticSummary: 'are the receivers of notices reached?',
  });

/** What the herald last said of itself. `at` null: it has not looked yet. */
export interface NoticesStanding {
  readonly at: number | null;
  readonly said: string;
  /** Null where it could not look. */
  readonly standings: readonly ReceiverStanding[] | null;
}

const progressOf = (details: unknown): NoticesStanding | null => {
  const { progress } = (details ?? {}) as { readonly progress?: unknown };
  if (typeof progress !== 'string' || !progress.startsWith('{')) return null;
  return JSON.parse(progress) as NoticesStanding;
};

/** How the receivers of a programme stand; null where nobody is told. Needs no orchestrator to answer. */
export const noticesStanding = async (client: Client, programme: string): Promise<NoticesStanding | null> => {
  try {
    const { status, raw } = await client.workflow.getHandle(noticesId(programme)).describe();
    if (status.name !== 'RUNNING') return null;
    const [one] = raw.pendingActivities ?? [];
    const said = one?.lastFailure?.message ?? 'it has not looked yet';
    return progressOf(await heartbeatOf(client, one)) ?? { at: null, said, standings: null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
};
