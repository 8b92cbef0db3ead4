import type { ApplicationFailure } from '@temporalio/common';
import type { VmRef } from '../../domain/vm.ts';
import { mishap } from '../contracts/mishap.ts';
import type { MoverOrder } from '../contracts/mover.ts';
import { isTrueAt } from '../http/reading.ts';
import type { Where } from './failures.ts';
import type { StagedVm } from './mount-words.ts';
import type { Veeam } from './parts.ts';
import { type Standing, standingOf } from './standing.ts';

/** One look at mounts, restores and staged VMs, and what it means for this journey. Who acts on an absence looks `fresh`. */
export interface Observed {
  readonly where: Where;
  readonly host: string;
  readonly standing: Standing;
}

export const observe = async (
  veeam: Veeam,
  order: MoverOrder & { readonly successor?: VmRef | null },
  fresh = false,
): Promise<Observed> => {
  const where = { at: veeam.at, vm: order.vm.name };
  const host = veeam.hostOf(order.target.instance);
  const look = await veeam.mounts.look(where, host, fresh);
  const standing = standingOf(look, {
    journey: order.journey,
    hop: order.hop,
    name: order.landing.name,
    started: isTrueAt(veeam.attempt().before, 'started'),
    successor: order.successor?.id ?? null,
  });
  return { where, host, standing };
};

export const refOf = (vm: StagedVm): VmRef => ({ id: vm.id, name: vm.name });

/** Something of that name is not ours: nothing is ever taken down or overwritten for a name. V §4.1 */
export const conflict = ({ where, host }: Observed, what: string): ApplicationFailure =>
  mishap.conflict(`There is ${what} on ${host}.`, {
    ...where,
    fix: 'Look whose it is; remove or rename it, or land under another name, then retry.',
  });
