import { queueOf } from '../../domain/address.ts';
import type { HyperVInstance } from '../../domain/estate.ts';
import type { Doing } from '../contracts/cmdlet-failures.ts';
import type { CmdletRunner } from '../contracts/cmdlets.ts';
import type { PlatformOrder } from '../contracts/platform.ts';
import type { Host } from './host.ts';
import type { Vms } from './vms.ts';
import type { Glimpses } from './waiting.ts';

/** What a verb works with. */
export interface HyperV {
  readonly instance: HyperVInstance;
  readonly run: CmdletRunner;
  readonly vms: Vms;
  readonly host: Host;
  readonly glimpses: Glimpses;
  /** Which attempt of the running activity this is, from 1. */
  readonly attempt: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How long a VM must have been up before it is judged. U §3.2 */
  readonly steadyMs: number;
  readonly agentVersion: string;
}

export type WithoutVm = Pick<PlatformOrder, 'to'>;

/** Where and at what a verb is, for the message of a failure. */
export const at = (
  order: WithoutVm & { readonly vm?: { readonly name: string } | null },
  doing: string,
  changed = 'nothing',
): Doing => ({
  at: queueOf(order.to),
  ...(order.vm ? { vm: order.vm.name } : {}),
  doing,
  changed,
});
