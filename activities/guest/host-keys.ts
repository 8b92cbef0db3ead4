import { createHash } from 'node:crypto';

/** As OpenSSH prints it: `SHA256:` and Base64 without padding. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;

/** Why a host key is not taken. */
export interface KeyRefusal {
  readonly kind: 'unknownKey' | 'changedKey';
  readonly seen: string;
}

export interface HostKeys {
  /** null where the key is the one we know, or the first one and first ones are trusted. */
  readonly refusalOf: (host: string, port: number, key: Buffer) => KeyRefusal | null;
}

const plain = (fingerprint: string): string => fingerprint.replace(/^SHA256:/, '').replace(/=+$/, '');

/** `known` is by address, or by `address:port`. What was trusted at first sight is remembered as long as this process lives. */
export const hostKeys = (known: Readonly<Record<string, string>>, trustFirstUse: boolean): HostKeys => {
  const remembered = new Map<string, string>();
  return {
    refusalOf: (host, port, key) => {
      const place = `${host}:${port}`;
      const seen = fingerprintOf(key);
      const expected = known[place] ?? known[host] ?? remembered.get(place);
      if (expected !== undefined) return plain(expected) === plain(seen) ? null : { kind: 'changedKey', seen };
      if (!trustFirstUse) return { kind: 'unknownKey', seen };
      remembered.set(place, seen);
      return null;
    },
  };
};
