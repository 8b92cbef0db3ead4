import type { AzureMigrateInstance } from '../../domain/estate.ts';
import { isOurs } from '../../domain/token.ts';
import type { Arm } from '../arm/arm.ts';
import { type Json, listAt, textAt } from '../arm/reading.ts';
import { claim, tokenTagOf } from '../arm/tags.ts';
import { API } from '../arm/versions.ts';
import { notFinished } from '../contracts/mishap.ts';
import { instanceId, type TargetVm } from './targets.ts';

/** Disks and network interfaces of a half-made VM: kept for the next failover, ours to remove when there will be none. A §5.4 */
export interface Leftovers {
  /** Writes our token on them before the VM goes: afterwards nothing else tells whose they are. */
  keep(vm: TargetVm, token: string): Promise<void>;
  /** Removes those that carry a token of this journey and returns when they are gone. */
  remove(journey: string): Promise<void>;
}

const partsOf = (instance: Json | undefined): readonly string[] => {
  const ids = (path: string) => listAt(instance, path).map((row) => textAt(row, 'id'));
  return [
    textAt(instance, 'properties.storageProfile.osDisk.id'),
    ...ids('properties.storageProfile.dataDisks'),
    ...ids('properties.networkProfile.networkInterfaces'),
  ].filter((id) => id !== null);
};

export const leftovers = (arm: Arm, { target: { resourceGroupId } }: AzureMigrateInstance): Leftovers => {
  const marked = async (journey: string): Promise<readonly string[]> => {
    const lists = await Promise.all(
      ['networkInterfaces', 'virtualHardDisks'].map((kind) =>
        arm.list(`${resourceGroupId}/providers/Microsoft.AzureStackHCI/${kind}`, API.stackHci),
      ),
    );
    return lists
      .flatMap(({ rows }) => rows)
      .filter((row) => isOurs(tokenTagOf(row), journey))
      .flatMap((row) => textAt(row, 'id') ?? []);
  };
  return {
    keep: async (vm, token) => {
      const instance = await arm.get(instanceId(vm.id), API.stackHci);
      for (const id of partsOf(instance?.body)) {
        const part = await arm.get(id, API.stackHci);
        if (part) await claim(arm, id, API.stackHci, part.body, token);
      }
    },
    remove: async (journey) => {
      const left = await marked(journey);
      if (left.length === 0) return;
      for (const id of left) await arm.remove(id, API.stackHci);
      if ((await marked(journey)).length > 0)
        return notFinished(`${left.length} disks and network interfaces of a failed failover are being removed`);
    },
  };
};
