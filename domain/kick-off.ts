import type { BatchOrder } from './batch.ts';
import { minuteOf } from './freeze.ts';
import type { Window } from './window.ts';

/** The windows of a batch, each once, in the order in which they are too late to use. */
const windowsOf = ({ members }: BatchOrder): readonly Window[] => {
  const all = members.flatMap(({ order }) => order.hops.flatMap(({ window }) => window ?? []));
  return [...new Map(all.map((window) => [window.utcText, window])).values()].sort((a, b) => a.abortAt - b.abortAt);
};

/** Why a batch is not started any more: each of its windows is past its latest abort. Null while one is not, and where it has none. */
export const whyTooLate = (batch: BatchOrder, now: number): string | null => {
  const windows = windowsOf(batch);
  const last = windows.at(-1);
  if (!last || now < last.abortAt) return null;
  const which = windows.length === 1 ? 'The window' : `All ${windows.length} windows, the last`;
  return `${which} ${last.text}, of ${batch.name} ${windows.length === 1 ? 'is' : 'are'} past the latest abort, ${minuteOf(last.abortAt)}: a cut-over begun now could not be rolled back in time.`;
};

/** What starts, and cannot cut over in each of its hops: the windows that are past already. */
export const windowsPast = (batch: BatchOrder, now: number): readonly Window[] =>
  windowsOf(batch).filter(({ abortAt }) => now >= abortAt);
