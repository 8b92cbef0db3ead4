import { mishap, notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import { note } from '../http/attempt.ts';
import { isTrueAt } from '../http/reading.ts';
import { isGoing, observeOrWait } from './observe.ts';
import { giveScheduleBack } from './our-job.ts';
import type { Veeam } from './parts.ts';

const STOPPING = note({ stopping: true });

/**
 * Stops publishing our mount: the staged VM and what was written in it are gone, and that is observed. Only before commit,
 * and only what carries our token; after commit nothing is done and the successor is said to be there. What is not ours is left
 * alone: ours is gone then. Safe to repeat. V §1.2, §4.1
 */
export const abandon =
  (veeam: Veeam): Mover['abandon'] =>
  async (order) => {
    const asked = isTrueAt(veeam.attempt().before, 'stopping');
    const seen = await observeOrWait(veeam, order, (standing) => isGoing(standing, asked));
    const { standing, where } = seen;
    if (asked && (standing.is === 'migrated' || standing.is === 'foreign'))
      return notFinished('The mount is gone; Veeam still removes its VM', STOPPING);
    switch (standing.is) {
      case 'starting':
        return notFinished('Veeam is still at the mount; it is taken down when it stands');
      case 'none':
      case 'failed':
      case 'foreign':
        await giveScheduleBack(veeam, order.item, order);
        return { successorGone: true };
      case 'migrated':
        return { successorGone: false };
      case 'mounted':
        break;
    }
    const { mount } = standing;
    if (mount.phase === 'moving')
      throw mishap.refused('The staged VM is being migrated to production: its mount cannot be taken down any more.', {
        ...where,
        fix: 'Wait until it has ended, then roll back by deleting the staged VM behind its gate.',
      });
    if (mount.phase === 'leaving') return notFinished('The mount is being taken down', STOPPING);
    await veeam.mounts.stop(where, mount.id);
    return notFinished('Veeam was asked to take the mount down', STOPPING);
  };
