import { type FilePlace, isWrong, type Refusal, type Refuse, type Wrong } from '../refusal.ts';
import { instead } from '../text/nearest.ts';
import {
  COLUMNS,
  type Column,
  HOP_COLUMNS,
  type HopColumn,
  hopColumn,
  hopOf,
  isColumn,
  isStateColumn,
} from './columns.ts';
import type { Row, Table } from './csv-table.ts';
import { unguarded } from './formula-guard.ts';

export type AnyColumn = Column | HopColumn;

/** One row of vms.csv. What is refused has a stand-in value, so that the rest of the row is still read. */
export interface VmRow {
  readonly line: number;
  text(column: AnyColumn): string;
  /** Of the cell; of the row where the sheet lacks the column. */
  placeOf(column: AnyColumn): FilePlace;
  /** The cell as `reader` understands it; `blank` when it is empty or was refused. */
  read<T, B>(column: AnyColumn, reader: (text: string) => T | Wrong, blank: B): T | B;
  /** Refuses an empty cell too, unless the whole column is missing: that has been said once. */
  need<T, B>(column: AnyColumn, reader: (text: string) => T | Wrong, standIn: B): T | B;
  no(column: AnyColumn, message: string, fix: string): void;
  warn(column: AnyColumn, message: string, fix: string): void;
}

const readHeader = (file: string, table: Table, hops: number, refuse: Refuse): ReadonlyMap<string, number> => {
  const known = [
    ...Object.keys(COLUMNS),
    ...Array.from({ length: hops }, (_, i) => Object.keys(HOP_COLUMNS).map((field) => `hop${i + 1}.${field}`)).flat(),
  ];
  const columns = new Map<string, number>();
  for (const [index, cell] of table.header.cells.entries()) {
    const column = cell.toLowerCase();
    const no = (message: string, fix: string): void =>
      refuse({ file, ...table.placeOf(table.header, index), severity: 'error', message, fix });
    const hop = hopOf(column);
    if (isStateColumn(column)) continue;
    if (column === '') no('A column without a name', 'Name it, or delete it.');
    else if (!isColumn(column) && hop === null) no(`"${cell}" is not a column`, instead(column, known, 'columns'));
    else if (hop !== null && hop > hops)
      no(`"${cell}": no path has ${hop} hops`, 'Delete the column, or add the hop to a path of plan.yaml.');
    else if (columns.has(column)) no(`Column "${cell}" stands twice`, 'Delete one of the two.');
    else columns.set(column, index);
  }
  return columns;
};

const refuseMissing = (
  file: string,
  columns: ReadonlyMap<string, number>,
  table: Table,
  hops: number,
  refuse: Refuse,
): void => {
  const nics = Array.from({ length: hops }, (_, i) => hopColumn(i + 1, 'nics'));
  const needed: AnyColumn[] = ['batch', 'owner', 'path', 'hop1.cpus', 'hop1.memory', ...nics];
  const missing = needed.filter((column) => !columns.has(column));
  const place = table.placeOf(table.header, 0);
  const no = (message: string, fix: string): void => refuse({ file, ...place, severity: 'error', message, fix });
  if (!columns.has('id') && !columns.has('name'))
    no('Neither column "id" nor column "name" is there', 'Add at least one of them to the first line.');
  if (missing.length > 0)
    no(
      `Missing: ${missing.join(', ')}`,
      `Add ${missing.length === 1 ? 'this column' : 'these columns'} to the first line.`,
    );
};

const rowReader = (file: string, table: Table, columns: ReadonlyMap<string, number>, refuse: Refuse) => {
  return (row: Row): VmRow => {
    const text = (column: AnyColumn): string => unguarded(row.cells[columns.get(column) ?? -1] ?? '');
    const placeOf = (column: AnyColumn): FilePlace => ({ file, ...table.placeOf(row, columns.get(column) ?? 0) });
    const say = (severity: Refusal['severity'], column: AnyColumn, message: string, fix: string): void =>
      refuse({ ...placeOf(column), severity, message, fix });
    const read: VmRow['read'] = (column, reader, blank) => {
      const cell = text(column);
      if (cell === '') return blank;
      const value = reader(cell);
      if (!isWrong(value)) return value;
      say('error', column, `${column}: ${value.wrong}`, value.fix);
      return blank;
    };
    return {
      line: row.line,
      text,
      placeOf,
      read,
      need: (column, reader, standIn) => {
        if (text(column) === '' && columns.has(column)) say('error', column, `${column} is empty`, 'Fill it in.');
        return read(column, reader, standIn);
      },
      no: (column, message, fix) => say('error', column, message, fix),
      warn: (column, message, fix) => say('warning', column, message, fix),
    };
  };
};

/** The rows of vms.csv under its header. `hops` is the longest path there is; null when plan.yaml could not tell. */
export const readSheet = (file: string, table: Table, hops: number | null, refuse: Refuse): readonly VmRow[] => {
  const inHeader = Math.max(1, ...table.header.cells.map((cell) => hopOf(cell.toLowerCase()) ?? 1));
  const columns = readHeader(file, table, hops ?? inHeader, refuse);
  refuseMissing(file, columns, table, hops ?? inHeader, refuse);

  const width = table.header.cells.length;
  const fitting = table.rows.filter((row) => {
    if (row.cells.length === width) return true;
    const place = table.placeOf(row, Math.min(row.cells.length, width));
    const message = `The row has ${row.cells.length} cells, the header ${width}`;
    refuse({
      file,
      ...place,
      severity: 'error',
      message,
      fix: 'Put cells that hold the separator in quotes, and keep empty cells.',
    });
    return false;
  });
  return fitting.map(rowReader(file, table, columns, refuse));
};
