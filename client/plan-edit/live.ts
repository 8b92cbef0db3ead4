import type { Client } from '@temporalio/client';
import type { BatchState, Member } from '../../domain/batch.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import type { LiveRow } from '../../plan/roster/live-sheet.ts';
import { each } from '../../workers/each.ts';
import { listBatches } from '../../workers/listing.ts';
import { type BatchView, batchOrders } from '../../workflows/batch-messages.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import { type BatchHandle, batchHandle, viewBatch } from '../batches.ts';
import { handleOf, viewMigration } from '../operations.ts';

/** A member of a batch under way with the order it follows now, and what it says itself while it runs. */
export interface LiveMember {
  readonly member: Member;
  readonly order: JourneyOrder;
  readonly view: MigrationView | null;
}

export interface LiveBatch {
  readonly name: string;
  readonly handle: BatchHandle;
  readonly state: BatchState;
  /** Which an edit must name; null where the orchestrator is too old to be asked for any. */
  readonly edition: string | null;
  /** In the order of the groups; without those that were taken out. */
  readonly members: readonly LiveMember[];
  /** Taken out, and not gone yet. */
  readonly leaving: readonly Member[];
}

/** What a member was told later than its batch knows stands in its own view. */
const asItIs = (order: JourneyOrder, view: MigrationView | null): JourneyOrder => ({
  ...order,
  group: view?.group ?? order.group,
  hops: order.hops.map((hop) => ({ ...hop, ...view?.orders?.find(({ n }) => n === hop.n) })),
});

const stateOf = ({ gates: _gates, isOver: _isOver, edition: _edition, ...state }: BatchView): BatchState => state;

const readBatch = async (client: Client, programme: string, name: string): Promise<LiveBatch> => {
  const handle = batchHandle(client, programme, name);
  const [view, orders] = await Promise.all([viewBatch(handle), handle.query(batchOrders)]);
  const place = ({ group }: Member): number => view.groups.indexOf(group);
  const staying = view.members.filter(({ removed }) => !removed).sort((a, b) => place(a) - place(b));
  const members = await each(staying, async (member): Promise<LiveMember | null> => {
    const order = orders.find(({ id }) => id === member.id)?.order;
    if (!order) return null;
    const runs = member.status === 'running';
    const said = runs ? await viewMigration(handleOf(client, member.id)).catch(() => null) : null;
    // The batch says which group it is in: a member hears of it a moment later.
    return { member, view: said, order: { ...asItIs(order, said), group: member.group } };
  });
  return {
    name,
    handle,
    state: stateOf(view),
    edition: view.edition ?? null,
    members: members.filter((one) => one !== null),
    leaving: view.members.filter(({ removed, status }) => removed && status === 'running'),
  };
};

/** The batches of a programme that run, each as it stands. */
export const readLive = async (client: Client, programme: string): Promise<readonly LiveBatch[]> => {
  const running = (await listBatches(client)).filter((one) => one.programme === programme);
  return each(running, ({ batch }) => readBatch(client, programme, batch), 4);
};

/** What the sheet shows of a batch. */
export const liveRows = ({ members }: LiveBatch): readonly LiveRow[] =>
  members.map(({ member, order, view }) => ({
    order,
    phase: view?.phase ?? member.end ?? '',
    status: member.status,
    flags: (view?.flags ?? []).join(' '),
  }));
