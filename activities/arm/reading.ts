/**
 * Reads bodies of Azure Resource Manager field by field. They carry more, less and other types than the specification says:
 * a flag comes as `false` or as `"false"`, a number as text, a list as null. A §1.3e
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const isObject = (value: Json | undefined): value is { readonly [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value at a dotted path, or undefined. */
export const valueAt = (body: Json | undefined, path: string): Json | undefined =>
  path.split('.').reduce<Json | undefined>((value, key) => (isObject(value) ? value[key] : undefined), body);

/** Text or a number as text; null when absent or empty. */
export const textAt = (body: Json | undefined, path: string): string | null => {
  const value = valueAt(body, path);
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : null;
};

export const numberAt = (body: Json | undefined, path: string): number | null => {
  const value = valueAt(body, path);
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : null;
};

/** True only for `true` and `"true"`: the text `"false"` is false. */
export const flagAt = (body: Json | undefined, path: string): boolean => {
  const value = valueAt(body, path);
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true');
};

export const listAt = (body: Json | undefined, path: string): readonly Json[] => {
  const value = valueAt(body, path);
  return Array.isArray(value) ? (value as readonly Json[]) : [];
};

/** The texts of a list; anything else in it is left out. */
export const textsAt = (body: Json | undefined, path: string): readonly string[] =>
  listAt(body, path).filter((value) => typeof value === 'string');

/** An object of texts, such as tags. */
export const textMapAt = (body: Json | undefined, path: string): Readonly<Record<string, string>> => {
  const value = valueAt(body, path);
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, text]) => (typeof text === 'string' ? [[key, text]] : [])),
  );
};
