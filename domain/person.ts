/** One spelling for all of a name: the same person is not two because of a capital, a space, or a sign that nobody sees. */
const spelt = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Z}\s]+/gu, ' ')
    .trim()
    .toLowerCase();

/** Whether two names are one person's, as far as names tell. */
export const isSamePerson = (one: string, other: string): boolean => one === other || spelt(one) === spelt(other);
