/** Answers of products are read, never trusted: what is not there, or of another type, is null. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `at(vm, 'bootConfig.bootDevice')`. */
export const at = (value: unknown, path: string): Json => {
  let here: unknown = value;
  for (const key of path.split('.')) here = isObject(here) ? here[key] : undefined;
  return (here ?? null) as Json;
};

export const textAt = (value: unknown, path: string): string | null => {
  const found = at(value, path);
  return typeof found === 'string' && found !== '' ? found : null;
};

export const numberAt = (value: unknown, path: string): number | null => {
  const found = at(value, path);
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
};

/** True only when it is there and true. */
export const isTrueAt = (value: unknown, path: string): boolean => at(value, path) === true;

export const listAt = (value: unknown, path: string): readonly JsonObject[] => {
  const found = at(value, path);
  return Array.isArray(found) ? found.filter(isObject) : [];
};

/** A copy without these keys. */
export const without = (value: JsonObject, keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));
