import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchOrder } from '../domain/batch.ts';

/** From the programme, or a person: the batch of this order begins. `to` is who hears how it went. */
export const beginBatch = defineSignal<[{ readonly to: string }]>('begin');

/** The order as the plan has it now. Refused once the batch was told to begin. */
export const replaceOrder = defineUpdate<void, [BatchOrder]>('replaceOrder');

export const heldOrder = defineQuery<{ readonly order: BatchOrder; readonly begun: boolean }>('order');
