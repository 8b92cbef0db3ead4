import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Carried } from '../activities/contracts/checkpoint.ts';
import type { Lease } from '../domain/capacity.ts';
import type { Plan } from '../domain/plan.ts';
import { roomOf } from '../domain/room.ts';
import { totalBytes } from '../domain/vm.ts';
import { instant } from '../domain/words.ts';
import { each } from '../workers/each.ts';
import type { batch } from '../workflows/batch.ts';
import type { migration } from '../workflows/migration.ts';
import { batchStart, migrationStart } from '../workflows/start-order.ts';
import { ensureCapacity } from './operations.ts';
import { type Known, type KnownFrom, knownOf, type Unasked, withStanding } from './recover-known.ts';
import { batchesOf, batchIdOf, stoppedBatch } from './recovered-batch.ts';

export interface RecoveredVm {
  readonly id: string;
  readonly name: string;
  readonly batch: string;
  readonly workflowId: string;
  readonly from: KnownFrom;
  /** Where it stood, in words. */
  readonly stood: string;
  /** Its migration was started, paused. */
  readonly started: boolean;
}

export interface Recovered {
  readonly programme: string;
  readonly vms: readonly RecoveredVm[];
  /** Batches that were under way; `started` false: it runs already. */
  readonly batches: readonly { readonly name: string; readonly started: boolean }[];
  /** Of VMs without a checkpoint nothing is sure while one of these did not answer. */
  readonly unasked: readonly Unasked[];
}

const isUnderWay = ({ from }: Known): boolean => from === 'checkpoint' || from === 'products';

/** Room on staging of what stands, or may stand, there: nobody else gets it before people have looked. */
const heldBy = (known: readonly Known[], now: number): readonly Lease[] =>
  known.flatMap(({ id, order, checkpoint, from }) => {
    const first = checkpoint?.hops.find(({ n }) => n === 1);
    if (from !== 'checkpoint' || !checkpoint?.room || !first) return [];
    return [{ ...roomOf(order, totalBytes(first.facts)), holder: id, name: order.name, askedAt: now, grantedAt: now }];
  });

const carriedOf = ({ checkpoint, stands }: Known): Carried => ({
  checkpoint,
  from: checkpoint ? `its checkpoint of ${instant(checkpoint.at)}` : `what stands at ${stands.join(', ')}`,
});

/** Started once: a run that is there already is left alone, and so is one that came to its end meanwhile. */
const startPaused = async (client: Client, one: Known, batches: readonly string[]): Promise<boolean> => {
  const { order, checkpoint } = one;
  const isMember = checkpoint === null && batches.includes(order.batch);
  const asked = isMember ? { ...order, batchId: batchIdOf(order) } : order;
  const { hop, phase, group, orders } = checkpoint ?? {
    hop: 1,
    phase: 'Checking',
    group: order.group,
    orders: order.hops,
  };
  const options = migrationStart({ ...asked, group });
  try {
    await client.workflow.start<typeof migration>('migration', {
      ...options,
      staticSummary: `${options.staticSummary}; recovered at ${phase}, hop ${hop} of ${orders.length}`,
      taskQueue: 'orchestrator',
      args: [asked, carriedOf(one)],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
};

const startStopped = async (client: Client, plan: Plan, name: string, known: readonly Known[]): Promise<boolean> => {
  const { order, state } = stoppedBatch(plan, name, known);
  try {
    await client.workflow.start<typeof batch>('batch', {
      ...batchStart(order),
      taskQueue: 'orchestrator',
      args: [order, state],
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
};

const stoodOf = ({ from, checkpoint, record, stands, order }: Known): string => {
  if (from === 'products') return `something stands at ${stands.join(', ')}`;
  if (from === 'record' || from === 'ended') return record?.end ?? '';
  if (from === 'nothing') return 'not begun';
  if (!checkpoint) return 'runs';
  return `${checkpoint.phase}, hop ${checkpoint.hop} of ${order.hops.length}${checkpoint.mayHaveBegun ? ', cut-over may have begun' : ''}`;
};

/**
 * Rebuilds, paused, what was under way when Temporal lost its database: the lease table with what is held, the migrations, and their
 * batches, stopped. Nothing of the estate is touched. Doing it twice changes nothing. `dryRun` only says what it would do.
 */
export const recover = async (client: Client, plan: Plan, folder: string, dryRun = false): Promise<Recovered> => {
  const { known, unasked } = await withStanding(client, await knownOf(client, plan, folder));
  const names = batchesOf(known);
  const due = known.filter(isUnderWay);
  if (!dryRun && due.length > 0) await ensureCapacity(client, plan, heldBy(known, Date.now()));
  const started = new Set<string>();
  if (!dryRun)
    await each(due, async (one) => {
      if (await startPaused(client, one, names)) started.add(one.id);
    });
  const batches = await each(names, async (name) => ({
    name,
    started: !dryRun && (await startStopped(client, plan, name, known)),
  }));
  const vms = known.map((one) => ({
    ...{ id: one.order.source.id, name: one.order.name, batch: one.order.batch, workflowId: one.id, from: one.from },
    ...{ stood: stoodOf(one), started: started.has(one.id) },
  }));
  return { programme: plan.programme, vms, batches, unasked };
};
