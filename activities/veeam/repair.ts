import { notFinished } from '../contracts/mishap.ts';
import type { Mover } from '../contracts/mover.ts';
import { note } from '../http/attempt.ts';
import { isTrueAt } from '../http/reading.ts';
import { isGoing, observeOrWait } from './observe.ts';
import type { Veeam } from './parts.ts';
import { settledOf } from './settle.ts';

const STOPPING = note({ stopping: true });

/** Takes a failed mount of ours down, with what it left on the host; a mount that stands is left alone. Safe to repeat. V §3.6 */
export const repair =
  (veeam: Veeam): Mover['repair'] =>
  async (order) => {
    const asked = isTrueAt(veeam.attempt().before, 'stopping');
    const seen = await observeOrWait(veeam, order, (standing) => isGoing(standing, asked));
    const { standing, where } = seen;
    if (asked && (standing.is === 'migrated' || standing.is === 'foreign'))
      return notFinished('The failed mount is gone; Veeam still removes its VM', STOPPING);
    if (standing.is !== 'mounted') return settledOf(seen);
    const { mount } = standing;
    if (mount.phase === 'leaving') return notFinished('The failed mount is being taken down', STOPPING);
    if (mount.phase !== 'failed') return settledOf(seen);
    await veeam.mounts.stop(where, mount.id);
    return notFinished('Veeam was asked to take the failed mount down', STOPPING);
  };
