import type { LabVm } from '../../estate/types.ts';
import { LICENCE_HELD_MS } from '../durations.ts';
import type { Workload } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';

export const NONE_FREE = 'No license instances are available: the license limit is exceeded.';

export const freeInstances = (veeam: Veeam): number =>
  veeam.estate.scenario.veeam.licences - veeam.workloads.list().length;

/**
 * A VM takes one instance of the Universal License with its first run and keeps it. Says whether it has one now. The tolerance the
 * vendor grants above the licensed number is part of the scenario's number here.
 */
export const holdInstance = (veeam: Veeam, vm: LabVm): boolean => {
  if (veeam.workloads.get(vm.id)) return true;
  if (freeInstances(veeam) <= 0) return false;
  veeam.workloads.put(vm.id, { vmId: vm.id, name: vm.name, origin: vm.origin, takenAt: veeam.estate.now() });
  veeam.estate.log('licence.taken', { origin: vm.origin, free: freeInstances(veeam) });
  return true;
};

/** Gives an instance back; the next run of the VM takes one again. U §1.3 */
export const revoke = (veeam: Veeam, workload: Workload): void =>
  veeam.together(() => {
    veeam.workloads.delete(workload.vmId);
    veeam.estate.log('licence.released', { origin: workload.origin, free: freeInstances(veeam) });
  });

/** Instances of VMs without a new restore point for 31 days come back by themselves. U §1.3 */
export const releaseUnused = (veeam: Veeam, now: number): void => {
  for (const workload of valuesOf(veeam.workloads)) {
    if (now < workload.takenAt + veeam.estate.scaled(LICENCE_HELD_MS)) continue;
    const newest = Math.max(
      workload.takenAt,
      ...valuesOf(veeam.points).flatMap((point) => (point.vmId === workload.vmId ? [point.createdAt] : [])),
    );
    if (now >= newest + veeam.estate.scaled(LICENCE_HELD_MS)) revoke(veeam, workload);
  }
};
