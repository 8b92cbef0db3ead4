import type { Client } from '@temporalio/client';
import type { Checkpoint } from '../activities/contracts/checkpoint.ts';
import type { JourneyRecord } from '../activities/contracts/keeper.ts';
import { type Address, queueOf } from '../domain/address.ts';
import { isIdentified, type JourneyOrder, journeyOrder, type Plan } from '../domain/plan.ts';
import { tokenOf } from '../domain/token.ts';
import { each } from '../workers/each.ts';
import { lookAt } from '../workers/look.ts';
import { readRecords } from '../workers/records.ts';
import type { standing } from '../workflows/standing.ts';
import { migrationId } from '../workflows/start-order.ts';
import { checkpointsOf } from './checkpoints.ts';

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

/** A product that did not say what stands there, and why. */
export interface Unasked {
  readonly queue: string;
  readonly why: string;
}

/** What is known of one VM. */
export interface Known {
  readonly order: JourneyOrder;
  readonly id: string;
  readonly from: KnownFrom;
  readonly checkpoint: Checkpoint | null;
  readonly record: JourneyRecord | null;
  readonly stands: readonly string[];
}

/** Every VM that the plan names, or a checkpoint: a row that was taken out of the plan since is not forgotten. */
const candidates = (plan: Plan, checkpoints: readonly Checkpoint[]): readonly JourneyOrder[] => {
  const planned = plan.vms.filter(isIdentified).map((vm) => journeyOrder(plan, vm));
  const others = checkpoints.filter(({ id }) => !planned.some((order) => migrationId(order) === id));
  return [...planned, ...others.map(({ order }) => order)];
};

/** What is known of every VM without asking a product. */
export const knownOf = async (client: Client, plan: Plan, folder: string): Promise<readonly Known[]> => {
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
export const withStanding = async (
  client: Client,
  known: readonly Known[],
): Promise<{ readonly known: readonly Known[]; readonly unasked: readonly Unasked[] }> => {
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
