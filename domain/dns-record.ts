/** Records of one name and type in one zone, and what a hook makes of them. */

export const RECORD_TYPES = ['A', 'AAAA', 'PTR'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

/** `ttlMs` null: what the zone gives. `aged`: it has a time stamp and may be scavenged. */
export interface ResourceRecord {
  readonly data: string;
  readonly ttlMs: number | null;
  readonly aged: boolean;
}

const V4 = /^(25[0-5]|2[0-4]\d|1?\d?\d)(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/;
const LABELS =
  /^(?=.{1,254}$)(_?[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)(\.(_?[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?))*\.?$/;

/** The eight groups of an IPv6 address, or null where it is none. */
const groupsOf = (text: string): readonly string[] | null => {
  const [head = '', tail, ...more] = text.split('::');
  if (more.length > 0) return null;
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = 8 - left.length - right.length;
  if (tail === undefined ? gap !== 0 : gap < 1) return null;
  const all = [...left, ...Array.from({ length: gap }, () => '0'), ...right];
  return all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))
    ? all.map((group) => group.padStart(4, '0').toLowerCase())
    : null;
};

const isV6 = (text: string): boolean => groupsOf(text) !== null;

/** Whether a text is what a record of this type holds. */
export const fitsType = (type: RecordType, data: string): boolean =>
  type === 'A' ? V4.test(data) : type === 'AAAA' ? isV6(data) : LABELS.test(data) && !V4.test(data);

const bare = (name: string): string => name.replace(/\.$/, '').toLowerCase();

/** The same data, however it was written: case, closing dot, zeros of an IPv6 address. */
const sameData = (a: string, b: string): boolean =>
  bare(a) === bare(b) || (isV6(a) && groupsOf(a)?.join() === groupsOf(b)?.join());

const reverseOf = (address: string): string | null => {
  if (V4.test(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const groups = groupsOf(address);
  return groups ? `${[...groups.join('')].reverse().join('.')}.ip6.arpa` : null;
};

/**
 * The name of a record as its zone holds it: without the zone, `@` for the zone itself; of an address its reverse name. Null where it
 * does not lie in the zone or is no name.
 */
export const nameInZone = (written: string, zone: string): string | null => {
  const within = bare(zone);
  const reverse = reverseOf(written);
  if (reverse !== null && /\.arpa$/.test(within))
    return reverse.endsWith(`.${within}`) ? reverse.slice(0, -within.length - 1) : null;
  if (written === '@' || bare(written) === within) return '@';
  if (!LABELS.test(written)) return null;
  return bare(written).endsWith(`.${within}`) ? written.replace(/\.$/, '').slice(0, -within.length - 1) : written;
};

/** What of the records a hook changes: data absent keeps them, null takes them away; TTL absent keeps what was found. */
export const wantedRecords = (
  found: readonly ResourceRecord[],
  change: { readonly data?: string | null; readonly ttlMs?: number | null },
): readonly ResourceRecord[] => {
  const { data, ttlMs } = change;
  if (data === null) return [];
  if (data === undefined) return ttlMs === undefined ? found : found.map((record) => ({ ...record, ttlMs }));
  const before = found.find((record) => sameData(record.data, data)) ?? found[0];
  return [{ data, ttlMs: ttlMs === undefined ? (before?.ttlMs ?? null) : ttlMs, aged: before?.aged ?? false }];
};

const like = (a: ResourceRecord, b: ResourceRecord): boolean => sameData(a.data, b.data);

/** `wanted` without a TTL takes any. */
const meets = (now: ResourceRecord, wanted: ResourceRecord): boolean =>
  like(now, wanted) && (wanted.ttlMs === null || wanted.ttlMs === now.ttlMs) && now.aged === wanted.aged;

export const sameRecords = (now: readonly ResourceRecord[], wanted: readonly ResourceRecord[]): boolean =>
  now.length === wanted.length && wanted.every((record) => now.some((one) => meets(one, record)));

/** In the order they are done: what is new first, so that the name always answers; then each that goes or changes. */
export type RecordStep =
  | { readonly do: 'add'; readonly record: ResourceRecord }
  | { readonly do: 'remove'; readonly record: ResourceRecord };

export const recordSteps = (
  now: readonly ResourceRecord[],
  wanted: readonly ResourceRecord[],
): readonly RecordStep[] => [
  ...wanted.filter((record) => !now.some((one) => like(one, record))).map((record) => ({ do: 'add' as const, record })),
  ...now.flatMap((record): RecordStep[] => {
    const as = wanted.find((one) => like(record, one));
    if (!as) return [{ do: 'remove', record }];
    return meets(record, as)
      ? []
      : [
          { do: 'remove', record },
          { do: 'add', record: as },
        ];
  }),
];

/** Records that are neither what was found nor what is wanted: somebody else's. */
export const strangersAmong = (
  now: readonly ResourceRecord[],
  known: readonly ResourceRecord[],
): readonly ResourceRecord[] => now.filter((record) => !known.some((one) => like(one, record)));
