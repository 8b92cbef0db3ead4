import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Amounts, LeaseRequest, LeaseTable, Purpose, Rules, Trade } from '../domain/capacity.ts';
import type { Waiting } from '../domain/capacity-words.ts';

export const capacityId = (programme: string): string => `capacity/${programme}`;

/** Answers with what of it waits, and why; the holder is told of each by `leaseGranted` when its turn comes. */
export const requestLeases = defineUpdate<readonly Waiting[], [LeaseRequest]>('requestLeases');
/** What came of one trade: what of it waits, and why; or why it was refused, which changes nothing for the others. */
export type Traded = { readonly waiting: readonly Waiting[] } | { readonly refused: string };
/** Trades of several holders, in the order they came: the workflow is told once. */
export const tradeLeases = defineUpdate<readonly Traded[], [readonly Trade[]]>('tradeLeases');
export interface RoomAsked {
  readonly holder: string;
  readonly amounts: Amounts;
}
/** The room on staging alone, as journeys of the first version ask for it: true when it is granted now. */
export const requestLease = defineUpdate<boolean, [RoomAsked]>('requestLease');
/** All of them where no purpose is named. */
export const releaseLeaseSignal =
  defineSignal<[{ readonly holder: string; readonly purposes?: readonly Purpose[] }]>('releaseLease');
/** Limits changed in the plan: what is held stays held. */
export const setLimits = defineSignal<[Rules]>('setLimits');
export const leases = defineQuery<LeaseTable>('leases');
/** Everyone who waits, with place and reason. */
export const line = defineQuery<readonly Waiting[]>('line');
