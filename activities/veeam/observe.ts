import type { ApplicationFailure } from '@temporalio/common';
import type { VmRef } from '../../domain/vm.ts';
import { mishap } from '../contracts/mishap.ts';
import type { MoverOrder } from '../contracts/mover.ts';
import { isTrueAt } from '../http/reading.ts';
import type { Where } from './failures.ts';
import type { Look, StagedVm } from './mount-words.ts';
import type { Veeam } from './parts.ts';
import { type Standing, standingOf } from './standing.ts';

/** One look at mounts, restores and staged VMs, and what it means for this journey. */
export interface Observed {
  readonly where: Where;
  readonly host: string;
  readonly standing: Standing;
}

type Asked = MoverOrder & { readonly successor?: VmRef | null };

const seenIn = (veeam: Veeam, order: Asked, host: string, look: Look): Observed => ({
  where: { at: veeam.at, vm: order.vm.name },
  host,
  standing: standingOf(look, {
    journey: order.journey,
    hop: order.hop,
    name: order.landing.name,
    started: isTrueAt(veeam.attempt().before, 'started'),
    successor: order.successor?.id ?? null,
  }),
});

/** A look that began after the question. */
export const observe = async (veeam: Veeam, order: Asked): Promise<Observed> => {
  veeam.attempt().cancelled?.throwIfAborted();
  const host = veeam.hostOf(order.target.instance);
  return seenIn(veeam, order, host, await veeam.mounts.on(host).fresh());
};

/**
 * The look that others share where it says no more than that this verb `goesOn` waiting; else a fresh one, by which alone a verb acts,
 * refuses or ends. A look we made for this very question is as good as a fresh one.
 */
export const observeOrWait = async (
  veeam: Veeam,
  order: Asked,
  goesOn: (standing: Standing) => boolean,
): Promise<Observed> => {
  veeam.attempt().cancelled?.throwIfAborted();
  const host = veeam.hostOf(order.target.instance);
  const { value, isFresh } = await veeam.mounts.on(host).glance();
  const shared = seenIn(veeam, order, host, value);
  return isFresh || goesOn(shared.standing) ? shared : observe(veeam, order);
};

/** Veeam is at work on our mount and nothing has come of it yet. */
export const isUnderWay = (standing: Standing): boolean =>
  standing.is === 'starting' ||
  (standing.is === 'mounted' && !['ready', 'failed'].includes(standing.mount.phase)) ||
  (standing.is === 'mounted' && standing.mount.phase === 'ready' && standing.vm === null);

/** A mount is still being made or taken down; after a stop of ours (`asked`) its VM goes a moment later than the mount. */
export const isGoing = (standing: Standing, asked: boolean): boolean =>
  standing.is === 'starting' ||
  (standing.is === 'mounted' && standing.mount.phase === 'leaving') ||
  (asked && (standing.is === 'migrated' || standing.is === 'foreign'));

export const refOf = (vm: StagedVm): VmRef => ({ id: vm.id, name: vm.name });

/** Something of that name is not ours: nothing is ever taken down or overwritten for a name. V §4.1 */
export const conflict = ({ where, host }: Observed, what: string): ApplicationFailure =>
  mishap.conflict(`There is ${what} on ${host}.`, {
    ...where,
    fix: 'Look whose it is; remove or rename it, or land under another name, then retry.',
  });
