import * as z from 'zod';
import type { Refuse } from '../refusal.ts';
import { instead } from '../text/nearest.ts';
import type { YamlFile } from './yaml-file.ts';

type Schema = z.core.$ZodTypes;
type Path = readonly PropertyKey[];
type Issue = z.core.$ZodIssue;

const typed = (schema: z.core.$ZodType): Schema => schema as Schema;

/** The schema beneath what wraps it: defaults, options, units. */
const bare = (schema: Schema): Schema => {
  const { def } = schema._zod;
  if (def.type === 'pipe') return bare(typed(def.in));
  return 'innerType' in def ? bare(typed(def.innerType)) : schema;
};

const childOf = (schema: Schema, key: PropertyKey): Schema | null => {
  const { def } = bare(schema)._zod;
  if (def.type === 'object') {
    const child = def.shape[String(key)];
    return child ? typed(child) : null;
  }
  if (def.type === 'record') return typed(def.valueType);
  return def.type === 'array' ? typed(def.element) : null;
};

const schemaAt = (root: Schema, path: Path): Schema | null =>
  path.reduce<Schema | null>((schema, key) => schema && childOf(schema, key), root);

/** Description and example stand on whichever layer was described. */
const meaningOf = (schema: Schema | null): z.core.GlobalMeta => {
  if (!schema) return {};
  const meta = z.globalRegistry.get(schema);
  if (meta) return meta;
  const { def } = schema._zod;
  if (def.type === 'pipe') return meaningOf(typed(def.in));
  return 'innerType' in def ? meaningOf(typed(def.innerType)) : {};
};

const keysOf = (schema: Schema | null): readonly string[] => {
  const def = schema && bare(schema)._zod.def;
  return def?.type === 'object' ? Object.keys(def.shape) : [];
};

const shown = (path: Path): string =>
  path
    .map((key) => (typeof key === 'number' ? `[${key + 1}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');

const valueAt = (data: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    data,
  );

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a section of keys',
  record: 'a section of keys',
};

const kind = (word: string): string => KINDS[word] ?? word;

const kindOf = (value: unknown): string => {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return kind('array');
  return typeof value === 'number' && Number.isInteger(value) ? 'a number' : kind(typeof value);
};

const exampleOf = (schema: Schema | null): string => {
  const { examples, description } = meaningOf(schema);
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  if (example !== undefined)
    return `Write it as in ${typeof example === 'string' ? example : JSON.stringify(example)}.`;
  const keys = keysOf(schema);
  if (keys.length > 0) return `It takes ${keys.join(', ')}.`;
  return description ? `It is: ${description}.` : 'See docs/plan.md.';
};

interface Told {
  readonly message: string;
  readonly fix: string;
}

const ofType = (issue: z.core.$ZodIssueInvalidType, where: string, value: unknown, schema: Schema | null): Told => {
  if (value === undefined) {
    const { description } = meaningOf(schema);
    return { message: `${where} is missing${description ? `: ${description}` : ''}`, fix: exampleOf(schema) };
  }
  return { message: `${where} must be ${kind(issue.expected)}, not ${kindOf(value)}`, fix: exampleOf(schema) };
};

const limitOf = (issue: z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig): string => {
  if (issue.code === 'too_big') return `must be at most ${issue.maximum}`;
  if (issue.origin === 'number' || issue.origin === 'int') return `must be at least ${issue.minimum}`;
  return 'may not be empty';
};

const tell = (issue: Issue, where: string, value: unknown, schema: Schema | null): Told => {
  const fix = exampleOf(schema);
  switch (issue.code) {
    case 'invalid_type':
      return ofType(issue, where, value, schema);
    case 'invalid_value': {
      const known = issue.values.map(String);
      return { message: `${where} "${String(value)}" is not known`, fix: instead(String(value), known, 'values') };
    }
    case 'invalid_key':
      return {
        message: `"${where}" is not a name`,
        fix: 'Use letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
      };
    case 'invalid_union':
      return { message: `${where} must be text, a number, true, false or null`, fix };
    case 'too_small':
    case 'too_big':
      return { message: `${where} ${limitOf(issue)}`, fix };
    case 'custom':
      return {
        message: `${where} ${issue.message}`,
        fix: typeof issue.params?.fix === 'string' ? issue.params.fix : fix,
      };
    default:
      return { message: `${where}: ${issue.message}`, fix };
  }
};

/** Tells every zod issue of a YAML file at the line and column of the node it is about. `at` is where `schema` stands in the file. */
export const refuseIssues = (
  file: string,
  yaml: YamlFile,
  root: z.ZodType,
  error: z.ZodError,
  refuse: Refuse,
  at: Path = [],
): void => {
  const schema = root as unknown as Schema;
  for (const issue of error.issues) {
    const path = [...at, ...issue.path];
    const here = schemaAt(schema, issue.path);
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const message = `"${key}" is not a key of ${shown(path) || 'the plan'}`;
        refuse({
          file,
          ...yaml.placeOf([...path, key], 'key'),
          severity: 'error',
          message,
          fix: instead(key, keysOf(here), 'keys'),
        });
      }
      continue;
    }
    const place = yaml.placeOf(path, issue.code === 'invalid_key' ? 'key' : 'value');
    refuse({ file, ...place, severity: 'error', ...tell(issue, shown(path), valueAt(yaml.data, path), here) });
  }
};
