import type { Fault, LabVm } from '../../estate/types.ts';
import { TASK_PREPARES_MS } from '../durations.ts';
import type { FrozenDisk, Point, Run, RunTask, Snapshot } from '../records.ts';
import type { Veeam } from '../tables.ts';
import { holdInstance, NONE_FREE } from './licence.ts';
import { backupOf, chainOf } from './points.ts';
import { backupRate } from './rate.ts';
import { FULL, freeBytes } from './repository.ts';

const BLOCK = 65_536;

export const LOST_CBT = 'Changed block tracking data is not available: the whole content of the disks was read.';
export const VOLUME_GROUPS = 'The VM has attached volume groups: the backup is crash-inconsistent.';
export const NOT_FOUND = 'The VM was not found in the cluster.';
export const STOPPED = 'The job was stopped.';

/**
 * Starts the work on a VM: the snapshot is taken now, and what the guest writes from here on is not in this point. Only blocks changed
 * since the chain's newest point are read; the first time all that were ever written. D:ahv_changed_block_tracking
 */
export const beginTask = (
  veeam: Veeam,
  run: Run,
  task: RunTask,
  running: { readonly jobs: number; readonly tasks: number },
  now: number,
): void => {
  const { estate } = veeam;
  const fault = estate.faults.at('veeam.run', task.origin);
  const vm = estate.vms.get(task.vmId);
  const obstacle = obstacleTo(veeam, vm, fault);
  if (!vm || obstacle !== null) {
    fail(task, obstacle ?? NOT_FOUND, now);
    return;
  }

  const base = task.kind === 'full' ? undefined : chainOf(veeam, run.jobId, vm.id).at(-1);
  const read = freeze(veeam, vm, task, base, fault?.kind === 'lostCbt');
  task.status = 'InProgress';
  task.startedAt = now;
  task.snapshot = snapshotOf(vm, now);
  task.rate = backupRate(veeam, running) / (fault?.kind === 'slow' ? Number(fault.detail.factor ?? 4) : 1);
  task.toRead = read.bytesRead;
  task.toStore = read.bytesStored;
  task.disks = read.disks;
  if (fault?.kind === 'lostCbt' || !base) task.kind = 'full';
  task.reason = warningOf(vm, fault);
  task.doomed = fault?.kind === 'diskFull' ? FULL : null;
  task.stuckAt = fault?.kind === 'stuckProgress' ? Number(fault.detail.percent ?? 25) : null;
  task.readyAt =
    task.stuckAt === null ? now + estate.scaled(TASK_PREPARES_MS + (task.toRead / task.rate) * 1000) : null;
};

const obstacleTo = (veeam: Veeam, vm: LabVm | undefined, fault: Fault | undefined): string | null => {
  if (vm?.platform !== 'ahv') return NOT_FOUND;
  if (fault?.kind === 'refused') return String(fault.detail.message ?? 'Failed to create a VM snapshot.');
  return fault?.kind === 'noLicence' || !holdInstance(veeam, vm) ? NONE_FREE : null;
};

/** Everything is read: the point exists, or the repository has no room for it. */
export const endTask = (veeam: Veeam, run: Run, task: RunTask, now: number): void => {
  const job = veeam.jobs.get(run.jobId);
  const lack = task.toStore > freeBytes(veeam) ? FULL : null;
  const failure = task.doomed ?? lack ?? (job && task.snapshot ? null : 'The job does not exist any more.');
  if (failure || !job || !task.snapshot) {
    discard(veeam, task);
    fail(task, failure ?? '', now);
    return;
  }
  const point: Point = {
    id: task.pointId,
    backupId: backupOf(veeam, job).id,
    runId: run.id,
    vmId: task.vmId,
    vmName: task.vmName,
    origin: task.origin,
    createdAt: task.snapshot.at,
    completedAt: now,
    disks: task.disks,
    snapshot: task.snapshot,
    kind: task.kind,
    storedBytes: task.toStore,
  };
  veeam.points.put(point.id, point);
  task.status = task.reason ? 'Warning' : 'Success';
  task.endedAt = now;
  veeam.estate.log('point.created', {
    point: point.id,
    origin: point.origin,
    run: run.id,
    disks: point.disks.map((disk) => disk.file),
    sourcePower: point.snapshot.power,
  });
};

/** VMs already processed keep their points; the others get none. D:ahv_start_job */
export const stopTask = (veeam: Veeam, task: RunTask, now: number): void => {
  if (task.endedAt !== null) return;
  discard(veeam, task);
  fail(task, STOPPED, now);
};

const fail = (task: RunTask, reason: string, now: number): void => {
  task.status = 'Failed';
  task.reason = reason;
  task.endedAt = now;
};

const discard = (veeam: Veeam, task: RunTask): void => {
  for (const disk of task.disks) veeam.estate.disks.remove(disk.file);
  task.disks = [];
};

/** Share of a task that is done, from the clock. */
export const percentOf = (veeam: Veeam, task: RunTask): number => {
  if (task.status === 'Pending' || task.startedAt === null) return 0;
  if (task.endedAt !== null) return 100;
  const elapsed = veeam.estate.now() - task.startedAt;
  const whole = veeam.estate.scaled(TASK_PREPARES_MS + (task.toRead / task.rate) * 1000);
  return Math.min(Math.floor((elapsed / whole) * 100), task.stuckAt ?? 99);
};

const warningOf = (vm: LabVm, fault: Fault | undefined): string => {
  if (fault?.kind === 'lostCbt') return LOST_CBT;
  const groups = vm.extra['ahv.volumeGroups'];
  return Array.isArray(groups) && groups.length > 0 ? VOLUME_GROUPS : '';
};

const snapshotOf = (vm: LabVm, at: number): Snapshot => ({
  at,
  power: vm.power,
  firmware: vm.firmware,
  cpus: vm.cpus,
  memoryMb: vm.memoryMb,
  macs: vm.nics.map((nic) => nic.mac),
  guest: vm.guest,
});

interface Reading {
  readonly disks: FrozenDisk[];
  readonly bytesRead: number;
  readonly bytesStored: number;
}

/** Freezes every disk as it is at this instant: the newest point's content with the changed blocks over it, or a whole copy. */
const freeze = (veeam: Veeam, vm: LabVm, task: RunTask, base: Point | undefined, lostCbt: boolean): Reading => {
  const { disks } = veeam.estate;
  const parts = vm.disks.map((disk, n) => {
    const file = `veeam-${task.pointId}-${n}`;
    const before = base?.disks.find((each) => each.source === disk.file && disks.exists(each.file));
    const changed = disks.changedSince(disk.file, before?.epoch ?? 0);
    const epoch = disks.checkpoint(disk.file);
    if (before && !lostCbt) {
      disks.clone(before.file, file);
      disks.copyBlocks(disk.file, file, changed);
    } else {
      disks.clone(disk.file, file);
    }
    const stored = changed.length * BLOCK;
    const frozen: FrozenDisk = { source: disk.file, file, bytes: disk.bytes, boot: disk.boot, epoch };
    return { frozen, stored, read: lostCbt ? disks.allocatedBytes(disk.file) : stored };
  });
  return {
    disks: parts.map(({ frozen }) => frozen),
    bytesRead: parts.reduce((sum, each) => sum + each.read, 0),
    bytesStored: parts.reduce((sum, each) => sum + each.stored, 0),
  };
};
