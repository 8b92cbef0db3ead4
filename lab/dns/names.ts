/** Names in DNS: in any case, with or without the dot at their end. */

const bare = (name: string): string => name.replace(/\.$/, '');

export const sameName = (a: string, b: string): boolean => bare(a).toLowerCase() === bare(b).toLowerCase();

/** A name as the zone keeps it: without the zone's own, `@` for the zone itself. */
export const relativeName = (name: string, zone: string): string => {
  const short = bare(name);
  if (short === '' || short === '@' || sameName(short, zone)) return '@';
  return short.toLowerCase().endsWith(`.${bare(zone).toLowerCase()}`)
    ? short.slice(0, -(bare(zone).length + 1))
    : short;
};

/** A name a record points at, absolute. */
export const absolute = (name: string): string => `${bare(name)}.`;

/** Whether a name is this node or below it. */
export const isBelow = (name: string, node: string): boolean =>
  node === '@' || sameName(name, node) || name.toLowerCase().endsWith(`.${node.toLowerCase()}`);

/** Zone and name of the pointer for an IPv4 address; null where no reverse zone has it. */
export const reversePlace = (
  address: string,
  zones: readonly string[],
): { readonly zone: string; readonly name: string } | null => {
  const full = `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
  const zone = zones
    .filter((each) => full.endsWith(`.${bare(each).toLowerCase()}`))
    .toSorted((a, b) => b.length - a.length)[0];
  return zone === undefined ? null : { zone, name: relativeName(full, zone) };
};
