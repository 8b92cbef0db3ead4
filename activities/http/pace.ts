/** Lets `atOnce` calls run side by side and starts no more than `perSecond` of them a second; the rest wait their turn. */
export interface Pace {
  readonly atOnce: number;
  readonly perSecond: number;
}

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const paced = (pace: Pace) => {
  const waiting: (() => void)[] = [];
  let running = 0;
  let nextStart = 0;

  const enter = async (): Promise<void> => {
    if (running >= pace.atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    const now = performance.now();
    const start = Math.max(now, nextStart);
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
