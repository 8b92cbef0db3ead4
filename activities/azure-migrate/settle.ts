import type { VmRef } from '../../domain/vm.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { Mover, OperationOrder, Settled } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import { ofFailover } from './failures.ts';
import type { Item } from './items.ts';
import { boundaryOf, brokenTask, type Job, taskText } from './jobs.ts';
import { stageOf } from './stage.ts';

const NONE: Settled = {
  state: 'none',
  boundary: null,
  operation: null,
  successor: null,
  detail: 'no failover was started',
};

/** What stands on the target for this item, marked as ours: only our failover can have made it. */
const standing = async ({ targets }: AzureMigrate, item: Item, token: string): Promise<VmRef | null> => {
  const found = await targets.find(item);
  if (!found) return null;
  await targets.claim(found, token);
  return { id: found.id, name: found.name };
};

const failed = async (
  room: AzureMigrate,
  { vm, token }: OperationOrder,
  item: Item,
  newest: Job,
  deciding: Job,
): Promise<Settled> => {
  const boundary = boundaryOf(deciding);
  return {
    state: 'failed',
    boundary,
    operation: deciding.name,
    successor: boundary === 'after' ? await standing(room, item, token) : null,
    detail: `${ofFailover(vm.name, item, { newest, deciding }).message} It broke ${brokenTask(deciding) ? `in "${brokenTask(deciding)}"` : 'without naming a task'}.`,
  };
};

/** Waits until no failover runs and says how the last one ended; starts none. With the item gone the order's own successor speaks. A §5.4 */
export const settle =
  (room: AzureMigrate): Mover['settle'] =>
  async (order) => {
    const { items, jobs } = room;
    const { item: id, successor, operation, vm, token } = order;
    const item = await items.get(id);
    if (!item && successor)
      return {
        state: 'done',
        boundary: null,
        operation,
        successor,
        detail: 'replication has been ended; the successor was handed over before',
      };
    if (!item) return { ...NONE, detail: 'there is no replication of this VM' };

    const { running, newest, deciding } = await jobs.failovers(item);
    if (running) return notFinished(taskText(running), `${running.name} ${taskText(running)}`);
    const stage = stageOf(item);
    if (stage === 'failedOver') {
      const made = await standing(room, item, token);
      if (!made) return notFinished(`${item.stateText}; VM ${item.target.vmName ?? vm.name} is not listed yet`);
      return {
        state: 'done',
        boundary: null,
        operation: newest?.name ?? operation,
        successor: made,
        detail: item.stateText,
      };
    }
    if (stage === 'failingOver' || deciding?.state === 'succeeded')
      return notFinished(`${item.stateText}; waiting for Azure to say how it ended`);
    if (!newest || !deciding) return NONE;
    return failed(room, order, item, newest, deciding);
  };
