/** One reading that everyone who asks within `forMs` shares, also while it is still being made. */
export interface Sweep<T> {
  read(key: string, make: () => Promise<T>): Promise<T>;
  /** The next reading is made anew: before one decides on an act, and after a write. */
  forget(): void;
}

export const sweepOf = <T>(forMs: number, now: () => Date): Sweep<T> => {
  const held = new Map<string, { readonly at: number; readonly value: Promise<T> }>();
  return {
    forget: () => held.clear(),
    read: (key, make) => {
      const known = held.get(key);
      if (known && now().getTime() - known.at < forMs) return known.value;
      const mine = { at: now().getTime(), value: make() };
      held.set(key, mine);
      mine.value.catch(() => {
        if (held.get(key) === mine) held.delete(key);
      });
      return mine.value;
    },
  };
};
