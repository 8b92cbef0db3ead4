import { typeOf } from './cmdlet.ts';
import { hasText } from './net-values.ts';

const own = (object: object, name: string): unknown => {
  const key = Object.keys(object).find((known) => known.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : (object as Record<string, unknown>)[key];
};

/** PowerShell's member enumeration gives one value as itself. */
const unrolled = (values: readonly unknown[]): unknown => (values.length > 1 ? values : values[0]);

const step = (value: unknown, name: string): unknown => {
  if (Array.isArray(value) && ['count', 'length'].includes(name.toLowerCase())) return value.length;
  if (Array.isArray(value)) return unrolled(value.flatMap((one) => step(one, name) ?? []));
  if (typeof value === 'string' && name.toLowerCase() === 'length') return value.length;
  return typeof value === 'object' && value !== null ? own(value, name) : undefined;
};

/** Follows a dotted path as PowerShell does: names in any case, arrays by their members, nothing where nothing is. */
export const property = (object: unknown, path: string): unknown =>
  path === '$value' ? object : path.split('.').reduce(step, object);

/** .NET's round-trip format carries seven digits. */
const roundTrip = (date: Date): string => date.toISOString().replace('Z', '0000Z');

/** As the envelope carries it: dates and objects are strings. */
const printed = (value: unknown): unknown => {
  if (value === undefined || value === null) return null;
  if (value instanceof Date) return roundTrip(value);
  if (Array.isArray(value)) return value.map(printed);
  if (typeof value !== 'object') return value;
  return hasText(value) ? String(value) : (typeOf(value) ?? 'System.Object');
};

export const selected = (objects: readonly unknown[], paths: readonly string[]): readonly Record<string, unknown>[] =>
  objects.map((object) => Object.fromEntries(paths.map((path) => [path, printed(property(object, path))])));

const alike = (found: unknown, wanted: unknown): boolean => {
  if (Array.isArray(found)) return found.some((one) => alike(one, wanted));
  if (typeof found === 'boolean' || typeof wanted === 'boolean') return found === wanted;
  if (found === null || found === undefined) return false;
  return String(printed(found)).toLowerCase() === String(wanted).toLowerCase();
};

/** Equality as `-eq` has it: text in any case, numbers and their text alike. */
export const matching = (objects: readonly unknown[], where: Readonly<Record<string, unknown>>): readonly unknown[] =>
  objects.filter((object) => Object.entries(where).every(([path, wanted]) => alike(property(object, path), wanted)));
