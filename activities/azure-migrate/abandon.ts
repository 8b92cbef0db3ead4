import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import type { EndReplication } from './end-replication.ts';
import { boundaryOf, taskText } from './jobs.ts';
import { settingsOf } from './settings.ts';
import { stageOf } from './stage.ts';

/**
 * Before anything was failed over: ends replication; there is no successor. After it there is no way back in Azure:
 * nothing is done and the answer says that the successor stands. A half-made VM is repaired first.
 */
export const abandon =
  ({ items, jobs }: AzureMigrate, end: EndReplication): Mover['abandon'] =>
  async ({ item: id, vm, settings, successor }) => {
    const item = await items.get(id);
    if (!item) return { successorGone: successor === null };
    const { running, deciding } = await jobs.failovers(item);
    if (running) return notFinished(`A failover is running: ${taskText(running)}`);
    const stage = stageOf(item);
    if (stage === 'failedOver') return { successorGone: false };
    if (stage === 'failingOver') return notFinished(item.stateText);
    if (deciding?.state === 'failed' && boundaryOf(deciding) === 'after')
      throw mishap.unsafe(`The failover of ${vm.name} stopped where a VM may be half made`, {
        vm: vm.name,
        facts: { job: deciding.name, boundary: 'after' },
        fix: 'Repair, then retry.',
      });
    if (!settingsOf(settings).adoptItem) await end(vm.name, id);
    return { successorGone: true };
  };
