import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { LeaseRequest, LeaseTable } from '../domain/capacity.ts';

export const capacityId = (programme: string): string => `capacity/${programme}`;

/** True when it is granted now; else the holder is told by `leaseGranted` when its turn comes. */
export const requestLease = defineUpdate<boolean, [LeaseRequest]>('requestLease');
export const releaseLeaseSignal = defineSignal<[{ readonly holder: string }]>('releaseLease');
/** Limits changed in the plan: what is held stays held. */
export const setLimits = defineSignal<[LeaseTable['limits']]>('setLimits');
export const leases = defineQuery<LeaseTable>('leases');
