import type { Client } from '@temporalio/client';
import {
  type Amounts,
  type LeaseTable,
  limitOf,
  moverOf,
  needs,
  type Purpose,
  type Resource,
  used,
} from '../domain/capacity.ts';
import { type Waiting, waitingIn } from '../domain/capacity-words.ts';
import { LARGEST_BATCH, type PackedGroup, type Packing, packBatches } from '../domain/packing.ts';
import { isIdentified, type Plan } from '../domain/plan.ts';
import { capacityId, leases } from '../workflows/capacity-messages.ts';
import type { Sizes } from './sizes.ts';
import type { Reached } from './temporal.ts';

/** One resource: how much of it there is and in use. `limit` null: without one. */
export interface ResourceUse {
  readonly resource: Resource;
  readonly used: number;
  readonly limit: number | null;
}

export interface CapacityView {
  readonly programme: string;
  readonly resources: readonly ResourceUse[];
  readonly held: readonly {
    readonly holder: string;
    readonly name: string;
    readonly purpose: Purpose;
    readonly amounts: Amounts;
    readonly grantedAt: number;
    readonly orphanedAt: number | null;
  }[];
  readonly waiting: readonly (Waiting & { readonly name: string; readonly askedAt: number })[];
}

/** The lease table as people look at it. */
export const capacityView = (programme: string, table: LeaseTable): CapacityView => {
  const movers = [...table.held, ...table.waiting].flatMap(({ amounts }) => needs(amounts).filter((r) => moverOf(r)));
  const resources = [...new Set<Resource>(['stagingSeats', 'stagingBytes', 'cutovers', ...movers])];
  const nameOf = (holder: string): string => {
    const one = [...table.held, ...table.waiting].find((lease) => lease.holder === holder);
    return one?.name ?? holder;
  };
  return {
    programme,
    resources: resources.map((resource) => {
      const limit = limitOf(table, resource);
      return { resource, used: used(table, resource), limit: Number.isFinite(limit) ? limit : null };
    }),
    held: table.held.map(({ holder, purpose, amounts, grantedAt, orphanedAt }) => ({
      ...{ holder, name: nameOf(holder), purpose, amounts, grantedAt },
      orphanedAt: orphanedAt ?? null,
    })),
    waiting: waitingIn(table).map((one) => ({
      ...one,
      name: nameOf(one.holder),
      askedAt:
        table.waiting.find(({ holder, purpose }) => holder === one.holder && purpose === one.purpose)?.askedAt ?? 0,
    })),
  };
};

/** Programmes that have a lease table. */
const listTables = async (client: Client): Promise<readonly string[]> => {
  const found: string[] = [];
  const query = `WorkflowType = 'capacity' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of client.workflow.list({ query }))
    found.push(workflowId.slice(capacityId('').length));
  return found.sort();
};

export const readCapacity = async (reached: Reached, named?: string): Promise<CapacityView> => {
  const programmes = named === undefined ? await listTables(reached.client) : [named];
  const [programme] = programmes;
  if (programme === undefined)
    throw new Error(
      'There is no lease table yet.\n    The first `tranship start` or `tranship programme start` makes it.',
    );
  if (programmes.length > 1)
    throw new Error(`Several programmes have one: ${programmes.join(', ')}.\n    Add --programme.`);
  const handle = reached.client.workflow.getHandle(capacityId(programme));
  return capacityView(programme, await reached.ask(() => handle.query(leases)));
};

/** Batches as they could be: the groups of the plan whole, by size and seats. Nothing is changed. */
export const packPlan = (plan: Plan, sizes: Sizes): Packing => {
  const groups = Map.groupBy(plan.vms, ({ batch, group }) => `${batch}/${group}`);
  const { seats } = plan.policies;
  const packed = [...groups].map(
    ([name, vms]): PackedGroup => ({
      name,
      vms: vms.map((vm) => ({
        name: vm.name,
        bytes: (isIdentified(vm) ? sizes.bytes.get(vm.id) : undefined) ?? null,
      })),
    }),
  );
  return packBatches(packed, {
    mostVms: LARGEST_BATCH,
    stagingSeats: seats.staging,
    stagingBytes: seats.stagingBytes,
    inFlight: plan.order?.inFlight ?? 1,
  });
};
