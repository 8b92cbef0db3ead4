import { type Client, WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import type { Carried, Checkpoint } from '../activities/contracts/checkpoint.ts';
import type { JourneyRecord } from '../activities/contracts/keeper.ts';
import { type Address, queueOf } from '../domain/address.ts';
import { type BatchOrder, type BatchState, ended, newBatch, takenUp } from '../domain/batch.ts';
import { stop } from '../domain/batch-stop.ts';
import type { Lease } from '../domain/capacity.ts';
import { ENDS, type Phase } from '../domain/phase.ts';
import { isIdentified, type JourneyOrder, journeyOrder, type Plan } from '../domain/plan.ts';
import { roomOf } from '../domain/room.ts';
import { tokenOf } from '../domain/token.ts';
import { totalBytes } from '../domain/vm.ts';
import { lookAt } from '../workers/look.ts';
import { readRecords } from '../workers/records.ts';
import type { batch } from '../workflows/batch.ts';
import { batchId } from '../workflows/batch-messages.ts';
import type { migration } from '../workflows/migration.ts';
import type { standing } from '../workflows/standing.ts';
import { batchStart, migrationId, migrationStart } from '../workflows/start-order.ts';
import { checkpointsOf } from './checkpoints.ts';
import { each } from './each.ts';
import { ensureCapacity } from './operations.ts';

/**
 * From what a VM is known.
 *
 * - `running`     its migration runs here: nothing is done
 * - `ended`       its migration came to its end here, after the loss
 * - `checkpoint`  it was under way
 * - `record`      it had come to its end before the loss
 * - `products`    nothing tells of it but what stands of it
 * - `nothing`     it had not begun, as far as anybody can tell
 */
export type KnownFrom = 'running' | 'ended' | 'checkpoint' | 'record' | 'products' | 'nothing';

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
  /** Products that did not say what stands there, and why: of VMs without a checkpoint nothing is sure. */
  readonly unasked: readonly { readonly queue: string; readonly why: string }[];
}

interface Known {
  readonly order: JourneyOrder;
  readonly id: string;
  readonly from: KnownFrom;
  readonly checkpoint: Checkpoint | null;
  readonly record: JourneyRecord | null;
  readonly stands: readonly string[];
}

const batchIdOf = ({ programme, batch }: JourneyOrder): string => batchId(programme, batch);

/** Every VM that the plan names, or a checkpoint: a row that was taken out of the plan since is not forgotten. */
const candidates = (plan: Plan, checkpoints: readonly Checkpoint[]): readonly JourneyOrder[] => {
  const planned = plan.vms.filter(isIdentified).map((vm) => journeyOrder(plan, vm));
  const others = checkpoints.filter(({ id }) => !planned.some((order) => migrationId(order) === id));
  return [...planned, ...others.map(({ order }) => order)];
};

const knownOf = async (client: Client, plan: Plan, folder: string): Promise<readonly Known[]> => {
  const checkpoints = await checkpointsOf(folder, plan.programme);
  const records = (await readRecords(folder)).filter(({ programme }) => programme === plan.programme);
  return each(candidates(plan, checkpoints), async (order) => {
    const id = migrationId(order);
    const { run } = await lookAt(client, id);
    const checkpoint = checkpoints.find((one) => one.id === id) ?? null;
    const record = records.find(({ journey }) => journey === order.source.id) ?? null;
    const isOver = run === 'completed' && record !== null;
    const from =
      run === 'running' ? 'running' : isOver ? 'ended' : checkpoint ? 'checkpoint' : record ? 'record' : 'nothing';
    return { order: checkpoint?.order ?? order, id, from, checkpoint, record, stands: [] };
  });
};

interface Question {
  readonly to: Address;
  readonly leases: readonly { readonly journey: string; readonly name: string }[];
}

/** Products that can say what stands there: staging hosts and movers. A target has no such question. */
const ANSWERING = ['hyper-v', 'veeam', 'azure-migrate'];

