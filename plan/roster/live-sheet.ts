import { stringify } from 'csv-stringify/sync';
import type { JourneyOrder } from '../../domain/plan.ts';
import { COLUMNS, HOP_FIELDS, hopColumn, STATE_COLUMNS } from './columns.ts';
import { guarded } from './formula-guard.ts';
import { orderCells } from './order-cells.ts';

/** One VM of a batch under way, and how it is doing: for the eye alone, reading the sheet passes over it. */
export interface LiveRow {
  readonly order: JourneyOrder;
  readonly phase: string;
  readonly status: string;
  readonly flags: string;
}

/** A whole vms.csv of what runs, as spreadsheets open it: with a mark that says UTF-8, and no cell that they would run. */
export const liveSheet = (rows: readonly LiveRow[]): string => {
  const hops = Math.max(1, ...rows.map(({ order }) => order.hops.length));
  const columns = [
    ...Object.keys(COLUMNS),
    ...Array.from({ length: hops }, (_, hop) => HOP_FIELDS.map((field) => hopColumn(hop + 1, field))).flat(),
    ...Object.keys(STATE_COLUMNS),
  ];
  const lines = rows.map(({ order, ...state }) => {
    const cells: Readonly<Record<string, string>> = { ...orderCells(order), ...state };
    return columns.map((column) => guarded(cells[column] ?? ''));
  });
  return stringify([columns, ...lines], { bom: true, record_delimiter: '\n', quoted_match: /^\s|\s$/ });
};
