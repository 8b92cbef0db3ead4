import { Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { GiveBack, Keeper } from '../activities/contracts/keeper.ts';
import { mishap, unreachable } from '../activities/contracts/mishap.ts';
import { paced } from '../activities/http/pace.ts';
import type { MemberReport } from '../domain/batch.ts';
import { memberReport } from '../workflows/batch-messages.ts';
import { capacityId, releaseLeaseSignal, requestLeases } from '../workflows/capacity-messages.ts';
import { view } from '../workflows/messages.ts';
import { lookAt } from './look.ts';
import { unpolled } from './pollers.ts';
import { readRecord, writeRecord } from './records.ts';

/** What the server did not answer is asked again, as the retry of the verb says: an error that nobody classed would end the verb at once. */
const asking =
  <A extends readonly unknown[], R>(verb: (...order: A) => Promise<R>) =>
  async (...order: A): Promise<R> => {
    try {
      return await verb(...order);
    } catch (error) {
      if (error instanceof ApplicationFailure) throw error;
      throw unreachable(`Temporal gave no answer: ${error instanceof Error ? error.message : error}`);
    }
  };

/** Of one workflow the server takes no more than ten updates at once; who comes then is sent away, and asks again seconds later. */
const LEASE_ASKS = { atOnce: 4, perSecond: Number.POSITIVE_INFINITY };

/** The orchestrator's own verbs: they touch Temporal and the records, never a product. */
export const keeper = (options: { connection: NativeConnection; namespace: string; records: string }): Keeper => {
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const capacityOf = (programme: string) => client.workflow.getHandle(capacityId(programme));
  const inTurn = paced(LEASE_ASKS);
  const release = ({ programme, holder, purposes }: GiveBack): Promise<void> =>
    capacityOf(programme)
      .signal(releaseLeaseSignal, { holder, purposes })
      .catch((error: unknown) => {
        // Where there is no table, nothing of it is counted.
        if (!(error instanceof WorkflowNotFoundError)) throw error;
      });
  const tell = (batch: string, report: MemberReport): Promise<boolean> =>
    client.workflow
      .getHandle(batch)
      .signal(memberReport, report)
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof WorkflowNotFoundError) return false;
          throw error;
        },
      );
  return {
    lease: asking(async ({ programme, batch, ...ask }) => {
      try {
        const waiting = await inTurn(() => capacityOf(programme).executeUpdate(requestLeases, { args: [ask] }));
        const hasRoom = (leases: readonly { readonly purpose: string }[]): boolean =>
          leases.some(({ purpose }) => purpose === 'staging');
        if (batch && hasRoom(ask.asks) && !hasRoom(waiting)) await tell(batch, { member: ask.holder, told: 'hasRoom' });
        return { granted: waiting.length === 0, waiting };
      } catch (error) {
        if (error instanceof WorkflowUpdateFailedError)
          throw mishap.configuration(`There is no room for it. ${error.cause?.message ?? ''}`, {
            fix: 'Raise the seats in the plan and give the start command again, which makes them known; then retry.',
            at: capacityId(programme),
          });
        if (error instanceof WorkflowNotFoundError)
          throw mishap.configuration(`${programme} has no lease table.`, {
            fix: 'Give the start command again, which starts it; then retry.',
            at: capacityId(programme),
          });
        throw error;
      }
    }),
    release: asking(async (ask) => {
      await release(ask);
      return { released: true as const };
    }),
    tell: asking(async ({ batch, report, gives }) => {
      if (gives) await release(gives);
      return { told: await tell(batch, report) };
    }),
    moved: async ({ programme, vms }) => {
      const ends = await Promise.all(vms.map((vm) => readRecord(options.records, programme, vm)));
      return vms.filter((_, index) => ends[index]?.end === 'Decommissioned');
    },
    look: asking((ids) => Promise.all(ids.map((id) => lookAt(client, id)))),
    membership: asking(async (id) => {
      const { reports, gate } = await client.workflow.getHandle(id).query(view);
      return { batch: reports?.to ?? null, told: reports?.told ?? null, openedAt: gate?.openedAt ?? null };
    }),
    keepRecord: async (record) => ({ kept: await writeRecord(options.records, record) }),
    unserved: asking((queues) => unpolled(options.connection, options.namespace, queues)),
  };
};
