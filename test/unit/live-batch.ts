import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { batchOrder } from '../../client/batches.ts';
import { diffPlan, type PlanDiff } from '../../client/plan-edit/diff.ts';
import { type LiveBatch, liveRows } from '../../client/plan-edit/live.ts';
import { type BatchState, newBatch, started } from '../../domain/batch.ts';
import { editionOf } from '../../domain/batch-edit.ts';
import type { Plan } from '../../domain/plan.ts';
import { readPlan } from '../../plan/read-plan.ts';
import { liveSheet } from '../../plan/roster/live-sheet.ts';
import { type Example, goodPlan, NOW, readWritten, type Written } from './plan-example.ts';

/** A batch under way as `plan diff` reads it, its members running unless `change` says otherwise. */
export const liveBatch = (
  plan: Plan,
  name: string,
  change: (state: BatchState) => BatchState = (s) => s,
): LiveBatch => {
  const order = batchOrder(plan, name);
  const state = change(order.members.reduce((next, { id }) => started(next, id), newBatch(order)));
  return {
    name,
    handle: {} as LiveBatch['handle'],
    state,
    edition: editionOf(state),
    leaving: state.members.filter(({ removed, status }) => removed && status === 'running'),
    members: state.members.flatMap((member) => {
      const found = order.members.find(({ id }) => id === member.id);
      return found && !member.removed ? [{ member, order: { ...found.order, group: member.group }, view: null }] : [];
    }),
  };
};

export const sheetOf = (...batches: readonly LiveBatch[]): string => liveSheet(batches.flatMap(liveRows));

/** What an edited sheet would change; refusals name the files without their folder. */
export const differ = async (
  { yaml, csv }: Written,
  live: readonly LiveBatch[],
  asked: { readonly batch?: string; readonly now?: number } = {},
): Promise<PlanDiff> => {
  const dir = await mkdtemp(join(tmpdir(), 'tranship-edit-'));
  try {
    const files = { planPath: join(dir, 'plan.yaml'), csvPath: join(dir, 'vms.csv') };
    await Promise.all([writeFile(files.planPath, yaml), writeFile(files.csvPath, csv)]);
    const read = await readPlan({ ...files, now: 0, underWay: true });
    const local = <T extends { readonly file: string }>(at: T): T => ({ ...at, file: at.file.slice(dir.length + 1) });
    if ('refusals' in read) {
      const refusals = read.refusals.map(local);
      return { changes: [], refusals, unchanged: 0, notes: [], seen: '' };
    }
    const found = diffPlan({ ...read, file: files.csvPath, live, now: NOW, ...asked });
    return {
      ...found,
      refusals: found.refusals.map(local),
      changes: found.changes.map((each) => ({ ...each, at: local(each.at) })),
    };
  } finally {
    await rm(dir, { recursive: true });
  }
};

export const readExample = async (example: Example): Promise<Plan> => goodPlan(await readWritten(example));

/** A row in the columns of a sheet. */
export const rowFor = (csv: string, cells: Readonly<Record<string, string>>): string =>
  (csv.replace('\uFEFF', '').split('\n')[0] ?? '')
    .split(',')
    .map((column) => cells[column] ?? '')
    .join(',');
