import { each } from './each.ts';
import { type Listed, listMigrations } from './overview.ts';
import { type Pending, pendingOf } from './pending.ts';
import { type Summary, standingOf, summaryOf } from './summary.ts';
import type { Reached } from './temporal.ts';

/** One VM on the screen, with what its steps last said. */
export interface Watched extends Listed {
  readonly pending: readonly Pending[];
}

export interface Glimpse {
  readonly at: number;
  readonly summary: Summary;
  /** What needs somebody first, then what works, then what waits by itself. */
  readonly shown: readonly Watched[];
  /** How many more there are than are shown. */
  readonly left: number;
}

const RANK = { failed: 0, stalled: 1, waiting: 2, running: 3 } as const;

const rankOf = (one: Listed): number => RANK[standingOf(one)] + (one.waitingFor === null ? 0 : 0.5);

const works = ({ run, waitingFor }: Listed): boolean => run === 'running' && waitingFor === null;

const saidBy = (reached: Reached, { workflowId }: Listed): Promise<readonly Pending[]> =>
  pendingOf(reached.client, workflowId).catch(() => []);

/** What runs now: one visibility list, and one look at each VM that is shown and works. */
export const glimpse = async (
  reached: Reached,
  rows: number,
  filter: { readonly batch?: string },
): Promise<Glimpse> => {
  const all = await listMigrations(reached.client, 'open', filter);
  const first = [...all].sort((a, b) => rankOf(a) - rankOf(b)).slice(0, rows);
  const shown = await each(first, async (one) => ({ ...one, pending: works(one) ? await saidBy(reached, one) : [] }));
  return { at: Date.now(), summary: summaryOf(all), shown, left: all.length - shown.length };
};
