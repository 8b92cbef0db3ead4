import { createHash } from 'node:crypto';
import type { Scenario } from '../estate/scenario.ts';

/** The plug-in's id, which is also AHV's platform id. V §1.7.2 */
export const AHV_PLATFORM = '799a5a3e-ae1e-4eaf-86eb-8a9acc2670e2';

export const NO_ID = '00000000-0000-0000-0000-000000000000';

/** An id the product would have made up once; here it follows from the words so that it survives restarts. */
export const idFrom = (...words: readonly string[]): string => {
  const hex = createHash('sha256').update(words.join('\0')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-9${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

export const repositoryId = ({ veeam }: Scenario): string => idFrom('repository', veeam.instance, veeam.repository);

export const prismCentralId = ({ prism }: Scenario): string => idFrom('prism central', prism.instance);

export const clusterId = ({ prism }: Scenario): string => idFrom('ahv cluster', prism.instance, prism.cluster);

export const hostId = (name: string): string => idFrom('host', name);

/** Veeam's own id of a VM, which is not the VM's id in Nutanix. */
export const objectId = (vmId: string): string => idFrom('object', vmId);
