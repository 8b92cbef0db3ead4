/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
const distance = (a: string, b: string): number => {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const plain = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(swapped ? Math.min(plain, (before[j - 2] ?? 0) + 1) : plain);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
};

/** The known words someone most likely meant, the likeliest first; none when none is close. Case is ignored. */
export const nearestOf = (word: string, known: readonly string[], most = 3): readonly string[] => {
  const limit = Math.max(1, Math.floor(word.length / 3));
  return known
    .filter((candidate) => Math.abs(candidate.length - word.length) <= limit)
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= limit)
    .sort((a, b) => a.edits - b.edits)
    .slice(0, most)
    .map(({ candidate }) => candidate);
};

/** The known word someone most likely meant, or null when none is close. */
export const nearest = (word: string, known: readonly string[]): string | null => nearestOf(word, known, 1)[0] ?? null;

const LISTED = 12;

/** The fix for a word that is not known: the likely one, else what there is. `what` is plural: `paths`. */
export const instead = (word: string, known: readonly string[], what: string): string => {
  const likely = nearest(word, known);
  if (likely !== null) return `Did you mean "${likely}"?`;
  if (known.length === 0) return `The plan has no ${what}; add one.`;
  const more = known.length > LISTED ? `, and ${known.length - LISTED} more` : '';
  return `Known ${what}: ${known.slice(0, LISTED).join(', ')}${more}.`;
};
