import type { Stands } from '../contracts/stands.ts';
import type { Veeam } from './parts.ts';

/**
 * Journeys whose VM a job is copying right now; the id of a VM in Nutanix is the identity of its journey. A restore under way is seen
 * on its host, where its VM is registered at once. V §1.7.2
 */
export const underWay =
  ({ jobs }: Veeam): Stands['standing'] =>
  async ({ leases }) => {
    const running = (await jobs.all()).filter((job) => job.backsUp && job.running);
    const copied = (await Promise.all(running.map((job) => jobs.settings(job)))).flatMap(({ vms }) => vms);
    return { standing: leases.map(({ journey }) => journey).filter((journey) => copied.includes(journey)) };
  };
