/** A number with its word, in English: `1 group`, `2 groups`. */
export const counted = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;
