/** A number with its word, in English: `1 group`, `2 groups`. */
export const counted = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
