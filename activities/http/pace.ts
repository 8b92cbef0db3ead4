/**
 * Lets `atOnce` calls run side by side and starts `perSecond` of them a second on the average; the rest wait their turn. After a
 * quiet second as many may start at once: an outage is not made longer by requests that nobody crowds.
 */
export interface Pace {
  readonly atOnce: number;
  readonly perSecond: number;
}

/** Turns of this time are kept for a burst. */
const SAVED_MS = 1_000;

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const paced = (pace: Pace) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  let nextStart = Number.NEGATIVE_INFINITY;

  const enter = async (): Promise<void> => {
    if (running >= pace.atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    const now = performance.now();
    const start = Math.max(now - SAVED_MS, nextStart);
    nextStart = start + 1000 / pace.perSecond;
    if (start > now) await wait(start - now);
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  };

  return async <T>(call: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      return await call();
    } finally {
      leave();
    }
  };
};
