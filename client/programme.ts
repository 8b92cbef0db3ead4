import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType, WorkflowIdReusePolicy } from '@temporalio/common';
import { type Address, queueOf } from '../domain/address.ts';
import type { BatchOrder } from '../domain/batch.ts';
import { counted } from '../domain/counted.ts';
import type { Freeze, FreezeEdit } from '../domain/freeze.ts';
import { type Plan, vmsOfBatch } from '../domain/plan.ts';
import type { ProgrammeBatch, ProgrammeOrder, StoppedWave } from '../domain/programme.ts';
import { each } from '../workers/each.ts';
import { clause } from '../workers/query.ts';
import { batchId } from '../workflows/batch-messages.ts';
import type { heldBatch } from '../workflows/held-batch.ts';
import { replaceOrder } from '../workflows/held-batch-messages.ts';
import type { programme } from '../workflows/programme.ts';
import {
  editFreeze,
  heldBatchId,
  type ProgrammeView,
  pauseProgramme,
  programmeId,
  programmeView,
  replanProgramme,
  resumeProgramme,
  resumeWave,
} from '../workflows/programme-messages.ts';
import { batchOrder } from './batches.ts';
import { ensureCapacity, under } from './operations.ts';
import { withRoundsOf } from './rounds.ts';

export type ProgrammeHandle = WorkflowHandle<typeof programme>;

const NO_ORDER = { batches: [], inFlight: 1, leadMs: null, freezes: [], stopWave: null } as const;

const rulesOf = ({ order }: Plan): NonNullable<Plan['order']> => order ?? NO_ORDER;

/** Batches that have a VM, in order. One that comes after an empty batch comes after what that one comes after. */
export const programmeBatches = (plan: Plan): readonly ProgrammeBatch[] => {
  const names = [...new Set([...rulesOf(plan).batches, ...Object.keys(plan.batches)])];
  const sizeOf = (name: string): number => vmsOfBatch(plan, name).length;
  const afterOf = (name: string, above: readonly string[] = []): readonly string[] =>
    (plan.batches[name]?.after ?? []).flatMap((other) =>
      sizeOf(other) > 0 || above.includes(other) ? [other] : afterOf(other, [...above, other]),
    );
  return names.flatMap((name) => {
    const planned = plan.batches[name];
    if (!planned || sizeOf(name) === 0) return [];
    return [{ name, vms: sizeOf(name), after: [...new Set(afterOf(name))], windows: planned.windows }];
  });
};

/** Where something may land too much: every host and target that a hop of the plan arrives on. */
const hostsOf = (plan: Plan): readonly Address[] => [
  ...new Map(
    Object.values(plan.paths).flatMap((hops) => hops.map(({ to }): [string, Address] => [queueOf(to), to])),
  ).values(),
];

export const programmeOrder = (plan: Plan): ProgrammeOrder => {
  const { inFlight, leadMs, freezes, stopWave } = rulesOf(plan);
  return {
    programme: plan.programme,
    batches: programmeBatches(plan),
    rules: { inFlight, leadMs, freezes, stopWave },
    hosts: hostsOf(plan),
    reconcileMs: plan.policies.reconcileMs,
    pollMs: plan.policies.pollMs,
  };
};

/**
 * What became of the order of a batch.
 *
 * - `handedIn`  it waits for its turn
 * - `replaced`  it waited already, and is now as the plan has it
 * - `known`     the batch has begun: its VMs stay as they are
 */
export type HandedIn = 'handedIn' | 'replaced' | 'known';

