const AT_ONCE = 24;

/** Asks about many things, so many at once; the answers come in the order of the things. */
export const each = async <T, R>(items: readonly T[], ask: (item: T) => Promise<R>, atOnce = AT_ONCE): Promise<R[]> => {
  const left = items.map((item, index) => ({ item, index }));
  const answers: R[] = [];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) answers[next.index] = await ask(next.item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return answers;
};
