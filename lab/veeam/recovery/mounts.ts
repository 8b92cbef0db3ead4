import { randomUUID } from 'node:crypto';
import type { Fault } from '../../estate/types.ts';
import { MOUNT_OPENS_MS, MOUNT_STARTS_MS, MOUNT_STATELESS_MS, MOUNT_STOPS_MS } from '../durations.ts';
import type { Mount, MountOptions, Point, RestoreSession } from '../records.ts';
import { type Veeam, valuesOf } from '../tables.ts';
import { byOf, isNameTaken, lackOfSpace, makeDummyVm, NO_SPACE } from './dummy-vm.ts';

const flawOf = (fault: Fault | undefined): Mount['flaw'] =>
  fault?.kind === 'noBoot' || fault?.kind === 'diskFull' || fault?.kind === 'stuckProgress' ? fault.kind : null;

/** Makes the session; the VM appears by the clock. */
export const startMount = (
  veeam: Veeam,
  order: { readonly point: Point; readonly options: MountOptions; readonly reason: string },
  fault: Fault | undefined,
): Mount =>
  veeam.together(() => {
    const { point, options, reason } = order;
    const now = veeam.estate.now();
    const mount: Mount = {
      id: randomUUID(),
      pointId: point.id,
      origin: point.origin,
      vmId: randomUUID(),
      createdAt: now,
      options,
      reason,
      state: 'created',
      due: after(veeam, MOUNT_STATELESS_MS),
      flaw: flawOf(fault),
      migrationId: null,
      message: '',
    };
    veeam.mounts.put(mount.id, mount);
    veeam.restores.put(mount.id, sessionOf(mount));
    logMount(veeam, 'mount.started', mount);
    return mount;
  });

const sessionOf = (mount: Mount): RestoreSession => ({
  id: mount.id,
  vmName: mount.options.vmName,
  reason: mount.reason,
  createdAt: mount.createdAt,
  pointId: mount.pointId,
  state: 'Starting',
  result: 'None',
  endedAt: null,
  message: '',
});

export const logMount = (
  veeam: Veeam,
  kind: 'mount.started' | 'mount.ready' | 'mount.migrating' | 'mount.migrated' | 'mount.stopped',
  { id, origin, pointId, vmId, reason }: Pick<Mount, 'id' | 'origin' | 'pointId' | 'vmId' | 'reason'>,
): void => veeam.estate.log(kind, { mount: id, origin, point: pointId, vm: vmId, reason });

/** Takes the VM away with everything written in it; nothing brings that back. V §1.5.2 */
export const stopMount = (veeam: Veeam, mount: Mount): void =>
  veeam.mounts.put(mount.id, {
    ...mount,
    state: 'stopping',
    due: after(veeam, MOUNT_STOPS_MS),
  });

/** Tries a failed one once more from the start. */
export const restartMount = (veeam: Veeam, mount: Mount): void => {
  const due = after(veeam, MOUNT_STATELESS_MS);
  const again: Mount = { ...mount, state: 'created', due, flaw: null, message: '' };
  veeam.together(() => {
    veeam.mounts.put(mount.id, again);
    veeam.restores.put(mount.id, sessionOf(again));
  });
};

export const endSession = (veeam: Veeam, id: string, result: RestoreSession['result'], message = ''): void => {
  const session = veeam.restores.get(id);
  if (!session) return;
  veeam.restores.put(id, { ...session, state: 'Stopped', result, message, endedAt: veeam.estate.now() });
};

export const moveMounts = (veeam: Veeam, now: number): void => {
  for (const mount of valuesOf(veeam.mounts)) {
    if (mount.due === null || now < mount.due) continue;
    veeam.together(() => steps[mount.state]?.(veeam, mount));
  }
};

type Step = (veeam: Veeam, mount: Mount) => void;

const after = (veeam: Veeam, ms: number): number => veeam.estate.now() + veeam.estate.scaled(ms);

const work: Step = (veeam, mount) => {
  const due = after(veeam, MOUNT_STARTS_MS - MOUNT_STATELESS_MS);
  veeam.mounts.put(mount.id, { ...mount, state: 'starting', due });
  const session = veeam.restores.get(mount.id);
  if (session) veeam.restores.put(mount.id, { ...session, state: 'Working' });
};

const appear: Step = (veeam, mount) => {
  const point = veeam.points.get(mount.pointId);
  const failure = point ? obstacle(veeam, mount, point) : 'The restore point does not exist any more.';
  if (!point || failure !== null) {
    veeam.mounts.put(mount.id, { ...mount, state: 'failed', due: null, message: failure ?? '' });
    endSession(veeam, mount.id, 'Failed', failure ?? '');
    return;
  }
  makeDummyVm(veeam.estate, mount, point);
  const isStuck = mount.flaw === 'stuckProgress';
  const due = isStuck ? null : after(veeam, MOUNT_OPENS_MS - MOUNT_STARTS_MS);
  veeam.mounts.put(mount.id, { ...mount, state: 'mounting', due });
};

const obstacle = (veeam: Veeam, mount: Mount, point: Point): string | null => {
  if (mount.flaw === 'diskFull') return NO_SPACE;
  if (isNameTaken(veeam.estate, mount.options.vmName)) return `A VM named ${mount.options.vmName} exists on the host.`;
  const size = point.disks.reduce((sum, disk) => sum + disk.bytes, 0);
  return lackOfSpace(veeam.estate, mount.options.path, mount.options.preallocate ? size : 0);
};

const open: Step = (veeam, mount) => {
  veeam.mounts.put(mount.id, { ...mount, state: 'ready', due: null });
  if (mount.options.powerUp) veeam.estate.vms.powerOn(mount.vmId, byOf('Start-VBRHvInstantRecovery', mount));
  logMount(veeam, 'mount.ready', mount);
};

const end: Step = (veeam, mount) => {
  const by = byOf('Stop-VBRInstantRecovery', mount);
  if (veeam.estate.vms.get(mount.vmId)) veeam.estate.vms.remove(mount.vmId, by, { keepDisks: false });
  veeam.mounts.delete(mount.id);
  if (veeam.restores.get(mount.id)?.state !== 'Stopped') endSession(veeam, mount.id, 'Success');
  logMount(veeam, 'mount.stopped', mount);
};

const steps: Readonly<Partial<Record<Mount['state'], Step>>> = {
  created: work,
  starting: appear,
  mounting: open,
  stopping: end,
};
