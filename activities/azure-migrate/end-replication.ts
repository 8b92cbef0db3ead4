import { keyOf } from '../arm/ids.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { AzureMigrate } from './context.ts';
import { ofItem, ofJob } from './failures.ts';
import { vaultOf } from './item-id.ts';
import { taskText } from './jobs.ts';
import { stageOf } from './stage.ts';

/** Deletes a protected item and returns when it is gone. One DELETE is asked for at a time; gone already is done. */
export type EndReplication = (vm: string, id: string) => Promise<void>;

export const endReplication = ({ items, jobs }: Pick<AzureMigrate, 'items' | 'jobs'>): EndReplication => {
  /** Jobs of our DELETEs. Only a short cut: after a restart the item itself says what goes on. */
  const asked = new Map<string, string>();

  return async (vm, id) => {
    const item = await items.get(id);
    const job = asked.get(keyOf(id));
    if (!item) {
      asked.delete(keyOf(id));
      return;
    }
    const stage = stageOf(item);
    if (stage === 'removeFailed') throw ofItem(vm, `Azure could not end the replication of ${vm}`, item);

    const ours = job ? await jobs.named(vaultOf(id), job) : null;
    if (ours?.state === 'failed') {
      asked.delete(keyOf(id));
      throw ofJob(vm, `Azure could not end the replication of ${vm}`, ours);
    }
    if (ours?.state === 'running') return notFinished(`Replication is being ended: ${taskText(ours)}`);
    if (stage === 'removing') return notFinished(`Replication is being ended: ${item.stateText}`);
    // A DELETE that has ended and an item that stands: it was made anew under the same name.
    asked.delete(keyOf(id));
    if (item.current?.running) return notFinished(`Azure is still busy with ${item.current.title}`);
    if (!item.allowed.includes('DisableProtection'))
      return notFinished(`Azure does not let the replication end yet: ${item.stateText}`);

    const accepted = await items.remove(id);
    if (accepted.job) asked.set(keyOf(id), accepted.job);
    if (await items.get(id)) return notFinished('Azure accepted the end of the replication');
    asked.delete(keyOf(id));
  };
};
