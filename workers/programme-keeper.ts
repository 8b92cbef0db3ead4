import { Client, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import type { ProgrammeKeeper } from '../activities/contracts/programme-keeper.ts';
import { isOver } from '../domain/batch.ts';
import type { BatchSeen } from '../domain/programme-progress.ts';
import { batchId, batchView, resumeBatch, stopBatch } from '../workflows/batch-messages.ts';
import { heldBatchId, programmeId } from '../workflows/programme-messages.ts';
import { asking } from './asking.ts';

const PHASE = defineSearchAttributeKey('Phase', SearchAttributeType.KEYWORD);

/** Its staged copies are observed gone: nothing of it stands between source and target. */
const LEFT_STAGING = ['Holding', 'AwaitingDecommission', 'Decommissioned'];

const runOf = async (client: Client, id: string): Promise<BatchSeen['run']> => {
  try {
    const { status } = await client.workflow.getHandle(id).describe();
    return status.name === 'RUNNING' ? 'running' : status.name === 'COMPLETED' ? 'completed' : 'gone';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'none';
    throw error;
  }
};

/** The phase each of these migrations shows; none for those that visibility does not list yet. */
const phasesOf = async (client: Client, ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const found = new Map<string, string>();
  const quoted = ids.map((id) => `'${id.replaceAll("'", "\\'")}'`).join(', ');
  const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${quoted})`;
  for await (const { workflowId, typedSearchAttributes } of client.workflow.list({ query, pageSize: 1_000 }))
    found.set(workflowId, typedSearchAttributes.get(PHASE) ?? '');
  return found;
};

/** Whether all its VMs have left staging; null where the batch does not answer. */
const hasLanded = async (client: Client, id: string): Promise<boolean | null> => {
  try {
    const { members } = await client.workflow.getHandle(id).query(batchView);
    const open = members.filter((member) => !isOver(member));
    if (open.length === 0) return true;
    // Asked of visibility only when it can be so: every VM has made its last hop.
    if (open.some(({ status, landed, hops }) => status !== 'running' || landed < hops)) return false;
    const phases = await phasesOf(
      client,
      open.map((member) => member.id),
    );
    return open.every((member) => LEFT_STAGING.includes(phases.get(member.id) ?? ''));
  } catch {
    return null;
  }
};

/** The verbs of a programme: they ask Temporal, never a product. */
export const programmeKeeper = ({
  connection,
  namespace,
}: {
  readonly connection: NativeConnection;
  readonly namespace: string;
}): ProgrammeKeeper => {
  const client = new Client({ connection, namespace });
  return {
    batchesSeen: asking(({ programme, batches }) =>
      Promise.all(
        batches.map(async (name): Promise<BatchSeen> => {
          const id = batchId(programme, name);
          const [run, held] = await Promise.all([runOf(client, id), runOf(client, heldBatchId(programme, name))]);
          const landed = run === 'running' ? await hasLanded(client, id) : null;
          return { name, run, landed, waiting: held === 'running' };
        }),
      ),
    ),
    haltBatch: asking(async ({ programme, batch, why }) => {
      const handle = client.workflow.getHandle(batchId(programme, batch));
      const by = programmeId(programme);
      try {
        const { stopped } = await handle.query(batchView);
        if (why !== null && stopped === null) await handle.executeUpdate(stopBatch, { args: [{ by, why }] });
        if (why === null && stopped?.by === by) await handle.executeUpdate(resumeBatch, { args: [{ by }] });
        return { told: stopped === null || stopped.by === by };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || (await runOf(client, handle.workflowId)) !== 'running')
          return { told: false };
        throw error;
      }
    }),
  };
};
