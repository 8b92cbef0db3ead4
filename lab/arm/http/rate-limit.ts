import type { Lab } from '../lab.ts';
import type { Verb } from './call.ts';

interface Bucket {
  left: number;
  at: number;
}

/** Token buckets of ARM: what fits in one, and what flows back per second of vendor time. A §4.3 */
const sizes = {
  reads: { limit: 250, perSecond: 25 },
  writes: { limit: 200, perSecond: 10 },
  resourceReads: { limit: 1100, perSecond: 55 },
  resourceWrites: { limit: 800, perSecond: 40 },
};

export interface Spent {
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds until there is room again; null when the request may pass. */
  readonly wait: number | null;
}

/** Counts requests as ARM does. DataReplication reports its own counter, except for actions. A §4.3 */
export const rateLimit = (lab: Lab): ((namespace: string, verb: Verb) => Spent) => {
  const buckets = new Map<string, Bucket>();
  const vendorSecond = lab.estate.scaled(1000);

  const take = (name: keyof typeof sizes, now: number): number => {
    const { limit, perSecond } = sizes[name];
    const bucket = buckets.get(name) ?? { left: limit, at: now };
    bucket.left = Math.min(limit, bucket.left + ((now - bucket.at) / vendorSecond) * perSecond) - 1;
    bucket.at = now;
    if (bucket.left < 0) bucket.left = Math.max(bucket.left, -1);
    buckets.set(name, bucket);
    return Math.floor(bucket.left);
  };

  return (namespace, verb) => {
    const now = lab.estate.now();
    const reading = verb === 'GET';
    const own = namespace.toLowerCase() === 'microsoft.datareplication' && verb !== 'POST';
    const left = take(own ? (reading ? 'resourceReads' : 'resourceWrites') : reading ? 'reads' : 'writes', now);
    const shown = String(Math.max(0, left));
    const kind = reading ? 'reads' : verb === 'DELETE' ? 'deletes' : 'writes';
    const headers: Record<string, string> = own
      ? { 'x-ms-ratelimit-remaining-subscription-resource-requests': shown }
      : {
          [`x-ms-ratelimit-remaining-subscription-${kind}`]: shown,
          [`x-ms-ratelimit-remaining-subscription-global-${kind}`]: String(Math.max(0, left) * 15 + 14),
        };
    return { headers, wait: left < 0 ? 1 : null };
  };
};
