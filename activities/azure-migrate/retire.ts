import { notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import type { EndReplication } from './end-replication.ts';
import { taskText } from './jobs.ts';

/**
 * Ends our replication of the VM, never an adopted one, never while a failover runs, and removes what a repair has kept for a
 * failover that now will not come. Gone already is done.
 */
export const retire =
  ({ items, jobs, targets, leftovers }: AzureMigrate, end: EndReplication): Mover['retire'] =>
  async ({ item: id, vm, adopted, landing, journey }) => {
    const item = await items.get(id);
    if (adopted) return { retired: !item };
    if (item) {
      const { running } = await jobs.failovers(item);
      if (running) return notFinished(`A failover is running: ${taskText(running)}`);
      await end(vm.name, id);
    }
    if (!(await targets.isTaken(landing.name))) await leftovers.remove(journey);
    return { retired: true };
  };