/** One question a product instance, about all VMs of which nothing else tells. */
const questions = (orders: readonly JourneyOrder[]): readonly Question[] => {
  const asked = new Map<string, { to: Address; leases: { journey: string; name: string }[] }>();
  for (const { hops, source } of orders)
    for (const { to, mover, landing } of hops)
      for (const at of [to, mover].filter(({ product }) => ANSWERING.includes(product))) {
        const one = asked.get(queueOf(at)) ?? { to: at, leases: [] };
        one.leases.push({ journey: source.id, name: landing.name });
        asked.set(queueOf(at), one);
      }
  return [...asked.values()];
};

const ask = (client: Client, { to, leases }: Question): Promise<readonly string[]> =>
  client.workflow.execute<typeof standing>('standing', {
    workflowId: `standing/${queueOf(to)}/${Date.now()}`,
    taskQueue: 'orchestrator',
    args: [{ to, leases, token: tokenOf({ vm: 'recover', hop: 0, verb: 'standing', round: 0 }) }],
    staticSummary: `what stands at ${queueOf(to)}?`,
  });

const causeOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error
    ? causeOf(error.cause)
    : error instanceof Error
      ? error.message
      : String(error);

/** What stands of VMs of which nobody else knows anything. */
const withStanding = async (
  client: Client,
  known: readonly Known[],
): Promise<{ readonly known: readonly Known[]; readonly unasked: Recovered['unasked'] }> => {
  const unknown = known.filter(({ from }) => from === 'nothing').map(({ order }) => order);
  const unasked: { queue: string; why: string }[] = [];
  const answers = await each(questions(unknown), async (question) => {
    const queue = queueOf(question.to);
    const journeys = await ask(client, question).catch((error: unknown) => {
      unasked.push({ queue, why: causeOf(error) });
      return [] as readonly string[];
    });
    return { queue, journeys };
  });
  const standsOf = ({ source }: JourneyOrder): readonly string[] =>
    answers.filter(({ journeys }) => journeys.includes(source.id)).map(({ queue }) => queue);
  return {
    known: known.map((one) => {
      const stands = one.from === 'nothing' ? standsOf(one.order) : [];
      return stands.length > 0 ? { ...one, from: 'products', stands } : one;
    }),
    unasked,
  };
};

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
  from: checkpoint
    ? `its checkpoint of ${new Date(checkpoint.at).toISOString().replace(/\.\d+Z$/, 'Z')}`
    : `what stands at ${stands.join(', ')}`,
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

/** Batches that were under way when Temporal was lost: a member of theirs was. */
const batchesOf = (known: readonly Known[]): readonly string[] => [
  ...new Set(
    known.flatMap(({ checkpoint, order }) => (checkpoint?.order.batchId === batchIdOf(order) ? [order.batch] : [])),
  ),
];

/** The batch as its members tell of it; those that never began wait until a person lets it go on. */
const stateOf = (
  plan: Plan,
  name: string,
  known: readonly Known[],
): { readonly order: BatchOrder; readonly state: BatchState } => {
  const of = known.filter(({ order }) => order.batch === name);
  const orderOf = ({ order, checkpoint }: Known): JourneyOrder => ({
    ...order,
    batchId: batchIdOf(order),
    ...(checkpoint ? { hops: checkpoint.orders, group: checkpoint.group } : {}),
  });
  const members = of.map((one) => ({ id: one.id, order: orderOf(one) }));
  const groups = [...new Set([...(plan.batches[name]?.groups ?? []), ...members.map(({ order }) => order.group)])];
  const { programme, policies } = plan;
  const order = { programme, name, groups, members, reconcileMs: policies.reconcileMs };
  const begun = of.reduce((state, { id, from, checkpoint, record }): BatchState => {
    if (from === 'checkpoint' || from === 'products' || from === 'running')
      return takenUp(state, id, { batch: batchId(programme, name), told: checkpoint?.told ?? null, openedAt: null });
    const end = ENDS.find((phase: Phase) => phase === record?.end) ?? null;
    return end === null ? state : ended(state, id, end);
  }, newBatch(order));
  return {
    order,
    state: stop(
      begun,
      { by: 'recover', why: 'Temporal was lost; look at its VMs, then resume the batch.' },
      Date.now(),
    ),
  };
};

const startStopped = async (client: Client, plan: Plan, name: string, known: readonly Known[]): Promise<boolean> => {
  const { order, state } = stateOf(plan, name, known);
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
