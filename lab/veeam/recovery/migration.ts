import { randomUUID } from 'node:crypto';
import type { Fault } from '../../estate/types.ts';
import { restoreRate } from '../backup/rate.ts';
import { MERGE_MS, MIGRATION_PREPARES_MS } from '../durations.ts';
import type { Migration, Mount } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { byOf, NO_SPACE, PROTECTIVE_CHECKPOINT } from './dummy-vm.ts';
import { endSession, logMount } from './mounts.ts';

/** Begins to copy the disks of a ready mount to the host while the VM may run. */
export const startMigration = (veeam: Veeam, mount: Mount, fault: Fault | undefined): Migration =>
  veeam.together(() => {
    const { estate } = veeam;
    const now = estate.now();
    const rate = restoreRate(veeam);
    const bytes = (estate.vms.get(mount.vmId)?.disks ?? []).reduce(
      (sum, disk) => sum + estate.disks.allocatedBytes(disk.file),
      0,
    );
    const migration: Migration = {
      id: randomUUID(),
      mountId: mount.id,
      vmName: mount.options.vmName,
      createdAt: now,
      bytes,
      rate,
      stuckAt: fault?.kind === 'stuckProgress' ? Number(fault.detail.percent ?? 25) : null,
      doomed: fault?.kind === 'diskFull' ? NO_SPACE : null,
      readyAt: now + estate.scaled(MIGRATION_PREPARES_MS + (bytes / rate) * 1000),
      state: 'Working',
      result: 'None',
      endedAt: null,
    };
    veeam.migrations.put(migration.id, migration);
    veeam.mounts.put(mount.id, { ...mount, state: 'migrating', due: null, migrationId: migration.id });
    logMount(veeam, 'mount.migrating', mount);
    return migration;
  });

export const percentCopied = (veeam: Veeam, migration: Migration): number => {
  if (migration.endedAt !== null) return 100;
  const share = (veeam.estate.now() - migration.createdAt) / (migration.readyAt - migration.createdAt);
  return Math.min(Math.floor(share * 100), migration.stuckAt ?? 99);
};

export const moveMigrations = (veeam: Veeam, now: number): void => {
  for (const mount of valuesOf(veeam.mounts)) {
    const migration = mount.migrationId === null ? undefined : veeam.migrations.get(mount.migrationId);
    if (mount.state !== 'migrating' || !migration || migration.stuckAt !== null || now < migration.readyAt) continue;
    veeam.together(() => {
      const failure = migration.doomed ?? (veeam.estate.vms.get(mount.vmId) ? null : 'The VM does not exist any more.');
      if (failure === null) finish(veeam, mount, migration, now);
      else giveUp(veeam, mount, migration, now);
    });
  }
};

const giveUp = (veeam: Veeam, mount: Mount, migration: Migration, now: number): void => {
  veeam.migrations.put(migration.id, { ...migration, state: 'Stopped', result: 'Failed', endedAt: now });
  veeam.mounts.put(mount.id, { ...mount, state: 'ready', migrationId: null, message: migration.doomed ?? '' });
};

/** Session and mount are over when everything is copied; Hyper-V still merges the checkpoint for a while. V §3.2 */
const finish = (veeam: Veeam, mount: Mount, migration: Migration, now: number): void => {
  const by = byOf('Start-VBRHvInstantRecoveryMigration', mount);
  const due = now + veeam.estate.scaled(MERGE_MS);
  veeam.migrations.put(migration.id, { ...migration, state: 'Stopped', result: 'Success', endedAt: now });
  endSession(veeam, mount.id, 'Success');
  veeam.mounts.delete(mount.id);
  const { id: mountId, pointId, origin, vmId, reason } = mount;
  veeam.merges.put(mountId, { mountId, pointId, origin, vmId, reason, by, due });
  veeam.estate.vms.change(mount.vmId, by, (vm) => {
    vm.extra['hyperV.snapshots'] = checkpointsOf(vm.extra).map((each) =>
      each.name === PROTECTIVE_CHECKPOINT ? { ...each, mergedAt: due } : each,
    );
  });
};

const checkpointsOf = (extra: Record<string, unknown>): readonly Record<string, unknown>[] =>
  (extra['hyperV.snapshots'] ?? []) as readonly Record<string, unknown>[];

/** Now the disks stand alone. */
export const moveMerges = (veeam: Veeam, now: number): void => {
  for (const merge of valuesOf(veeam.merges)) {
    if (now < merge.due) continue;
    veeam.together(() => {
      veeam.merges.delete(merge.mountId);
      if (!veeam.estate.vms.get(merge.vmId)) return;
      veeam.estate.vms.change(merge.vmId, merge.by, (vm) => {
        vm.disks = vm.disks.map((disk) => ({ ...disk, parent: null }));
        vm.extra['hyperV.snapshots'] = checkpointsOf(vm.extra).filter(({ name }) => name !== PROTECTIVE_CHECKPOINT);
      });
      logMount(veeam, 'mount.migrated', { ...merge, id: merge.mountId });
    });
  }
};
