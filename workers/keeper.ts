import { Client, WorkflowUpdateFailedError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Keeper } from '../activities/contracts/keeper.ts';
import { mishap, unreachable } from '../activities/contracts/mishap.ts';
import { capacityId, releaseLeaseSignal, requestLease } from '../workflows/capacity-messages.ts';
import { writeRecord } from './records.ts';

/** A poller counts while its last long poll is at most this old; long polls last a minute. */
const FRESH_MS = 90_000;

const msOf = (time: { seconds?: unknown } | null | undefined): number => Number(time?.seconds ?? 0) * 1_000;

/** The orchestrator's own verbs: they touch Temporal and the records, never a product. */
export const keeper = (options: { connection: NativeConnection; namespace: string; records: string }): Keeper => {
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const capacityOf = (programme: string) => client.workflow.getHandle(capacityId(programme));
  return {
    lease: async ({ programme, holder, amounts }) => {
      try {
        return { granted: await capacityOf(programme).executeUpdate(requestLease, { args: [{ holder, amounts }] }) };
      } catch (error) {
        if (!(error instanceof WorkflowUpdateFailedError))
          throw unreachable(
            `The lease table of ${programme} gave no answer: ${error instanceof Error ? error.message : error}`,
          );
        throw mishap.configuration(`Staging has no room for it. ${error.cause?.message ?? ''}`, {
          fix: 'Raise the seats in the plan and give the start command again, which makes them known; then retry.',
          at: capacityId(programme),
        });
      }
    },
    release: async ({ programme, holder }) => {
      await capacityOf(programme).signal(releaseLeaseSignal, { holder });
      return { released: true };
    },
    keepRecord: async (record) => ({ kept: await writeRecord(options.records, record) }),
    unserved: async (queues) => {
      const served = await Promise.all(
        queues.map(async (name) => {
          const { pollers } = await options.connection.workflowService.describeTaskQueue({
            namespace: options.namespace,
            taskQueue: { name },
            taskQueueType: 2,
          });
          return (pollers ?? []).some((poller) => Date.now() - msOf(poller.lastAccessTime) < FRESH_MS);
        }),
      );
      return queues.filter((_, index) => !served[index]);
    },
  };
};
