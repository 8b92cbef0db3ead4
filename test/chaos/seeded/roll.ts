import { dice } from '../kill-plan.ts';

/** Choices that are the same for the same seed. */
export interface Roll {
  /** In [0, 1). */
  readonly number: () => number;
  readonly chance: (share: number) => boolean;
  /** From `least` to `most`, both included. */
  readonly between: (least: number, most: number) => number;
  readonly among: <T>(choices: readonly T[]) => T;
  readonly shuffled: <T>(all: readonly T[]) => readonly T[];
}

/** A seed of its own for each purpose, so that one choice more does not change all that come after it. */
export const seedFrom = (...words: readonly (string | number)[]): number => {
  let hash = 0x811c9dc5;
  for (const char of words.join('\0')) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
};

export const rollOf = (seed: number): Roll => {
  const next = dice(seed);
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    number: next,
    chance: (share) => next() < share,
    between,
    among: (choices) => {
      const chosen = choices[between(0, choices.length - 1)];
      if (chosen === undefined) throw new Error('nothing to choose from');
      return chosen;
    },
    shuffled: (all) =>
      all
        .map((one) => ({ one, place: next() }))
        .toSorted((a, b) => a.place - b.place)
        .map(({ one }) => one),
  };
};

/** One after the other, from the beginning again at the end: over many seeds everything has its turn. */
export const inTurn = <T>(all: readonly T[], turn: number): T => {
  const chosen = all[((turn % all.length) + all.length) % all.length];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
};
