import { CsvError, parse } from 'csv-parse/sync';
import type { Place, Refuse } from '../refusal.ts';

/** One record. `line` is where it begins; `from` and `to` are byte offsets, kept so that a refused cell can be found again. */
export interface Row {
  readonly line: number;
  readonly cells: readonly string[];
  readonly from: number;
  readonly to: number;
}

export interface Table {
  readonly delimiter: string;
  readonly header: Row;
  readonly rows: readonly Row[];
  /** Where a cell begins; past the last cell: where the record ends. */
  placeOf(row: Row, cell: number): Place;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** What separates the cells of the header: whichever occurs most outside quotes. */
const delimiterOf = (text: string): string => {
  const header = (/[^\n]*\S[^\n]*/.exec(text)?.[0] ?? '').replace(/"[^"]*"/g, '');
  const ranked = DELIMITERS.map((sign) => ({ sign, times: header.split(sign).length })).sort(
    (a, b) => b.times - a.times,
  );
  return ranked[0]?.sign ?? ',';
};

/** Offsets at which the cells of a record begin, then the offset at which it ends. Doubled quotes open and close at once. */
const edgesOf = (record: string, delimiter: string): readonly number[] => {
  const blank = /^(?:[ \t]*\n)*/.exec(record)?.[0].length ?? 0;
  const skipSpaces = (at: number): number => at + (/^ */.exec(record.slice(at))?.[0].length ?? 0);
  const edges = [skipSpaces(blank)];
  let quoted = false;
  for (let at = blank; at < record.length; at += 1) {
    if (record[at] === '"') quoted = !quoted;
    if (!quoted && record[at] === delimiter) edges.push(skipSpaces(at + 1));
    if (!quoted && record[at] === '\n') return [...edges, at];
  }
  return [...edges, record.length];
};

const placeIn = (record: string, line: number, offset: number): Place => {
  const before = record.slice(0, offset).split('\n');
  return { line: line + before.length - 1, column: (before.at(-1)?.length ?? 0) + 1 };
};

const countLines = (bytes: Buffer, from: number, to: number): number => {
  let lines = 0;
  for (let at = bytes.indexOf(10, from); at !== -1 && at < to; at = bytes.indexOf(10, at + 1)) lines += 1;
  return lines;
};

/** Reads comma, semicolon or tab separated text (line ends `\n`). Answers null when a quote makes the rest unreadable. */
export const readTable = (file: string, text: string, refuse: Refuse): Table | null => {
  const bytes = Buffer.from(text);
  const delimiter = delimiterOf(text);
  const records: Row[] = [];
  let end = 0;
  let line = 1;
  const keep = (cells: readonly string[], { bytes: to }: { bytes: number }): null => {
    records.push({ line, cells, from: end, to });
    line += countLines(bytes, end, to);
    end = to;
    return null;
  };

  try {
    parse(bytes, { delimiter, trim: true, relax_column_count: true, skip_empty_lines: true, on_record: keep });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const rest = bytes.toString('utf8', end);
    const edges = edgesOf(rest, delimiter);
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED';
    const at = open ? edges.at(-2) : edges[Number(error.column)];
    refuse({
      file,
      ...placeIn(rest, line, at ?? 0),
      severity: 'error',
      message: open ? 'The quote that opens this cell is never closed' : 'A quote stands in the middle of this cell',
      fix: 'Put the whole cell in quotes, and write a quote inside it twice: "12"" rack".',
    });
    return null;
  }

  const [header, ...rest] = records;
  if (!header) return null;
  return {
    delimiter,
    header,
    rows: rest.filter((row) => row.cells.some((cell) => cell !== '')),
    placeOf: (row, cell) => {
      const record = bytes.toString('utf8', row.from, row.to);
      const edges = edgesOf(record, delimiter);
      return placeIn(record, row.line, edges[Math.min(cell, edges.length - 1)] ?? 0);
    },
  };
};
