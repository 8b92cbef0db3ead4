import type { Answer, Ask } from '../wire/exchange.ts';
import { invalid } from './errors.ts';

export interface ListOptions<T> {
  readonly type: string;
  readonly now: number;
  /** What `$filter` may name, and its value for an item. */
  readonly filterable: Readonly<Record<string, (item: T) => string | number>>;
  readonly orderable: Readonly<Record<string, (item: T) => string | number>>;
  readonly body: (item: T) => Record<string, unknown>;
}

/** `$page` from 0, `$limit` 1…100 (50), `$filter`, `$orderby`, `$select`. A page with nothing on it has no `data` at all. O E.3 */
export const listed = <T>(ask: Ask, items: readonly T[], options: ListOptions<T>): Answer => {
  const found = sorted(ask, items.filter(filterOf(ask, options)), options);
  const limit = numberIn(ask, options.now, '$limit', 50, [1, 100]);
  const page = numberIn(ask, options.now, '$page', 0, [0, Number.MAX_SAFE_INTEGER]);
  const shown = found.slice(page * limit, (page + 1) * limit).map((item) => selected(ask, options.body(item)));
  return {
    status: 200,
    body: {
      $objectType: `${options.type}ApiResponse`,
      ...(shown.length > 0 && { data: shown }),
      metadata: {
        flags: [
          { name: 'hasError', value: false },
          { name: 'isPaginated', value: true },
        ],
        links: [{ rel: 'self', href: ask.rawPath }],
        totalAvailableResults: found.length,
      },
    },
  };
};

const numberIn = (
  ask: Ask,
  now: number,
  name: string,
  otherwise: number,
  [least, most]: readonly [number, number],
): number => {
  const text = ask.query.get(name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw invalid({ path: ask.rawPath, now }, 'query', name, `${name} must be between ${least} and ${most}.`);
};

/** `and` and `or` of `field eq 'x'`, `field in ('x','y')`, `startswith(field,'x')`; enum literals may carry their type (`Some.Type'ON'`). */
const filterOf = <T>(ask: Ask, { filterable, now }: ListOptions<T>): ((item: T) => boolean) => {
  const text = ask.query.get('$filter');
  if (text === null) return () => true;

  const refuse = (message: string): never => {
    throw invalid({ path: ask.rawPath, now }, 'query', '$filter', message);
  };
  const field = (name: string): ((item: T) => string) => {
    const read = filterable[name] ?? refuse(`${name} cannot be filtered.`);
    return (item) => String(read(item));
  };
  const condition = (term: string): ((item: T) => boolean) => {
    const [, equal, wanted] = /^([\w/]+)\s+eq\s+(.+)$/.exec(term) ?? [];
    if (equal !== undefined) return (item) => field(equal)(item) === literal(wanted ?? '');
    const [, among, list = ''] = /^([\w/]+)\s+in\s+\((.*)\)$/.exec(term) ?? [];
    if (among !== undefined) return (item) => splitOn(list, ',').map(literal).includes(field(among)(item));
    const [, start, prefix = ''] = /^startswith\(\s*([\w/]+)\s*,\s*(.+)\)$/.exec(term) ?? [];
    if (start !== undefined) return (item) => field(start)(item).startsWith(literal(prefix));
    return refuse(`Cannot parse the filter expression: ${term}`);
  };

  const any = splitOn(text, ' or ').map((all) => splitOn(all, ' and ').map(condition));
  for (const name of text.matchAll(/(?:^|\s|\()([\w/]+)\s+(?:eq|in)\s/g)) field(name[1] ?? '');
  return (item) => any.some((all) => all.every((holds) => holds(item)));
};

/** Splits outside of quotes. */
const splitOn = (text: string, separator: string): readonly string[] => {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let n = 0; n < text.length; n += 1) {
    if (text.charAt(n) === "'") quoted = !quoted;
    if (quoted || n < start || !text.startsWith(separator, n)) continue;
    parts.push(text.slice(start, n));
    start = n + separator.length;
  }
  return [...parts, text.slice(start)].map((part) => part.trim());
};

const literal = (text: string): string => {
  const quoted = /^[\w.]*'(.*)'$/s.exec(text.trim());
  return quoted ? (quoted[1] ?? '').replaceAll("''", "'") : text.trim();
};

const sorted = <T>(ask: Ask, items: readonly T[], { orderable, now }: ListOptions<T>): readonly T[] => {
  const text = ask.query.get('$orderby');
  if (text === null) return items;
  const [name = '', direction = 'asc'] = text.trim().split(/\s+/);
  const read = orderable[name];
  if (!read) throw invalid({ path: ask.rawPath, now }, 'query', '$orderby', `${name} cannot be ordered by.`);
  const ascending = [...items].sort((a, b) => (read(a) < read(b) ? -1 : read(a) > read(b) ? 1 : 0));
  return direction === 'desc' ? ascending.reverse() : ascending;
};

const selected = (ask: Ask, body: Record<string, unknown>): Record<string, unknown> => {
  const names = ask.query
    .get('$select')
    ?.split(',')
    .map((name) => name.trim().split('/')[0] ?? '');
  if (!names || names.includes('*')) return body;
  return Object.fromEntries(
    Object.entries(body).filter(([key]) => key.startsWith('$') || key === 'extId' || names.includes(key)),
  );
};