const isKnown = async (client: Client, id: string): Promise<boolean> => {
  try {
    await client.workflow.getHandle(id).describe();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
};

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

const handIn = async (client: Client, order: BatchOrder): Promise<HandedIn> => {
  if (await isKnown(client, batchId(order.programme, order.name))) return 'known';
  const workflowId = heldBatchId(order.programme, order.name);
  try {
    await client.workflow.start<typeof heldBatch>('heldBatch', {
      workflowId,
      taskQueue: 'orchestrator',
      args: [order],
      workflowTaskTimeout: '5s',
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      staticSummary: `${order.name}: ${counted(order.members.length, 'VM')}, waits for its turn`,
      typedSearchAttributes: [
        { key: keyword('Programme'), value: order.programme },
        { key: keyword('Batch'), value: order.name },
      ],
    });
    return 'handedIn';
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const held = client.workflow.getHandle<typeof heldBatch>(workflowId);
    return held.executeUpdate(replaceOrder, { args: [order] }).then(
      () => 'replaced',
      // It was told to begin, or has begun, between two questions.
      () => 'known',
    );
  }
};

export interface ProgrammeStarted {
  readonly handle: ProgrammeHandle;
  /** It ran already, and goes on by the plan as it is now. */
  readonly ran: boolean;
  readonly batches: readonly { readonly name: string; readonly vms: number; readonly outcome: HandedIn }[];
}

/** At once: every order is up to a megabyte. */
const AT_ONCE = 4;

/**
 * Hands in the order of every batch, and starts the programme or tells the running one the plan as it is now. Safe to repeat: batches
 * that have begun are left alone. Throws in words before anything is started when a batch cannot be ordered.
 */
export const startProgramme = async (client: Client, plan: Plan): Promise<ProgrammeStarted> => {
  const order = programmeOrder(plan);
  if (order.batches.length === 0) throw new Error(`${plan.programme} has no batch with a VM. Nothing was started.`);
  const orders = await each(order.batches, ({ name }) => withRoundsOf(batchOrder(plan, name)));
  await ensureCapacity(client, plan);
  const outcomes = await each(orders, (one) => handIn(client, one), AT_ONCE);
  const batches = order.batches.map(({ name, vms }, index) => ({ name, vms, outcome: outcomes[index] ?? 'known' }));
  const workflowId = programmeId(plan.programme);
  try {
    const handle = await client.workflow.start<typeof programme>('programme', {
      workflowId,
      taskQueue: 'orchestrator',
      args: [order],
      workflowTaskTimeout: '5s',
      staticSummary: `${plan.programme}: ${order.batches.length} batches, ${order.rules.inFlight} in flight`,
      typedSearchAttributes: [{ key: keyword('Programme'), value: plan.programme }],
    });
    return { handle, ran: false, batches };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = client.workflow.getHandle<typeof programme>(workflowId);
    await handle.executeUpdate(replanProgramme, { args: [order] });
    return { handle, ran: true, batches };
  }
};

/** Names of the programmes that run. */
export const listProgrammes = async (client: Client, name?: string): Promise<readonly string[]> => {
  const query = [
    `WorkflowType = 'programme'`,
    `ExecutionStatus = 'Running'`,
    ...(name === undefined ? [] : clause('Programme', name)),
  ].join(' AND ');
  const found: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query }))
    found.push(workflowId.slice(programmeId('').length));
  return found.filter((one) => name === undefined || one === name).sort();
};

/** The programme that is meant: the named one, else the only one that runs. */
export const findProgramme = async (client: Client, name?: string): Promise<ProgrammeHandle> => {
  const running = name === undefined ? await listProgrammes(client) : [name];
  const [only] = running;
  if (only === undefined)
    throw new Error(
      'No programme runs.\n    `tranship programme start` starts the one of the plan; --programme shows one that is over.',
    );
  if (running.length > 1) throw new Error(`Several programmes run: ${running.join(', ')}.\n    Add --programme.`);
  return client.workflow.getHandle<typeof programme>(programmeId(only));
};

export const viewProgramme = (handle: ProgrammeHandle): Promise<ProgrammeView> =>
  handle.query(programmeView).catch((error: unknown) => {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new Error(
      `There is no ${handle.workflowId}.\n    \`tranship programme start\` starts the programme of the plan.`,
      { cause: error },
    );
  });

/** What alone keeps it: lifting a pause would change nothing, going on is decided for what was seen. Null where it is not so. */
export const onlyStopped = ({ stopped, paused }: ProgrammeView): StoppedWave | null => (paused ? null : stopped);

export const pauseAll = (handle: ProgrammeHandle, by: string, why: string, updateId?: string): Promise<void> =>
  handle.executeUpdate(pauseProgramme, { args: [{ by, why }], ...under(updateId) });

export const resumeAll = (handle: ProgrammeHandle, by: string, updateId?: string): Promise<void> =>
  handle.executeUpdate(resumeProgramme, { args: [{ by }], ...under(updateId) });

/** Goes on after a breach, for the figures that were seen. */
export const resumeStoppedWave = (
  handle: ProgrammeHandle,
  by: string,
  comment: string,
  fingerprint: string,
  updateId = `resumeWave/${fingerprint}/${by}`,
): Promise<void> => handle.executeUpdate(resumeWave, { args: [{ by, comment, fingerprint }], updateId });

export const changeFreeze = (
  handle: ProgrammeHandle,
  edit: FreezeEdit,
  updateId?: string,
): Promise<readonly Freeze[]> => handle.executeUpdate(editFreeze, { args: [edit], ...under(updateId) });
