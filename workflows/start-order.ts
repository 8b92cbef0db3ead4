import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { BatchOrder } from '../domain/batch.ts';
import { counted } from '../domain/counted.ts';
import type { JourneyOrder } from '../domain/plan.ts';
import { batchId } from './batch-messages.ts';

const keyword = (name: string) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

/** `vm/<programme>/<instance>/<uuid>`: starting twice finds the first. */
export const migrationId = (order: JourneyOrder): string => {
  const from = order.hops[0]?.from.instance ?? 'unknown';
  return `vm/${order.programme}/${from}/${order.source.id}`;
};

/** How a migration shows itself to the server from its start on, whoever starts it. The memo is what lists are printed from. */
export const migrationStart = (order: JourneyOrder) => ({
  workflowId: migrationId(order),
  // What an orchestrator had in hand when it was lost is given to the next one after this time; ten seconds by default.
  workflowTaskTimeout: '5s' as const,
  staticSummary: `${order.name}: ${order.hops.map((hop) => hop.from.product).join(' → ')} → ${order.hops.at(-1)?.to.product}`,
  memo: { name: order.name, id: order.source.id, group: order.group },
  typedSearchAttributes: [
    { key: keyword('Programme'), value: order.programme },
    { key: keyword('Batch'), value: order.batch },
    { key: keyword('Phase'), value: 'Planned' },
    { key: defineSearchAttributeKey('Hop', SearchAttributeType.INT), value: 1 },
    { key: keyword('Path'), value: order.path },
    { key: keyword('Owner'), value: order.owner },
  ],
});

/** How a batch shows itself to the server from its start on, whoever starts it. */
export const batchStart = (order: BatchOrder) => ({
  workflowId: batchId(order.programme, order.name),
  workflowTaskTimeout: '5s' as const,
  staticSummary: `${order.name}: ${counted(order.members.length, 'VM')} in ${counted(order.groups.length, 'group')}`,
  typedSearchAttributes: [
    { key: keyword('Programme'), value: order.programme },
    { key: keyword('Batch'), value: order.name },
  ],
});
