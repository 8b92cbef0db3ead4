import { notFinished } from '../contracts/mishap.ts';
import type { Mover, Settled } from '../contracts/mover.ts';
import { isUnderWay, type Observed, observeOrWait, refOf } from './observe.ts';
import type { Veeam } from './parts.ts';

const nothing: Settled = {
  state: 'none',
  boundary: null,
  operation: null,
  successor: null,
  detail: 'no mount and no staged VM',
};

/** What an observed standing is, for one who only wants to know. */
export const settledOf = (seen: Observed): Settled => {
  const { standing } = seen;
  switch (standing.is) {
    case 'none':
      return nothing;
    case 'starting':
      return notFinished('Veeam is still at the mount');
    case 'foreign':
      return { ...nothing, detail: `nothing of ours; there is ${standing.what}` };
    case 'failed':
      return { ...nothing, state: 'failed', boundary: 'before', detail: `the restore ended ${standing.result}` };
    case 'migrated':
      return { ...nothing, state: 'done', successor: refOf(standing.vm), detail: 'migrated to production' };
    case 'mounted': {
      const { mount, vm } = standing;
      const successor = vm ? refOf(vm) : null;
      if (mount.phase === 'failed')
        return {
          state: 'failed',
          boundary: vm ? 'after' : 'before',
          operation: mount.id,
          successor,
          detail: 'the mount failed',
        };
      if (mount.phase !== 'ready' || !vm)
        return notFinished(`The mount is ${mount.state}, ${mount.percent} %`, `${mount.state} ${mount.percent}`);
      return { state: 'done', boundary: null, operation: mount.id, successor, detail: `mounted (${mount.state})` };
    }
  }
};

/** Waits until the mount or migration has come to rest and says how. Starts and stops nothing. V §4.1 */
export const settle =
  (veeam: Veeam): Mover['settle'] =>
  async (order) =>
    settledOf(await observeOrWait(veeam, order, isUnderWay));
