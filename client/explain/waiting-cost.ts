import { downSince, type Ledger, totalOutage } from '../../domain/ledger.ts';
import type { Window } from '../../domain/window.ts';
import { duration } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';

const MOST_NAMES = 3;

/** The first few, and how many more there are. */
export const someOf = (names: readonly string[]): string => {
  const more = names.length - MOST_NAMES;
  return `${names.slice(0, MOST_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

/** What a window still allows. */
export const windowCost = (window: Window, now: number): string => {
  if (now < window.opensAt) return `the window opens in ${duration(window.opensAt - now)}`;
  if (now < window.abortAt)
    return `the window is open: latest abort in ${duration(window.abortAt - now)}, it closes in ${duration(window.closesAt - now)}`;
  if (now < window.closesAt)
    return `the window is past its latest abort and closes in ${duration(window.closesAt - now)}`;
  return `the window closed ${duration(now - window.closesAt)} ago`;
};

const hasLanded = (ledger: Ledger, hop: number): boolean => {
  const [last] = ledger.entries.filter((one) => one.hop === hop).slice(-1);
  return last?.mark === 'checksPassed';
};

const outageCost = ({ ledger, hops, outageBudgetMs }: MigrationView, now: number): string => {
  const budget = outageBudgetMs as number | undefined;
  const outage = totalOutage(ledger, hops.length, now);
  const since = hops.map(({ n }) => downSince(ledger, n)).find((at) => at !== null);
  const of = budget === undefined ? '' : ` of ${duration(budget)}`;
  const over = budget !== undefined && outage > budget ? `, over by ${duration(outage - budget)}` : '';
  if (since !== undefined) return `it is down since ${duration(now - since)}: ${duration(outage)}${of} used${over}`;
  return outage > 0 ? `it serves; ${duration(outage)}${of} of outage used${over}` : 'it serves; no outage yet';
};

/** What it costs that this VM waits: its outage, its window, and who waits behind it. Times are ms. */
export const waitingCost = (view: MigrationView, now: number, behind: readonly string[]): readonly string[] => {
  const record = view.hops[view.hop - 1];
  const window = view.orders?.find(({ n }) => n === view.hop)?.window ?? null;
  const isAhead = window !== null && record?.arrived === false && !hasLanded(view.ledger, view.hop);
  return [outageCost(view, now), ...(isAhead ? [windowCost(window, now)] : []), ...behind];
};
