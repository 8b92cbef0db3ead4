import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowHandle } from '@temporalio/client';
import type { BatchOrder, GroupDecided, GroupDecision } from '../domain/batch.ts';
import { type GroupGate, WHOLE } from '../domain/group-gate.ts';
import { isIdentified, journeyOrder, type Plan, vmsOfBatch } from '../domain/plan.ts';
import type { batch } from '../workflows/batch.ts';
import {
  type BatchView,
  batchId,
  batchView,
  decideGroup,
  resumeBatch,
  rollBackGroup,
  startMissing,
  stopBatch,
} from '../workflows/batch-messages.ts';
import { batchStart, migrationId } from '../workflows/start-order.ts';
import { ensureCapacity, under } from './operations.ts';
import { withRoundsOf } from './rounds.ts';

export type BatchHandle = WorkflowHandle<typeof batch>;

/** Of the 2 MB that a new run of the batch may be handed, half: its state, which grows with every decision, is handed on beside the order. */
const MOST_BYTES = 1_000_000;

/** The batch as the plan has it; `requestedBy` may not approve where a gate says so. Throws in words when the plan lacks it, or a VM of it has no identity yet. */
export const batchOrder = (plan: Plan, name: string, requestedBy?: string): BatchOrder => {
  const planned = plan.batches[name];
  const vms = vmsOfBatch(plan, name);
  if (!planned || vms.length === 0)
    throw new Error(`The plan has no VM in a batch ${name}. It has: ${Object.keys(plan.batches).join(', ')}.`);
  const nameless = vms.filter((vm) => !isIdentified(vm));
  if (nameless.length > 0)
    throw new Error(
      `No id for ${nameless.map((vm) => vm.name).join(', ')}: \`tranship plan check\` finds them. Nothing was started.`,
    );
  const members = vms.filter(isIdentified).map((vm) => {
    const asked = requestedBy === undefined ? {} : { requestedBy };
    const order = { ...journeyOrder(plan, vm), batchId: batchId(plan.programme, name), ...asked };
    return { id: migrationId(order), order };
  });
  const { groups } = planned;
  const order = { programme: plan.programme, name, groups, members, reconcileMs: plan.policies.reconcileMs };
  if (JSON.stringify(order).length > MOST_BYTES)
    throw new Error(`${name} has ${vms.length} VMs, more than one start can carry. Split it; 10 a batch is usual.`);
  return order;
};

export const batchHandle = (client: Client, programme: string, name: string): BatchHandle =>
  client.workflow.getHandle<typeof batch>(batchId(programme, name));

/** Starts a batch. One that runs already starts what of it is not running, and says so. */
export const startBatch = async (
  client: Client,
  plan: Plan,
  name: string,
  requestedBy?: string,
): Promise<{ readonly handle: BatchHandle; readonly ran: boolean }> => {
  const order = await withRoundsOf(batchOrder(plan, name, requestedBy));
  await ensureCapacity(client, plan);
  try {
    const handle = await client.workflow.start<typeof batch>('batch', {
      ...batchStart(order),
      taskQueue: 'orchestrator',
      args: [order],
    });
    return { handle, ran: false };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = batchHandle(client, plan.programme, name);
    await handle.executeUpdate(startMissing);
    return { handle, ran: true };
  }
};

export const viewBatch = (handle: BatchHandle): Promise<BatchView> => handle.query(batchView);

type GroupAnswer = Pick<GroupDecision, 'decision' | 'by' | 'comment' | 'ticket' | 'attestation'>;

/** Approvals that wait for their turn, each as it is taken back: of its group, or of the whole batch. */
export const turnsOf = ({ cleared, policy }: Pick<BatchView, 'cleared' | 'policy'>): readonly GroupDecided[] => {
  const waiting = cleared.filter(({ decision }) => decision === 'approve');
  if (policy?.scope !== 'batch') return waiting;
  const [first] = waiting;
  return first ? [{ ...first, group: WHOLE, members: waiting.flatMap(({ members }) => members) }] : [];
};

/** Answers a group's gate for what was seen. The same person clicking twice decides once. */
export const answerGroup = (
  handle: BatchHandle,
  gate: Pick<GroupGate, 'group' | 'hop' | 'fingerprint' | 'openedAt'>,
  answer: GroupAnswer,
  updateId = `${answer.decision}/${gate.group}/${gate.hop}/${gate.fingerprint}/${gate.openedAt}/${answer.by}`,
): Promise<GroupDecided> =>
  handle.executeUpdate(decideGroup, {
    args: [{ group: gate.group, hop: gate.hop, fingerprint: gate.fingerprint, ...answer }],
    updateId,
  });

/** Turns a whole group round; answers with the workflow ids of those that were told. */
export const turnGroupBack = (
  handle: BatchHandle,
  group: string,
  by: string,
  comment?: string,
  updateId?: string,
): Promise<readonly string[]> =>
  handle.executeUpdate(rollBackGroup, {
    args: [{ group, by, ...(comment === undefined ? {} : { comment }) }],
    ...under(updateId),
  });

/** What of a batch is stopped or goes on: all of it, or one group; `members` that run are told too. */
export interface WavePart {
  readonly group?: string;
  readonly members?: boolean;
}

/** Nothing new begins: no start, no cut-over of a group. */
export const stopWave = (
  handle: BatchHandle,
  by: string,
  why: string,
  updateId?: string,
  part: WavePart = {},
): Promise<void> => handle.executeUpdate(stopBatch, { args: [{ by, why, ...part }], ...under(updateId) });

export const resumeWave = (handle: BatchHandle, by: string, updateId?: string, part: WavePart = {}): Promise<void> =>
  handle.executeUpdate(resumeBatch, { args: [{ by, ...part }], ...under(updateId) });
