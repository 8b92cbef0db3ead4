import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';
import type { Place, Refuse } from '../refusal.ts';

export interface YamlFile {
  readonly data: unknown;
  /** Place of the value at a path, or of its key. A value that is not there is its parent's; an empty one is its key's. */
  placeOf(path: readonly PropertyKey[], part?: 'key' | 'value'): Place;
}

const FIXES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'Keep one of the two.',
  TAB_AS_INDENT: 'Indent with spaces.',
  BAD_INDENT: 'Indent it like its neighbours, with spaces.',
  TAG_RESOLVE_FAILED: 'Take the tag out, or put the text in quotes.',
  MULTIPLE_DOCS: 'Keep one document: take out the lines of three dashes.',
  MISSING_CHAR: 'Close what was opened: quotes, brackets or braces.',
};

const FIX = 'See docs/plan.md for an example, and look for a missing colon, quote or indent just above.';

const starts = (node: unknown): number | null => (isNode(node) ? (node.range?.[0] ?? null) : null);
const isEmpty = (node: unknown): boolean => isScalar(node) && node.range != null && node.range[0] === node.range[1];

interface Step {
  readonly node: unknown;
  readonly key: number | null;
}

const stepInto = (document: Document, node: unknown, key: PropertyKey): Step | null => {
  const target = isAlias(node) ? node.resolve(document) : node;
  if (isSeq(target)) {
    const item = target.items[Number(key)];
    return item === undefined ? null : { node: item, key: starts(item) };
  }
  if (!isMap(target)) return null;
  const pair = target.items.find(({ key: each }: Pair) => String(isScalar(each) ? each.value : each) === String(key));
  return pair ? { node: pair.value, key: starts(pair.key) } : null;
};

const offsetOf = (document: Document, path: readonly PropertyKey[], part: 'key' | 'value'): number => {
  let at: Step = { node: document.contents, key: 0 };
  for (const key of path) {
    const next = stepInto(document, at.node, key);
    if (!next) return at.key ?? 0;
    at = next;
  }
  return (part === 'key' || isEmpty(at.node) ? at.key : starts(at.node)) ?? at.key ?? 0;
};

/** Aliases whose anchor is not above them; the parser itself tells only when it makes values. */
const danglingAliases = (document: Document): readonly Alias[] => {
  const found: Alias[] = [];
  visit(document, {
    Alias: (_, alias) => {
      if (!alias.resolve(document)) found.push(alias);
    },
  });
  return found;
};

/** An error about an open quote is told at the end of the file; people look for where it was opened. */
const openQuote = (document: Document, end: number): number => {
  let start = end;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (type?.startsWith('QUOTE') && range && range[1] >= end) start = range[0];
    },
  });
  return start;
};

interface Fault {
  readonly at: number;
  readonly code: string;
  readonly message: string;
}

/** All that is wrong on its own; of syntax errors only the first, as one makes many. */
const faultsOf = (document: Document): readonly Fault[] => {
  const told = [...document.errors, ...document.warnings].map(({ code, message, pos }): Fault => {
    const isQuote = code === 'MISSING_CHAR' && message.includes('quote');
    return { at: isQuote ? openQuote(document, pos[0]) : pos[0], code, message };
  });
  const alone = told.filter(({ code }) => code === 'DUPLICATE_KEY' || code === 'TAG_RESOLVE_FAILED');
  const syntax = told.filter((fault) => !alone.includes(fault)).sort((a, b) => a.at - b.at);
  return [...alone, ...syntax.slice(0, 1)];
};

const isTextKey = (key: unknown): boolean => isScalar(key) && typeof key.value === 'string';

const oddKeys = (document: Document): readonly Node[] => {
  const found: Node[] = [];
  visit(document, {
    Pair: (_, { key }) => {
      if (isNode(key) && !isTextKey(key)) found.push(key);
    },
  });
  return found;
};

/** Reads one YAML 1.2 document. Answers null when it has no sure meaning: everything wrong with it was refused. */
export const readYaml = (file: string, text: string, refuse: Refuse): YamlFile | null => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  let sure = true;
  const no = (offset: number, message: string, fix: string): void => {
    sure = false;
    refuse({ file, ...place(offset), severity: 'error', message, fix });
  };

  for (const { at, code, message } of faultsOf(document)) no(at, message, FIXES[code] ?? FIX);
  if (!sure) return null;
  for (const alias of danglingAliases(document))
    no(starts(alias) ?? 0, `Nothing above is marked &${alias.source}`, 'Write the value itself here.');
  for (const key of oddKeys(document)) no(starts(key) ?? 0, 'A key that is not text', 'Put the key in quotes.');
  if (!sure) return null;

  return { data: document.toJS(), placeOf: (path, part = 'value') => place(offsetOf(document, path, part)) };
};
