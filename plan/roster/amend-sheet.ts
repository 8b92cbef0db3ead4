import { inOrder, type Refusal } from '../refusal.ts';
import { plainText } from '../text/file-text.ts';
import { readTable } from './csv-table.ts';
import { type Cells, rowText } from './first-sheet.ts';
import { unguarded } from './formula-guard.ts';

/** A row as far as it says which VM it is about; empty where it does not. */
export interface RowIdentity {
  /** At which it begins. */
  readonly line: number;
  readonly id: string;
  readonly name: string;
}

export interface Amendment {
  /** The id to write into a row without one; null leaves it as it is. */
  readonly idOf: (row: RowIdentity) => string | null;
  /** Rows for its end, once it is known which there are. */
  readonly append: (rows: readonly RowIdentity[]) => readonly Cells[];
}

export interface Amended {
  readonly text: string;
  readonly filled: number;
  readonly added: number;
}

/** Edits from the last to the first, so that none moves the place of another. */
const inserted = (text: string, edits: readonly { readonly at: number; readonly id: string }[]): string =>
  edits
    .toSorted((a, b) => b.at - a.at)
    .reduce((now, { at, id }) => {
      const rest = now.slice(at);
      return now.slice(0, at) + id + (rest.startsWith('""') ? rest.slice(2) : rest);
    }, text);

/** Fills ids into a sheet and appends rows to it; every other character stays as people wrote it. Answers what makes it unreadable, if anything does. */
export const amendSheet = (
  file: string,
  written: string,
  { idOf, append }: Amendment,
): Amended | { readonly refusals: readonly Refusal[] } => {
  const refusals: Refusal[] = [];
  const text = plainText(written);
  const table = readTable(file, text, (refusal) => refusals.push(refusal));
  if (!table) return { refusals: inOrder(refusals) };
  const { header, rows, delimiter } = table;

  const columns = header.cells.map((cell) => cell.toLowerCase());
  const at = { id: columns.indexOf('id'), name: columns.indexOf('name') };
  if (at.id < 0 && at.name < 0) {
    const message = 'Neither column "id" nor column "name" is there';
    return { refusals: [{ file, line: 1, column: 1, severity: 'error', message, fix: 'Name another file.' }] };
  }
  const identities = rows.map(({ line, cells }) => ({
    line,
    id: (cells[at.id] ?? '').toLowerCase(),
    name: unguarded(cells[at.name] ?? ''),
  }));
  const ids = identities.map((row) => (row.id === '' ? idOf(row) : null));

  const starts = lineStarts(text);
  const offset = (row: (typeof rows)[number], cell: number): number => {
    const { line, column } = table.placeOf(row, cell);
    return (starts[line - 1] ?? 0) + column - 1;
  };
  const edits =
    at.id >= 0
      ? rows.flatMap((row, index) => {
          const id = ids[index];
          return id ? [{ at: offset(row, at.id), id }] : [];
        })
      : [
          { at: offset(header, 0), id: `id${delimiter}` },
          ...rows.map((row, index) => ({ at: offset(row, 0), id: `${ids[index] ?? ''}${delimiter}` })),
        ];
  const filled = ids.filter((id) => id !== null).length;

  const more = append(identities.map((row, index) => ({ ...row, id: ids[index] ?? row.id })));
  const order = at.id >= 0 ? columns : ['id', ...columns];
  const body = filled > 0 || (at.id < 0 && more.length > 0) ? inserted(text, edits) : text;
  const end = more.length > 0 && !body.endsWith('\n') ? '\n' : '';
  const changed = body + end + more.map((cells) => `${rowText(cells, order, delimiter)}\n`).join('');
  return { text: asWritten(written, changed), filled, added: more.length };
};

const lineStarts = (text: string): readonly number[] => {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
};

/** With the byte order mark and the line ends it had. */
const asWritten = (before: string, text: string): string =>
  (before.startsWith('\uFEFF') ? '\uFEFF' : '') + (before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text);
