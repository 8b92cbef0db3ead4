import { existsSync, readFileSync } from 'node:fs';

export type Fields = Readonly<Record<string, unknown>>;

export interface Lines {
  readonly rows: readonly Fields[];
  /** Line numbers, from 1, that are not a JSON object. */
  readonly broken: readonly number[];
}

/** A file that is only ever appended to: a last line without its end is one a kill has cut, and is left out. Null when there is no file. */
export const readLines = (path: string): Lines | null => {
  if (!existsSync(path)) return null;
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  const rows: Fields[] = [];
  const broken: number[] = [];
  whole.forEach((line, n) => {
    if (line === '') return;
    const row = objectIn(line);
    if (row) rows.push(row);
    else broken.push(n + 1);
  });
  return { rows, broken };
};

export const objectIn = (text: string): Fields | null => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
};

export const textOf = (fields: Fields, name: string): string | null => {
  const value = fields[name];
  return typeof value === 'string' && value !== '' ? value : null;
};

export const numberOf = (fields: Fields, name: string): number | null => {
  const value = fields[name];
  return typeof value === 'number' ? value : null;
};

export const listOf = (fields: Fields, name: string): readonly Fields[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.filter((each): each is Fields => typeof each === 'object' && each !== null) : [];
};

export const textsOf = (fields: Fields, name: string): readonly string[] => {
  const value = fields[name];
  return Array.isArray(value) ? value.map(String) : [];
};
