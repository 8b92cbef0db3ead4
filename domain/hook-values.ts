/** Placeholders of hooks: `{vm.name}` stands for a whole value, never for a part of one. */

import type { HookCall, HookParameter, Json } from './hook.ts';

/** Known for a group or batch too. */
export const SHARED_VALUES = ['programme', 'batch', 'group', 'hop', 'when', 'point', 'token'] as const;

export const VM_VALUES = [
  ...SHARED_VALUES,
  'vm.id',
  'vm.name',
  'owner',
  'path',
  'from',
  'to',
  'source.address',
  'landing.name',
  'landing.address',
] as const;

export type ValueName = (typeof VM_VALUES)[number];

/** Null: not known in this moment, such as the address of a VM that takes a lease. */
export type Values = Readonly<Partial<Record<ValueName, string | number | null>>>;

/** A placeholder whose value is not known or may not stand there. */
export class NoValue extends Error {
  readonly placeholder: string;
  constructor(placeholder: string, why: string) {
    super(`{${placeholder}} ${why}`);
    this.name = 'NoValue';
    this.placeholder = placeholder;
  }
}

const WHOLE = /^\{([A-Za-z][A-Za-z.]*)\}$/;
const ANY = /\{([A-Za-z][A-Za-z.]*)\}/g;

const valueFor = (name: string, values: Values): string | number => {
  const value = values[name as ValueName];
  if (value === undefined) throw new NoValue(name, 'is no value that is known here');
  if (value === null) throw new NoValue(name, 'has no value for this VM');
  return value;
};

const fill = (text: string, values: Values): string | number => {
  const name = WHOLE.exec(text)?.[1];
  return name === undefined ? text : valueFor(name, values);
};

export const fillText = (text: string, values: Values): string => String(fill(text, values));

export const fillJson = (json: Json, values: Values): Json => {
  if (typeof json === 'string') return fill(json, values);
  if (Array.isArray(json)) return json.map((each: Json) => fillJson(each, values));
  if (typeof json === 'object' && json !== null)
    return Object.fromEntries(Object.entries(json).map(([key, each]) => [key, fillJson(each, values)]));
  return json;
};

const DELIMITERS = /([/?&=])/;

/** Each placeholder is a whole segment or a whole value of the query, and comes percent-encoded. A segment that would climb is refused. */
export const fillPath = (path: string, values: Values): string =>
  path
    .split(DELIMITERS)
    .map((piece) => {
      const name = WHOLE.exec(piece)?.[1];
      if (name === undefined) return piece;
      const value = String(valueFor(name, values));
      if (/^\.{0,2}$/.test(value)) throw new NoValue(name, `is "${value}", which is no part of a path`);
      return encodeURIComponent(value);
    })
    .join('');

const fillParameter = (value: HookParameter, values: Values): HookParameter => {
  if (typeof value === 'string') return fill(value, values);
  if (Array.isArray(value)) return value.map((each: HookParameter) => fillParameter(each, values));
  if (typeof value !== 'object' || value === null || !('$ref' in value)) return value;
  const { where } = value;
  if (!where) return value;
  const filled = Object.entries(where).map(([key, each]) => [
    key,
    typeof each === 'string' ? fill(each, values) : each,
  ]);
  return { ...value, where: Object.fromEntries(filled) };
};

export const fillCalls = (calls: readonly HookCall[], values: Values): readonly HookCall[] =>
  calls.map((call) => ({
    ...call,
    parameters: Object.fromEntries(
      Object.entries(call.parameters).map(([name, value]) => [name, fillParameter(value, values)]),
    ),
  }));

/** For people: a sentence with values in it. What is not known stays as it was written. */
export const fillSentence = (text: string, values: Values): string =>
  text.replace(ANY, (written, name: string) => String(values[name as ValueName] ?? written));

/** Placeholders of a text: their names, and whether each is a whole value. `within` splits what may hold several. */
export const placeholdersIn = (
  text: string,
  within: 'value' | 'path' = 'value',
): readonly { readonly name: string; readonly whole: boolean }[] =>
  (within === 'path' ? text.split(DELIMITERS) : [text]).flatMap((piece) =>
    [...piece.matchAll(ANY)].map(([written, name = '']) => ({ name, whole: written === piece })),
  );
