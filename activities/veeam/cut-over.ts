import { mishap, notFinished } from '../contracts/mishap.ts';
import type { CutOver, CutOverOrder, Mover } from '../contracts/mover.ts';
import { note } from '../http/attempt.ts';
import type { Mount, StagedVm } from './mount-words.ts';
import { conflict, isUnderWay, type Observed, observeOrWait, refOf } from './observe.ts';
import type { Veeam } from './parts.ts';
import type { Standing } from './standing.ts';

const folderOf = ({ landing }: CutOverOrder): string =>
  `${landing.storagePath.replace(/[\\/]+$/, '')}\\${landing.name}`;

/** Mounts the point under the landing's name: off, unplugged, with its MACs, and our token as the reason. V §1.5.1 */
const start = async (veeam: Veeam, order: CutOverOrder, { where, host }: Observed): Promise<never> => {
  if (order.point === null)
    throw mishap.unsafe('There is no restore point of the final run: nothing is mounted.', {
      ...where,
      fix: 'Retry from the final synchronise.',
    });
  await veeam.mounts.start(where, {
    host,
    point: order.point,
    vmName: order.landing.name,
    folder: folderOf(order),
    reason: order.token,
  });
  return notFinished(
    `Veeam was asked to mount ${order.landing.name}`,
    note({ started: true, state: 'asked', percent: '0' }),
  );
};

const ready = (order: CutOverOrder, { where }: Observed, mount: Mount, vm: StagedVm | null): CutOver => {
  if (!vm)
    return notFinished(
      `${order.landing.name} is mounted, but its host does not list it yet`,
      note({ started: true, state: 'unlisted' }),
    );
  if (vm.state !== 'Off')
    throw mishap.unsafe(`${vm.name} is ${vm.state}: it was to arrive off.`, {
      ...where,
      changed: 'the staged VM exists',
      fix: 'Find out who started it and turn it off, then retry.',
    });
  return { successor: refOf(vm), operation: mount.id, state: 'off', mounted: true };
};

const isMounting = (standing: Standing): boolean =>
  isUnderWay(standing) && !(standing.is === 'mounted' && ['moving', 'leaving'].includes(standing.mount.phase));

/**
 * Instant Recovery to the staging host, started once: our token in the mount's reason or in the history of restores is
 * looked for first, then a VM of the landing's name, which is a conflict when it is not ours. Safe to repeat. V §1.5, §4.1
 */
export const cutOver =
  (veeam: Veeam): Mover['cutOver'] =>
  async (order) => {
    const seen = await observeOrWait(veeam, order, isMounting);
    const { standing, where } = seen;
    switch (standing.is) {
      case 'none':
        return start(veeam, order, seen);
      case 'starting':
        return notFinished(
          `Veeam prepares the mount of ${order.landing.name}`,
          note({ started: true, state: 'starting' }),
        );
      case 'foreign':
        throw conflict(seen, standing.what);
      case 'migrated':
        throw conflict(seen, `${standing.vm.name}, migrated to production already,`);
      case 'failed':
        throw mishap.vendor(`The Instant Recovery of ${order.landing.name} ended ${standing.result}.`, {
          ...where,
          changed: 'nothing is left of it',
          fix: 'Read the restore session in Veeam, mend the cause, then retry.',
        });
      case 'mounted':
        break;
    }
    const { mount, vm } = standing;
    if (mount.phase === 'ready') return ready(order, seen, mount, vm);
    if (mount.phase === 'failed')
      throw mishap.vendor(`The mount of ${order.landing.name} failed.`, {
        ...where,
        changed: vm ? 'a half-made VM stands on the staging host' : 'nothing is left of it',
        fix: 'Read the restore session in Veeam and mend the cause; repair takes the mount down, retry mounts again.',
        facts: { mount: mount.id },
      });
    if (mount.phase === 'moving' || mount.phase === 'leaving')
      throw conflict(seen, `our mount of ${order.landing.name}, which somebody else is taking away (${mount.state}),`);
    return notFinished(
      `${order.landing.name} is being mounted: ${mount.state}, ${mount.percent} %`,
      note({ started: true, state: mount.state, percent: mount.percent }),
    );
  };
