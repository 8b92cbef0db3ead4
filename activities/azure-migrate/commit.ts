import { mishap } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import type { AzureMigrate } from './context.ts';
import type { EndReplication } from './end-replication.ts';
import { stageOf } from './stage.ts';

/**
 * Completes the migration: ends replication and frees its seed disks; the migrated VM is not touched. Ends when its item is gone
 * (V2-14); gone already is done. A §1.3i
 */
export const commit =
  ({ items }: AzureMigrate, end: EndReplication): Mover['commit'] =>
  async ({ item: id, vm }) => {
    const item = await items.get(id);
    const stage = item && stageOf(item);
    if (stage && stage !== 'failedOver' && stage !== 'removing' && stage !== 'removeFailed')
      throw mishap.refused(
        `${vm.name} has not been failed over (${item.stateText}); completing would throw its replication away`,
        {
          vm: vm.name,
          fix: 'Cut over first.',
        },
      );
    await end(vm.name, id);
    return { committed: true };
  };
