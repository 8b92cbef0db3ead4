import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { LeaseRequest, LeaseTable } from '../domain/capacity.ts';

export const capacityId = (programme: string): string => `capacity/${programme}`;

export const requestLease = defineSignal<[LeaseRequest]>('requestLease');
export const releaseLeaseSignal = defineSignal<[{ readonly holder: string }]>('releaseLease');
/** Limits changed in the plan: what is held stays held. */
export const setLimits = defineSignal<[LeaseTable['limits']]>('setLimits');
export const leases = defineQuery<LeaseTable>('leases');
