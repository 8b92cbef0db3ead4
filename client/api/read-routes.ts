import { z } from 'zod';
import { summaryLine, summaryOf } from '../../domain/listed.ts';
import { type ListFilter, listBatches, listMigrations } from '../../workers/listing.ts';
import { batchId } from '../../workflows/batch-messages.ts';
import { programmeId } from '../../workflows/programme-messages.ts';
import { aroundOf } from '../around.ts';
import { batchHandle, viewBatch } from '../batches.ts';
import { inboxOf, type Waiting } from '../inbox.ts';
import { handleOf, viewMigration } from '../operations.ts';
import { reportOf } from '../report.ts';
import { BatchPath, MigrationPath, migrationAt, Name, nothing } from './asked.ts';
import { Problem } from './problem.ts';
import { type Route, route } from './route.ts';
import { Batch, Listed, Pending, Summary, View, VmReport, Waiting as WaitingShape } from './shapes.ts';

const PAGE = 100;

const count = (most: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'a whole number')
    .transform(Number)
    .pipe(z.int().max(most));

const Filter = z.strictObject({
  programme: Name.optional(),
  batch: Name.optional(),
  phase: Name.optional(),
  owner: Name.optional(),
  runs: z
    .enum(['running', 'open', 'any'])
    .default('open')
    .describe('`open`: what runs, and what is gone without an end.'),
  offset: count(999_999).optional(),
  limit: count(1_000).optional(),
});

const filterOf = ({ programme, batch, phase, owner }: z.output<typeof Filter>): ListFilter => ({
  ...(programme === undefined ? {} : { programme }),
  ...(batch === undefined ? {} : { batch }),
  ...(phase === undefined ? {} : { phase }),
  ...(owner === undefined ? {} : { owner }),
});

/** What waits, with where its answer goes. */
const waitingItem = (one: Waiting) => {
  const { kind, since } = one;
  if (one.kind === 'wave') return { ...one, target: programmeId(one.programme) };
  if (one.kind === 'group') {
    const { programme, batch, gate } = one;
    return { kind, target: batchId(programme, batch), since, programme, batch, group: gate.group, gate };
  }
  if (one.kind === 'turn') {
    const { programme, batch, decided } = one;
    return { kind, target: batchId(programme, batch), since, programme, batch, group: decided.group, decided };
  }
  const { workflowId: target, programme, batch, group, id, name } = one.listed;
  const place = { target, since, programme, batch, group, vm: { id, name } };
  if (one.kind === 'silent') return { kind, ...place, why: one.why };
  const { phase, hop, gate, parked, task = null, legal } = one.view;
  return { kind, ...place, phase, hop, gate, parked, task, legal };
};

export const READ_ROUTES: readonly Route[] = [
  route({
    ...nothing,
    method: 'GET',
    url: '/summary',
    id: 'summary',
    does: 'How many run, wait for you, stall or failed.',
    needs: 'viewer',
    answer: z.object({ summary: Summary, line: z.string() }),
    run: async (_, { reached }) => {
      const summary = summaryOf(await listMigrations(reached.client, 'open'));
      return { summary, line: summaryLine(summary) };
    },
  }),
  route({
    ...nothing,
    method: 'GET',
    url: '/migrations',
    id: 'listMigrations',
    does: 'Every migration on a line, from visibility, which is a moment behind. Sorted by batch, group and name.',
    needs: 'viewer',
    query: Filter,
    answer: z.object({ total: z.number(), offset: z.number(), items: z.array(Listed) }),
    run: async ({ query }, { reached }) => {
      const all = await listMigrations(reached.client, query.runs, filterOf(query));
      const { offset = 0, limit = PAGE } = query;
      return { total: all.length, offset, items: all.slice(offset, offset + limit) };
    },
  }),
  route({
    ...nothing,
    method: 'GET',
    url: '/migrations/:programme/:instance/:id',
    id: 'migration',
    does: 'One migration: its view with the legal verbs, its steps under way, its places in line.',
    needs: 'viewer',
    params: MigrationPath,
    answer: z.object({
      workflowId: z.string(),
      view: View,
      pending: z.array(Pending),
      unserved: z.array(z.string()).describe('Queues its steps wait at that no agent serves.'),
      line: z.array(z.string()).describe('Its places in the lines for what is scarce.'),
    }),
    run: async ({ params }, { reached }) => {
      const workflowId = migrationAt(params);
      const [view, around] = await Promise.all([
        reached.ask(() => viewMigration(handleOf(reached.client, workflowId))),
        aroundOf(reached, { workflowId, programme: params.programme }),
      ]);
      return { workflowId, view, ...around };
    },
  }),
  route({
    ...nothing,
    method: 'GET',
    url: '/batches',
    id: 'listBatches',
    does: 'The batches that run.',
    needs: 'viewer',
    answer: z.object({
      items: z.array(z.object({ workflowId: z.string(), programme: z.string(), batch: z.string() })),
    }),
    run: async (_, { reached }) => ({ items: await listBatches(reached.client) }),
  }),
  route({
    ...nothing,
    method: 'GET',
    url: '/batches/:programme/:batch',
    id: 'batch',
    does: 'One batch: its groups, members and open group gates.',
    needs: 'viewer',
    params: BatchPath,
    answer: z.object({ workflowId: z.string(), view: Batch }),
    run: async ({ params: { programme, batch } }, { reached }) => ({
      workflowId: batchId(programme, batch),
      view: await reached.ask(() => viewBatch(batchHandle(reached.client, programme, batch))),
    }),
  }),
  route({
    ...nothing,
    method: 'GET',
    url: '/inbox',
    id: 'inbox',
    does: 'All that waits for a person, oldest first, with what a decision on it must name.',
    needs: 'viewer',
    answer: z.object({ items: z.array(WaitingShape) }),
    run: async (_, { reached }) => ({ items: (await inboxOf(reached)).map(waitingItem) }),
  }),
  route({
    ...nothing,
    method: 'GET',
    url: '/reports/:batch',
    id: 'report',
    does: 'How the VMs of a batch came out, or stand: ends, outages, bytes, who decided what.',
    needs: 'viewer',
    params: z.object({ batch: Name }),
    query: z.strictObject({ programme: Name.optional() }),
    answer: z.object({ batch: z.string(), vms: z.array(VmReport) }),
    run: async ({ params: { batch }, query: { programme } }, { reached, records }) => {
      const vms = await reportOf(reached, records, batch, programme);
      if (vms.length > 0) return { batch, vms };
      throw new Problem(404, `Nothing is known of a batch ${batch}.`, 'GET /migrations?runs=any lists what was moved.');
    },
  }),
];
