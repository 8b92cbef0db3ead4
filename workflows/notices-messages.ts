import { defineQuery, defineSignal } from '@temporalio/workflow';
import type { NoticesOrder } from '../activities/contracts/notices.ts';

export const noticesId = (programme: string): string => `notices/${programme}`;

/** The receivers as the plan has them now. */
export const tellThese = defineSignal<[NoticesOrder]>('tellThese');
export const stopNotices = defineSignal('stopNotices');
export const noticesOrder = defineQuery<NoticesOrder>('order');
