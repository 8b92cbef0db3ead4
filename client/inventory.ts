import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import type { InventoryPage } from '../activities/contracts/platform.ts';
import { type Address, CONTRACT, type PlatformProduct, parseQueue, queueOf } from '../domain/address.ts';
import type { PathHop } from '../domain/plan.ts';
import type { ListedVm } from '../domain/vm.ts';
import { unpolled } from '../workers/pollers.ts';
import type { inventory } from '../workflows/inventory.ts';
import { troubleOf } from './failed-run.ts';
import type { Reached } from './temporal.ts';

/** Times the pages are read before what was read is taken for what there is. */
const READINGS = 3;

/** Platforms that can list what they run. */
const LISTING: readonly PlatformProduct[] = ['ahv'];

export interface InventoryRead {
  /** By name, as people sort: `vm-2` before `vm-10`. Each VM once. */
  readonly vms: readonly ListedVm[];
  /** False where VMs came and went while they were read: one may be missing. */
  readonly whole: boolean;
}

const askPage = (client: Client, of: Address, cursor: string | null): Promise<InventoryPage> =>
  client.workflow.execute<typeof inventory>('inventory', {
    workflowId: `inventory/${queueOf(of)}/${randomUUID()}`,
    taskQueue: 'orchestrator',
    args: [{ of, cursor }],
    workflowExecutionTimeout: '5 minutes',
    staticSummary: `VMs of ${queueOf(of)}`,
  });

const readOnce = async (client: Client, of: Address): Promise<InventoryRead> => {
  const vms = new Map<string, ListedVm>();
  let page = await askPage(client, of, null);
  for (;;) {
    for (const vm of page.vms) vms.set(vm.ref.id, vm);
    if (page.next === null) break;
    page = await askPage(client, of, page.next);
  }
  const byName = [...vms.values()].sort(
    (a, b) => a.ref.name.localeCompare(b.ref.name, 'en', { numeric: true }) || (a.ref.id < b.ref.id ? -1 : 1),
  );
  return { vms: byName, whole: page.total === null || byName.length >= page.total };
};

/** Every VM of a platform, asked of its agent page by page, and again where the pages did not fit each other. */
export const readInventory = async (client: Client, of: Address): Promise<InventoryRead> => {
  let read = await readOnce(client, of);
  for (let n = 1; n < READINGS && !read.whole; n += 1) read = await readOnce(client, of);
  return read;
};

/** Where journeys begin by these paths, and VMs can be listed. */
export const listableSources = (
  paths: Readonly<Record<string, readonly PathHop[]>>,
): readonly Address<PlatformProduct>[] => {
  const found = Object.values(paths).flatMap(([first]) => (first ? [first.from] : []));
  return [...new Map(found.map((from) => [queueOf(from), from])).values()].filter(({ product }) =>
    LISTING.includes(product),
  );
};

/** `ahv@ntnx-a` as an address; null when it is not of that form, or of a platform that cannot list its VMs. */
export const listable = (queue: string): Address<PlatformProduct> | null => {
  const parts = parseQueue(queue);
  const product = LISTING.find((each) => each === parts?.product);
  return parts && product ? { product, instance: parts.instance, contract: CONTRACT } : null;
};

/** The same, once it is sure that somebody is there to answer. Throws in words otherwise. */
export const readServedInventory = async (
  { client, connection, namespace }: Reached,
  of: Address,
): Promise<{ readonly queue: string; readonly read: InventoryRead }> => {
  const queue = queueOf(of);
  await demandOrchestrator({ connection, namespace });
  if ((await unpolled(connection, namespace, [queue])).length > 0)
    throw new Error(
      `No agent serves ${queue}.\n    Start one next to the product: tranship worker agent --serve ${queue}`,
    );
  try {
    return { queue, read: await readInventory(client, of) };
  } catch (error) {
    const { message, fix } = troubleOf(error);
    throw new Error(`${queue} gave no list of its VMs: ${message}\n    ${fix}`);
  }
};

/** Throws in words when nobody takes what workflows do: every question would wait for ever. */
export const demandOrchestrator = async ({
  connection,
  namespace,
}: Pick<Reached, 'connection' | 'namespace'>): Promise<void> => {
  if ((await unpolled(connection, namespace, ['orchestrator'], 'workflow')).length > 0)
    throw new Error('No orchestrator is there to ask the agents.\n    Start one: tranship worker orchestrator');
};
