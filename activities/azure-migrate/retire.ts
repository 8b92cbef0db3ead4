import { notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import type { EndReplication } from './end-replication.ts';
import { taskText } from './jobs.ts';

/** Ends our replication of the VM, never an adopted one, never while a failover runs. Gone already is done. */
export const retire =
  ({ items, jobs }: AzureMigrate, end: EndReplication): Mover['retire'] =>
  async ({ item: id, vm, adopted }) => {
    const item = await items.get(id);
    if (!item) return { retired: true };
    if (adopted) return { retired: false };
    const { running } = await jobs.failovers(item);
    if (running) return notFinished(`A failover is running: ${taskText(running)}`);
    await end(vm.name, id);
    return { retired: true };
  };
