import type { Vitals, Watched } from '../contracts/platform.ts';
import type { AzureLocal } from './context.ts';

/** Free space of each storage path of the plan, as far as Azure tells. Azure Resource Manager says nothing of processors, memory or disk times. A §3 */
export const vitals =
  ({ clusters, instance, now }: AzureLocal): Watched['vitals'] =>
  async () => {
    const volumes = await Promise.all(
      Object.entries(instance.storagePaths).map(async ([path, id]): Promise<Vitals['volumes']> => {
        const { free, total } = (await clusters.storagePath(id)) ?? { free: null, total: null };
        return free === null || !total ? [] : [{ path, freePercent: (free / total) * 100 }];
      }),
    );
    return {
      cpuPercent: null,
      memoryFreePercent: null,
      volumes: volumes.flat(),
      latencyMs: null,
      at: new Date(now()).toISOString(),
    };
  };
