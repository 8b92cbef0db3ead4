import type { RepositorySettings } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';

export const FULL = 'There is not enough space on the disk.';

/** Files of backups that are known no more. */
export const LEFT_BYTES = 'bytes left in the repository';

export const repositorySettings = (veeam: Veeam): RepositorySettings =>
  veeam.repository.get('settings') ?? { maxTasks: null, dataRate: null };

export const usedBytes = (veeam: Veeam): number =>
  valuesOf(veeam.points).reduce((sum, point) => sum + point.storedBytes, veeam.marks.get(LEFT_BYTES) ?? 0);

export const freeBytes = (veeam: Veeam): number =>
  Math.max(veeam.estate.scenario.veeam.repositoryBytes - usedBytes(veeam), 0);
