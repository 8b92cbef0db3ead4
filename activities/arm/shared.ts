/** One reading that everyone who asks within `forMs` shares, also while it is still being fetched. */
export interface Shared<T> {
  get(): Promise<T>;
  /** The next `get` reads anew: after a write of ours. */
  forget(): void;
}

export const shared = <T>(forMs: number, now: () => number, load: () => Promise<T>): Shared<T> => {
  let held: { readonly at: number; readonly value: Promise<T> } | null = null;
  const forget = () => {
    held = null;
  };
  return {
    forget,
    get: () => {
      if (held && now() - held.at < forMs) return held.value;
      const value = load();
      const mine = { at: now(), value };
      held = mine;
      value.catch(() => {
        if (held === mine) forget();
      });
      return value;
    },
  };
};
