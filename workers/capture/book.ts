import { createHmac } from 'node:crypto';

/** What a placeholder stands for. */
export type Kind = 'name' | 'host' | 'user' | 'ip' | 'text' | 'opaque';

/**
 * Placeholders of one capture. The same value, in any case, always has the same one: it is made of a keyed hash, so that it is the same in
 * every process and after every restart that has the same key, and cannot be turned back without it.
 */
export interface Book {
  /** `«name-1f3a9c02bd»` */
  placeholder(kind: Kind, value: string): string;
  /** A stand-in of the same form: letters of a UUID or MAC and the separators stay where they were. */
  uuid(value: string): string;
  mac(value: string): string;
  /** From now on this is a name, wherever it stands. */
  learn(kind: Kind, value: string): void;
  secret(value: string): void;
  /** null where it is no known name. */
  known(value: string): string | null;
  /** Whether a line to be written still holds a known secret, or a name that cannot be a word by chance. */
  betrays(line: string): boolean;
}

const SHORTEST = 3;
const LONGEST = 200;

/** Names that every estate has and that tell nothing; taken for names they would hide what the products say. */
const COMMON = [
  'default',
  'none',
  'true',
  'false',
  'null',
  'unknown',
  'other',
  'local',
  'clusterstorage',
  'localhost',
  'hyper-v',
];

/** Numbers, ids that have a form of their own, and names of code. */
const NAMELESS = /^([\d.,:%\s-]+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(microsoft|system|veeam)(\.[a-z]\w*)+)$/;

/** A digit or a separator inside: no word of a sentence, no state of a product. */
const isDistinctive = (name: string): boolean => name.length > SHORTEST && /[\d_.@\\-]/.test(name);

const PLACEHOLDER = /«[a-z]+-[0-9a-f]+»/g;

export const bookOf = (key: Buffer): Book => {
  const names = new Map<string, Kind>();
  const distinctive = new Set<string>();
  const secrets = new Set<string>();
  const hash = (value: string): string => createHmac('sha256', key).update(value.toLowerCase()).digest('hex');
  const placeholder = (kind: Kind, value: string): string => `«${kind}-${hash(value).slice(0, 10)}»`;
  return {
    placeholder,
    uuid: (value) => {
      const hex = hash(value.replaceAll('-', ''));
      const parts = [
        hex.slice(0, 8),
        hex.slice(8, 12),
        `4${hex.slice(13, 16)}`,
        `8${hex.slice(17, 20)}`,
        hex.slice(20, 32),
      ];
      return parts.join(value.includes('-') ? '-' : '');
    },
    mac: (value) => {
      const digits = `02${hash(value.replaceAll(/[^0-9a-f]/gi, '')).slice(0, 10)}`;
      let at = 0;
      const made = value.replaceAll(/[0-9a-f]/gi, () => digits.charAt(at++));
      return value === value.toUpperCase() ? made.toUpperCase() : made;
    },
    learn: (kind, value) => {
      const name = value.trim().toLowerCase();
      if (name.length < SHORTEST || name.length > LONGEST || COMMON.includes(name) || NAMELESS.test(name)) return;
      if (!names.has(name)) names.set(name, kind);
      if (isDistinctive(name)) distinctive.add(name);
    },
    secret: (value) => {
      if (value.length > SHORTEST) secrets.add(value);
    },
    known: (value) => {
      const kind = names.get(value.toLowerCase());
      return kind ? placeholder(kind, value) : null;
    },
    betrays: (line) => {
      const text = line.replaceAll(PLACEHOLDER, '');
      const plain = text.toLowerCase();
      const written = (value: string): string => JSON.stringify(value).slice(1, -1);
      return (
        [...secrets].some((secret) => text.includes(secret) || text.includes(written(secret))) ||
        [...distinctive].some((name) => plain.includes(written(name)))
      );
    },
  };
};
