import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';

/** One refusal: who wanted what, and why not. Never a token, a body or a query. */
export interface Refusal {
  readonly at: string;
  readonly who: string;
  readonly from: string;
  readonly what: string;
  readonly status: number;
  readonly why: string;
  /** Number of the request, as its answer names it. */
  readonly request: string;
}

export interface Refusals {
  readonly path: string;
  readonly note: (refusal: Refusal) => void;
  /** Resolves when what was noted is written. */
  readonly flushed: () => Promise<void>;
}

/** Of those that nobody answers for, so that whoever knocks all night does not fill the disk. */
const MOST_A_MINUTE = 600;
const MINUTE_MS = 60_000;

/** A file that only grows, a JSON line a refusal; the log gets the same. */
export const refusalsIn = async (folder: string, log: Logger): Promise<Refusals> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'refusals.jsonl');
  let writing = Promise.resolve();
  let minute = 0;
  let noted = 0;
  const write = (line: object): void => {
    writing = writing
      .then(() => appendFile(path, `${JSON.stringify(line)}\n`, { mode: 0o600 }))
      .catch((error: Error) => log.error({ path }, `a refusal could not be recorded: ${error.message}`));
  };
  return {
    path,
    note: (refusal) => {
      if (refusal.who !== 'nobody') {
        log.warn(refusal, 'refused');
        return write(refusal);
      }
      const now = Math.floor(Date.now() / MINUTE_MS);
      noted = now === minute ? noted + 1 : 1;
      minute = now;
      if (noted > MOST_A_MINUTE + 1) return;
      log.warn(refusal, 'refused');
      if (noted <= MOST_A_MINUTE) write(refusal);
      else
        write({
          at: refusal.at,
          why: `More than ${MOST_A_MINUTE} came unknown in this minute: the rest is not recorded.`,
        });
    },
    flushed: () => writing,
  };
};
