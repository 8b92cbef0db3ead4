import { notFinished } from '../contracts/mishap.ts';
import { type Attempt, note } from '../http/attempt.ts';
import { textAt } from '../http/reading.ts';
import { requestId } from '../http/request-id.ts';
import type { Doing } from './failures.ts';
import type { Prism, Read } from './prism.ts';
import type { Tasks } from './tasks.ts';
import type { Wanted } from './vms.ts';

/** One change of one object: read, decide, act under the tag that was read, wait for the task, read again. */
export interface Deed {
  /** Names the act in tasks, texts and request ids. */
  readonly action: string;
  readonly token: string;
  readonly where: Doing;
  read(): Promise<Read | null>;
  /** What is still to be done to what was read; null when it is done. Called anew after every 412. O E.7 */
  decide(seen: Read | null): Wanted | null;
}

/** Returns what was read last. Throws `NotFinished` while the task works or its result is not to be seen yet. */
export type DoDeed = (deed: Deed) => Promise<Read | null>;

const TURNS = 4;

/**
 * The same token, act, execution and state of the object give the same request id, so a retry after a lost answer is the
 * same request to Prism; a person who asks again, or an object that has changed since, makes another. O E.7
 */
export const requestIdOf = (
  deed: { readonly token: string; readonly action: string },
  attempt: Attempt,
  etag: string,
): string => requestId(deed.token, deed.action, attempt.execution, etag);

export const doer =
  (prism: Prism, tasks: Tasks, attempt: () => Attempt): DoDeed =>
  async (deed) => {
    const now = attempt();
    const started = now.before?.action === deed.action ? textAt(now.before, 'task') : null;
    if (started) await tasks.succeeded(started, deed.action, deed.where);

    for (let turn = 0; turn < TURNS; turn += 1) {
      const seen = await deed.read();
      const wanted = deed.decide(seen);
      if (!wanted) return seen;
      const etag = seen?.etag ?? '';
      const sent = await prism.change({ ...wanted, etag, requestId: requestIdOf(deed, now, etag) });
      if (sent === 'stale') continue;
      if (sent.task) await tasks.succeeded(sent.task, deed.action, deed.where);
      const after = await deed.read();
      if (!deed.decide(after)) return after;
      return notFinished(
        `Prism accepted “${deed.action}”, but does not show it yet`,
        note({ action: deed.action, task: sent.task ?? '' }),
      );
    }
    return notFinished(
      `The VM is being changed by somebody else while “${deed.action}” is tried`,
      note({ action: deed.action, task: '' }),
    );
  };
