import { type Listed, type Summary, summaryLine, summaryOf } from '../../domain/listed.ts';
import { listMigrations } from '../../workers/listing.ts';
import type { Reached } from '../temporal.ts';

export type BoardEvent =
  | { readonly event: 'summary'; readonly data: { readonly summary: Summary; readonly line: string } }
  | {
      readonly event: 'migrations';
      /** Those that are new or changed, and the workflow ids of those that are listed no more. */
      readonly data: { readonly changed: readonly Listed[]; readonly gone: readonly string[] };
    }
  | { readonly event: 'silence'; readonly data: { readonly detail: string } };

export type Listener = (event: BoardEvent) => void;

export interface Board {
  /** Tells at once what is known, then what changes. Answers with how to stop. */
  readonly listen: (listener: Listener) => () => void;
  readonly close: () => void;
}

const eventsBetween = (before: ReadonlyMap<string, Listed>, after: readonly Listed[]): readonly BoardEvent[] => {
  const ids = new Set(after.map(({ workflowId }) => workflowId));
  const changed = after.filter((one) => JSON.stringify(before.get(one.workflowId)) !== JSON.stringify(one));
  const gone = [...before.keys()].filter((id) => !ids.has(id));
  if (changed.length === 0 && gone.length === 0) return [];
  const summary = summaryOf(after);
  return [
    { event: 'summary', data: { summary, line: summaryLine(summary) } },
    { event: 'migrations', data: { changed, gone } },
  ];
};

/** What runs, looked at once for all who listen, and not at all while nobody does. */
export const board = (reached: Reached, everyMs: number): Board => {
  const listeners = new Set<Listener>();
  let known: ReadonlyMap<string, Listed> | null = null;
  let silent = false;
  let looking = false;
  let next: NodeJS.Timeout | undefined;
  const tell = (events: readonly BoardEvent[], to: Iterable<Listener> = listeners): void => {
    for (const listener of to) for (const event of events) listener(event);
  };
  const whole = (all: ReadonlyMap<string, Listed>): readonly BoardEvent[] => {
    const events = eventsBetween(new Map(), [...all.values()]);
    const none = { summary: summaryOf([]), line: summaryLine(summaryOf([])) };
    return events.length > 0 ? events : [{ event: 'summary', data: none }];
  };
  const look = async (): Promise<void> => {
    looking = true;
    try {
      const now = await listMigrations(reached.client, 'open');
      const after = new Map(now.map((one) => [one.workflowId, one]));
      tell(known ? eventsBetween(known, now) : whole(after));
      known = after;
      silent = false;
    } catch {
      if (!silent) tell([{ event: 'silence', data: { detail: 'Temporal gives no answer; it is asked again.' } }]);
      silent = true;
    }
    looking = false;
    if (listeners.size > 0) next = setTimeout(look, everyMs);
    else known = null;
  };
  return {
    listen: (listener) => {
      listeners.add(listener);
      if (known) tell(whole(known), [listener]);
      if (!looking && listeners.size === 1) void look();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearTimeout(next);
        known = null;
      };
    },
    close: () => {
      listeners.clear();
      clearTimeout(next);
    },
  };
};
