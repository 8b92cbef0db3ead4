import { createHash } from 'node:crypto';
import type { PrismScenario } from '../estate/scenario.ts';

/** An id Prism would have made up once; here it follows from the name so that it survives restarts. */
export const stableId = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const clusterId = (prism: PrismScenario): string => stableId(`cluster/${prism.instance}/${prism.cluster}`);

/** Ids of tasks are `<base64 of the service>:<uuid>`. O E.6 */
export const taskId = (uuid: string): string => `${Buffer.from('ergon').toString('base64')}:${uuid}`;

/** The highest minor of the v4 namespaces. NIC bodies change with 4.3. O E.3 */
export const newestMinor = (prism: PrismScenario): number => (prism.nicSchema === 'newer' ? 3 : 0);
