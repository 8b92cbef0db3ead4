import { answerGroup, type BatchHandle, viewBatch } from '../../client/batches.ts';
import type { BatchOrder, BatchState } from '../../domain/batch.ts';
import type { GroupGate } from '../../domain/group-gate.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import type { batch } from '../../workflows/batch.ts';
import { type BatchView, batchId } from '../../workflows/batch-messages.ts';
import type { migration } from '../../workflows/migration.ts';
import { batchStart, migrationId } from '../../workflows/start-order.ts';
import { manyVms } from '../bench/many-vms.ts';
import { scriptedOrder } from './order.ts';
import { type Handle, type ScriptedRun, scriptedRun } from './scripted-run.ts';
import { eventually } from './server.ts';

export interface BatchRun {
  readonly run: ScriptedRun;
  /** `<vm> <product> <verb>`, in the order they reached a driver. */
  readonly calls: string[];
  /** Asked before every verb of a VM; may throw, or promise. */
  script: { before: (call: string) => void | Promise<void> };
  /** An order for VMs as `<group>: [vm…]`, in a programme of its own. */
  readonly order: (
    programme: string,
    groups: Readonly<Record<string, readonly string[]>>,
    change?: Partial<JourneyOrder>,
  ) => BatchOrder;
  readonly start: (order: BatchOrder, carried?: BatchState) => Promise<BatchHandle>;
  readonly member: (order: BatchOrder, vm: string) => Handle;
}

/** A real server and real workers over the scripted products of any number of VMs, for one test file. */
export const batchRun = (): BatchRun => {
  const calls: string[] = [];
  const script: BatchRun['script'] = { before: () => undefined };
  const run = scriptedRun(
    manyVms((vm, call) => {
      calls.push(`${vm} ${call}`);
      return script.before(`${vm} ${call}`);
    }),
  );
  const handles: { terminate: () => Promise<unknown> }[] = [];
  beforeEach(() => {
    calls.length = 0;
    script.before = () => undefined;
  });
  afterEach(async () => {
    for (const handle of handles.splice(0)) await handle.terminate().catch(() => undefined);
  });

  return {
    run,
    calls,
    script,
    order: (programme, groups, change = {}) => ({
      programme,
      name: 'b1',
      groups: Object.keys(groups),
      reconcileMs: 500,
      members: Object.entries(groups).flatMap(([group, vms]) =>
        vms.map((name) => {
          const plain = scriptedOrder({ programme, group, name, source: { id: name, name }, ...change });
          const gates = { ...plain.gates, cutover: { ...plain.gates.cutover, scope: 'group' as const } };
          const order = { ...plain, gates, batchId: batchId(programme, 'b1') };
          return { id: migrationId(order), order };
        }),
      ),
    }),
    start: async (order, carried) => {
      await run.house(order.programme);
      const { client } = run.env;
      const handle = await client.workflow.start<typeof batch>('batch', {
        ...batchStart(order),
        taskQueue: 'orchestrator',
        args: carried ? [order, carried] : [order],
      });
      handles.push(handle, ...order.members.map(({ id }) => client.workflow.getHandle(id)));
      return handle;
    },
    member: (order, vm) => {
      const found = order.members.find(({ order: { name } }) => name === vm);
      if (!found) throw new Error(`the batch has no ${vm}`);
      return run.env.client.workflow.getHandle<typeof migration>(found.id);
    },
  };
};

/** Waits until the view of a batch is as wanted. */
export const batchSeen = (
  handle: BatchHandle,
  what: string,
  wanted: (now: BatchView) => boolean,
  withinMs?: number,
): Promise<BatchView> =>
  eventually(
    async () => {
      const now = await viewBatch(handle);
      return wanted(now) && now;
    },
    what,
    withinMs,
  ).catch(async (error: unknown) => {
    throw new Error(`${String(error)}; it is ${JSON.stringify(await viewBatch(handle))}`);
  });

/** Waits until a whole group has come to its gate. */
export const groupGate = async (handle: BatchHandle, group: string, withinMs?: number): Promise<GroupGate> => {
  const complete = ({ gates }: BatchView): GroupGate | undefined =>
    gates.find((gate) => gate.group === group && gate.missing.length === 0);
  const gate = complete(await batchSeen(handle, `gate of ${group}`, (now) => complete(now) !== undefined, withinMs));
  if (!gate) throw new Error(`the gate of ${group} closed`);
  return gate;
};

export const approveGroup = async (handle: BatchHandle, group: string): Promise<void> => {
  await answerGroup(handle, await groupGate(handle, group), { decision: 'approve', by: 'ops' });
};
