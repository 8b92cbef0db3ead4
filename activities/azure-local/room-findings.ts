import type { Finding } from '../../domain/finding.ts';
import type { Landing } from '../../domain/landing.ts';
import { finding } from '../arm/finding.ts';
import { sameId } from '../arm/ids.ts';
import type { AzureLocal } from './context.ts';

/** Microsoft keeps a quarter of a volume free for its repairs. U §2.6 PF-506 */
const KEEP_FREE = 0.25;

const gigabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 3)} GB`;

/** Whether the storage paths of a landing are there and have room for all of it. */
export const storageFindings = async (
  { clusters, instance }: AzureLocal,
  landing: Landing,
  bytesNeeded: number,
): Promise<readonly Finding[]> => {
  const names = [...new Set([landing.storagePath, ...landing.disks.flatMap(({ storagePath }) => storagePath ?? [])])];
  const rows = await Promise.all(
    names.map(async (name) => {
      const id = instance.storagePaths[name];
      if (!id)
        return [
          finding(
            'PF-504',
            'block',
            name,
            `Storage path ${name} is not in this instance.`,
            'Add its ARM id to the plan.',
          ),
        ];
      const path = await clusters.storagePath(id);
      if (!path)
        return [finding('PF-504', 'block', name, `There is no storage path ${id}.`, 'Correct its ARM id in the plan.')];
      const elsewhere = path.customLocation !== null && !sameId(path.customLocation, instance.customLocation);
      const { free, total } = path;
      const short = free !== null && free < bytesNeeded;
      const tight = !short && free !== null && total !== null && free - bytesNeeded < total * KEEP_FREE;
      return [
        ...(path.state.toLowerCase() === 'succeeded'
          ? []
          : [finding('PF-504', 'block', name, `The storage path is ${path.state}.`, 'Repair it.')]),
        ...(elsewhere
          ? [finding('PF-504', 'block', name, 'The storage path is on another cluster.', 'Name one of this cluster.')]
          : []),
        ...(short
          ? [
              finding(
                'PF-506',
                'block',
                name,
                `${gigabytes(free)} are free, ${gigabytes(bytesNeeded)} are needed.`,
                'Free space or land elsewhere.',
              ),
            ]
          : []),
        ...(tight
          ? [
              finding(
                'PF-506',
                'warn',
                name,
                `After it less than a quarter of the volume stays free.`,
                'Free space or land elsewhere.',
              ),
            ]
          : []),
        ...(free === null
          ? [finding('PF-506', 'info', name, 'Azure does not tell the free space.', 'Look at the volume by hand.')]
          : []),
      ];
    }),
  );
  return rows.flat();
};
