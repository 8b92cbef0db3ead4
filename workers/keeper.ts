import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { Checkpoint } from '../activities/contracts/checkpoint.ts';
import type { GiveBack, Keeper } from '../activities/contracts/keeper.ts';
import { mishap, unreachable } from '../activities/contracts/mishap.ts';
import type { MemberReport } from '../domain/batch-reports.ts';
import type { SecretRef } from '../domain/estate.ts';
import { letThroughBy } from '../domain/group-decision.ts';
import { batchView, memberReport } from '../workflows/batch-messages.ts';
import { capacityId } from '../workflows/capacity-messages.ts';
import { view } from '../workflows/messages.ts';
import { asking } from './asking.ts';
import { attest } from './attestation.ts';
import { whyGone } from './gone-run.ts';
import { joinHook } from './join-hook.ts';
import { lookAt } from './look.ts';
import { unpolledLately } from './pollers.ts';
import { readRecord, removeCheckpoint, writeCheckpoint, writeRecord } from './records.ts';
import { trader } from './trader.ts';

/** The orchestrator's own verbs: they touch Temporal and the records, never a product. */
export const keeper = (options: {
  connection: NativeConnection;
  namespace: string;
  records: string;
  /** A jwks.json with the public keys of the APIs whose attested decisions count; else what TRANSHIP_ATTESTATION_KEYS says. */
  attestationKeys?: SecretRef;
}): Keeper => {
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const { trade, giveBack } = trader(client);
  /** Before anybody is told: what was not written does not count. */
  const keep = async (checkpoint: Checkpoint | undefined): Promise<string> =>
    checkpoint === undefined
      ? ''
      : writeCheckpoint(options.records, checkpoint).catch((error: unknown) => {
          throw unreachable(`The checkpoint could not be written: ${error instanceof Error ? error.message : error}`);
        });
  const release = ({ programme, holder, purposes }: GiveBack): Promise<void> => giveBack(programme, holder, purposes);
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
    lease: asking(async ({ programme, batch, checkpoint, ...ask }) => {
      await keep(checkpoint);
      try {
        const traded = await trade(programme, ask);
        if ('refused' in traded)
          throw mishap.configuration(`There is no room for it. ${traded.refused}`, {
            fix: 'Raise the seats in the plan and give the start command again, which makes them known; then retry.',
            at: capacityId(programme),
          });
        const { waiting } = traded;
        const hasRoom = (leases: readonly { readonly purpose: string }[]): boolean =>
          leases.some(({ purpose }) => purpose === 'staging');
        if (batch && hasRoom(ask.asks) && !hasRoom(waiting)) await tell(batch, { member: ask.holder, told: 'hasRoom' });
        return { granted: waiting.length === 0, waiting };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError)
          throw mishap.configuration(`${programme} has no lease table.`, {
            fix: 'Give the start command again, which starts it; then retry.',
            at: capacityId(programme),
          });
        throw error;
      }
    }),
    release: asking(async ({ checkpoint, ...ask }) => {
      await keep(checkpoint);
      await release(ask);
      return { released: true as const };
    }),
    tell: asking(async ({ batch, report, gives, checkpoint }) => {
      await keep(checkpoint);
      if (gives) await release(gives);
      return { told: await tell(batch, report) };
    }),
    moved: asking(async ({ programme, vms }) => {
      const why = await Promise.all(
        vms.map(async (vm) => {
          if ((await readRecord(options.records, programme, vm))?.end === 'Decommissioned') return vm;
          const gone = await whyGone(client, options.records, programme, vm);
          return gone === null ? null : { vm, why: gone };
        }),
      );
      return why.filter((one) => one !== null);
    }),
    look: asking((ids) => Promise.all(ids.map((id) => lookAt(client, id)))),
    membership: asking(async (id) => {
      const { reports, gate } = await client.workflow.getHandle(id).query(view);
      return { batch: reports?.to ?? null, told: reports?.told ?? null, openedAt: gate?.openedAt ?? null };
    }),
    vouch: asking(async ({ batch, member, gate }) => {
      const state = await client.workflow.getHandle(batch).query(batchView);
      const by = letThroughBy(state, member, gate);
      return by === null ? { vouched: false } : { vouched: true, by };
    }),
    joinHook: asking((ask) => joinHook(client, ask)),
    keepCheckpoint: async (checkpoint) => ({ kept: await keep(checkpoint) }),
    keepRecord: async (record) => {
      const kept = await writeRecord(options.records, record);
      await removeCheckpoint(options.records, record.programme, record.journey);
      return { kept };
    },
    attest: attest(options.attestationKeys ?? process.env.TRANSHIP_ATTESTATION_KEYS),
    unserved: asking(unpolledLately(options.connection, options.namespace)),
  };
};
