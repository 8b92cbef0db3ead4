import { type Listed, type Summary, standingOf, summaryOf } from '../domain/listed.ts';
import { each } from '../workers/each.ts';
import { listMigrations } from '../workers/listing.ts';
import { type Pending, pendingOf } from './pending.ts';
import type { Reached } from './temporal.ts';

/** One VM on the screen, with what its steps last said. */
export interface Watched extends Listed {
  readonly pending: readonly Pending[];
}

/** A batch on the screen: how many VMs it has there, and where they stand. */
export interface WatchedBatch {
  readonly programme: string;
  readonly batch: string;
  readonly vms: number;
  readonly summary: Summary;
}

export interface Glimpse {
  readonly at: number;
  readonly summary: Summary;
  readonly batches: readonly WatchedBatch[];
  /** Batch by batch, each VM where it was: where not all fit, those that need somebody, then those that work. */
  readonly shown: readonly Watched[];
  /** How many more there are than are shown. */
  readonly left: number;
}

const RANK = { failed: 0, stalled: 1, waiting: 2, running: 3 } as const;

const rankOf = (one: Listed): number => RANK[standingOf(one)] + (one.waitingFor === null ? 0 : 0.5);

const works = ({ run, waitingFor }: Listed): boolean => run === 'running' && waitingFor === null;

const saidBy = (reached: Reached, { workflowId }: Listed): Promise<readonly Pending[]> =>
  pendingOf(reached.client, workflowId).catch(() => []);

const keyOf = ({ programme, batch }: { readonly programme: string; readonly batch: string }): string =>
  JSON.stringify([programme, batch]);

/** As many as fit into so many lines, each batch with a line of its own above. */
const fitting = (all: readonly Listed[], lines: number): readonly Listed[] => {
  const batches = new Set<string>();
  const chosen = new Set<Listed>();
  for (const one of [...all].sort((a, b) => rankOf(a) - rankOf(b))) {
    const needed = chosen.size + 1 + new Set([...batches, keyOf(one)]).size;
    if (needed > lines && chosen.size > 0) break;
    batches.add(keyOf(one));
    chosen.add(one);
  }
  return all.filter((one) => chosen.has(one));
};

const batchesOf = (all: readonly Listed[], shown: readonly Listed[]): readonly WatchedBatch[] =>
  [...Map.groupBy(all, keyOf)]
    .filter(([key]) => shown.some((one) => keyOf(one) === key))
    .flatMap(([, vms]) => {
      const [first] = vms;
      if (!first) return [];
      return [{ programme: first.programme, batch: first.batch, vms: vms.length, summary: summaryOf(vms) }];
    });

/** What runs now: one visibility list, and one look at each VM that is shown and works. */
export const glimpse = async (
  reached: Reached,
  lines: number,
  filter: { readonly batch?: string },
): Promise<Glimpse> => {
  const listed = await listMigrations(reached.client, 'open', filter);
  const all = [...listed].sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
  const first = fitting(all, lines);
  const shown = await each(first, async (one) => ({ ...one, pending: works(one) ? await saidBy(reached, one) : [] }));
  const batches = batchesOf(all, first);
  return { at: Date.now(), summary: summaryOf(all), batches, shown, left: all.length - shown.length };
};
