import type { Book, Kind } from './book.ts';
import { coverWith } from './cover.ts';
import { classOf, isTitle, type KeyClass } from './keys.ts';
import { learnName } from './names.ts';

/** A value with nothing of a customer in it but its shape: sizes, states, codes and times stay. */
export interface Redact {
  /** Takes the names out of a value before anything is written, so that they are known wherever they stand. */
  learn(value: unknown, key?: string): void;
  value(value: unknown, key?: string): unknown;
}

const COVERED = '•••';

const KINDS: Readonly<Partial<Record<KeyClass, Kind>>> = { user: 'user', host: 'host', name: 'name' };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** JSON that travels as text, as products and our own scripts do it; undefined where a text is none. */
const insideOf = (
  text: string,
): { readonly inside: unknown; readonly as: (covered: unknown) => unknown } | undefined => {
  const trimmed = text.trim();
  const marked = /<<GUEST>>(.*)<<END>>/s.exec(trimmed)?.[1];
  if (marked !== undefined) return { inside: parsed(marked) ?? marked, as: (covered) => ({ $guest: covered }) };
  if (/^[[{]/.test(trimmed)) {
    const inside = parsed(trimmed);
    return inside === undefined ? undefined : { inside, as: (covered) => JSON.stringify(covered) };
  }
  if (!/^[A-Za-z0-9+/]{16,}={0,2}$/.test(trimmed)) return undefined;
  const decoded = Buffer.from(trimmed, 'base64').toString('utf8');
  const inside = /^[[{]/.test(decoded) ? parsed(decoded) : undefined;
  return inside === undefined ? undefined : { inside, as: (covered) => ({ $base64: covered }) };
};

/** Ids of our cmdlet calls are lower-case words; no product's are. */
const isOurId = (key: string, text: string): boolean =>
  (key === 'id' || key === '$ref') && /^[a-z]+([A-Z][a-z]+)*( [a-z]+)*( \d+)?( again)?$/.test(text);

/** `13.0.1.1071` is no address where a version is expected. */
const isVersion = (text: string): boolean => /^[a-z]{0,6}[.-]?v?\d[\w.+-]{0,40}$/i.test(text);

const OWN_LINE = /^(\s*\[?)(tranship:[^\s\]]+)(?: (\{.*\}|up=[^\]\s]*))?(\]?)(.*)$/;
/** Behind our token in a job's description. */
const OWN_WORDS = /^( Made by Tranship for one migration; removed when it is over\.)?$/;

export const redactWith = (book: Book): Redact => {
  const cover = coverWith(book);

  /** What people wrote, line by line: ours is kept, theirs is a placeholder. */
  const free = (text: string): string =>
    text
      .split(/\r?\n/)
      .map((line) => {
        const [, open = '', token, memo, close = '', rest = ''] = OWN_LINE.exec(line) ?? [];
        if (token === undefined || !OWN_WORDS.test(rest)) return line === '' ? '' : book.placeholder('text', line);
        const told = memo === undefined ? undefined : (parsed(memo) ?? memo);
        const kept = typeof told === 'string' ? cover(told, 'words') : JSON.stringify(value(told, ''));
        return `${open}${cover(token, 'words')}${kept === undefined ? '' : ` ${kept}`}${close}${rest}`;
      })
      .join('\n');

  const text = (given: string, key: string): unknown => {
    const kept = classOf(key);
    if (kept === 'secret') return COVERED;
    if (given === '') return given;
    const packed = insideOf(given);
    if (packed) return packed.as(value(packed.inside, ''));
    if (kept === 'free' || /^\s*\[?tranship:/.test(given)) return free(given);
    if (kept === 'own' || isOurId(key, given)) return book.known(given) ?? given;
    if (kept === 'version' && isVersion(given)) return book.known(given) ?? given;
    if (kept === 'place') return cover(given, 'place', 'name');
    if (kept === 'version' || kept === 'words' || isTitle(given)) return cover(given, 'words', 'name');
    return cover(given, 'form', KINDS[kept] ?? 'text');
  };

  /** Keys are a product's or ours, unless they are names, as those of tags and of maps by name are. */
  const keyOf = (key: string, within: string): string => {
    if (within === 'tags') return key.startsWith('tranship') ? key : book.placeholder('text', key);
    const name = book.known(key);
    if (name && classOf(key) === 'unknown') return name;
    return /^[.$@]?[A-Za-z_][\w.$@ -]*$/.test(key) ? key : cover(key, 'form', 'name');
  };

  const value = (given: unknown, key = ''): unknown => {
    if (typeof given === 'string') return text(given, key);
    if (Array.isArray(given)) return given.map((member) => value(member, key));
    if (!isObject(given)) return classOf(key) === 'secret' && typeof given === 'number' ? COVERED : given;
    if (classOf(key) === 'secret' && !('$credential' in given)) return COVERED;
    return Object.fromEntries(
      Object.entries(given).map(([inner, member]) => {
        if (inner === '$secret') return [inner, COVERED];
        if (inner === '$credential' && isObject(member))
          return [inner, { user: text(String(member.user ?? ''), 'user'), password: COVERED }];
        return [keyOf(inner, key), value(member, inner === '$value' || /^\d+$/.test(inner) ? key : inner)];
      }),
    );
  };

  const learn = (given: unknown, key = ''): void => {
    if (Array.isArray(given)) for (const member of given) learn(member, key);
    else if (isObject(given))
      for (const [inner, member] of Object.entries(given)) learn(member, inner === '$credential' ? key : inner);
    else if (typeof given === 'string') {
      const packed = insideOf(given);
      const kind = KINDS[classOf(key)];
      if (packed) learn(packed.inside);
      else if (kind && !isTitle(given)) learnName(book, given, kind);
    }
  };

  return { learn, value };
};
