import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover, OperationOrder } from '../contracts/mover.ts';
import { note } from '../http/attempt.ts';
import { textAt } from '../http/reading.ts';
import type { Mount, StagedVm } from './mount-words.ts';
import { conflict, type Observed, observeOrWait } from './observe.ts';
import { giveScheduleBack } from './our-job.ts';
import type { Veeam } from './parts.ts';
import type { Standing } from './standing.ts';

const begin = async (veeam: Veeam, { where }: Observed, mount: Mount): Promise<never> => {
  const session = await veeam.mounts.migrate(where, mount.id);
  return notFinished(
    'Veeam was asked to migrate it to production',
    note({ migration: session ?? 'asked', percent: '0' }),
  );
};

const migrate = async (veeam: Veeam, seen: Observed, mount: Mount): Promise<never> => {
  const { where } = seen;
  const asked = textAt(veeam.attempt().before, 'migration');
  const kept = note({ migration: asked ?? 'seen', state: mount.state, percent: mount.percent });
  if (mount.phase === 'failed')
    throw mishap.vendor('The mount failed before it was migrated.', {
      ...where,
      changed: 'the staged VM still reads from the backup',
      fix: 'Read the session in Veeam; roll back, or mend the cause and retry.',
    });
  if (mount.phase !== 'ready') return notFinished(`It is being migrated: ${mount.state}, ${mount.percent} %`, kept);
  if (!asked) return begin(veeam, seen, mount);
  const session = asked === 'asked' || asked === 'seen' ? null : await veeam.mounts.migration(where, asked);
  if (session && !session.working && session.result === 'Failed')
    throw mishap.vendor('Veeam could not migrate the staged VM to production.', {
      ...where,
      changed: 'the mount is still there: nothing is lost',
      fix: 'Look for room on the staging storage, mend what Veeam names, then retry.',
      facts: { session: asked },
    });
  return notFinished(`It is being migrated: ${mount.percent} %`, kept);
};

const isMoving = (standing: Standing): boolean =>
  (standing.is === 'mounted' && !['ready', 'failed'].includes(standing.mount.phase)) ||
  (standing.is === 'migrated' && standing.vm.merging);

const flat = async (veeam: Veeam, order: OperationOrder, { where, host }: Observed, vm: StagedVm): Promise<void> => {
  if (vm.merging) notFinished('Its disks are still being merged', 'merging');
  const isFlat = await veeam.mounts.isFlat(where, host, vm.id);
  if (isFlat === null)
    throw mishap.missing(`${order.landing.name} has no disk on ${host}.`, {
      ...where,
      fix: 'Look at the staged VM, then retry.',
    });
  if (!isFlat) notFinished('Its disks are still being merged', 'merging');
};

/**
 * Migrates the mount to production, once. Done is what can be seen: the mount is gone, the VM is there, and every disk is a
 * file of its own. From here on Veeam's own undo is gone. Safe to repeat. V §1.5.3, §4.1
 */
export const commit =
  (veeam: Veeam): Mover['commit'] =>
  async (order) => {
    const seen = await observeOrWait(veeam, order, isMoving);
    const { standing, where } = seen;
    if (standing.is === 'foreign') throw conflict(seen, standing.what);
    if (standing.is === 'mounted') return migrate(veeam, seen, standing.mount);
    if (standing.is !== 'migrated')
      throw mishap.missing(`Neither a mount nor a staged VM of ${order.landing.name} is there any more.`, {
        ...where,
        changed: 'the staged VM is gone: its mount was taken down',
        fix: 'Roll back to the source; the restore point is still there.',
        likely: 'Somebody stopped publishing it, or the backup server failed over to its other node.',
      });
    await flat(veeam, order, seen, standing.vm);
    await giveScheduleBack(veeam, order.item, order);
    return { committed: true };
  };
