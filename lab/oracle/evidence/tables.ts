import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Fields, listOf, numberOf, objectIn, textOf } from './json-lines.ts';

/** A VM as the lab's own table has it: names, paths and checkpoints are nowhere in the log. */
export interface VmRow {
  readonly id: string;
  readonly name: string;
  readonly power: string;
  readonly autostart: boolean;
  readonly paths: readonly string[];
  /** Checkpoints that exist and are not being merged. */
  readonly checkpoints: number;
}

export interface Tables {
  readonly vms: ReadonlyMap<string, VmRow>;
  /** Newest event these tables stand for. */
  readonly seq: number;
  /** The newest events, as they were logged with the changes: a kill can come before they reach the file. */
  readonly newest: readonly Fields[];
}

/**
 * The lab's state in `estate.db`, read as of one instant; the lab may run on. Null where there is none or this Node has no SQLite: the
 * oracle then sees less and says so.
 */
export const readTables = (dir: string): Tables | null => {
  const path = join(dir, 'estate.db');
  const sqlite = existsSync(path) ? quietSqlite() : null;
  if (!sqlite) return null;
  try {
    const db = new sqlite.DatabaseSync(path, { readOnly: true });
    try {
      db.exec('begin');
      const rows = db.prepare("select value from entries where product = 'lab' and name = 'vms'").all();
      const newest = db.prepare('select line from outbox order by seq').all();
      const vms = rows.flatMap((row) => rowOf(objectIn(String(row.value))));
      const lines = newest.flatMap((row) => {
        const fields = objectIn(String(row.line));
        return fields ? [fields] : [];
      });
      const last = lines.at(-1);
      const seq = last ? (numberOf(last, 'seq') ?? 0) : 0;
      return { vms: new Map(vms.map((vm) => [vm.id, vm])), seq, newest: lines };
    } finally {
      db.close();
    }
  } catch {
    return null;
  }
};

const rowOf = (fields: Fields | null): readonly VmRow[] => {
  if (!fields) return [];
  const extra = (fields.extra ?? {}) as Fields;
  return [
    {
      id: textOf(fields, 'id') ?? '',
      name: textOf(fields, 'name') ?? '',
      power: textOf(fields, 'power') ?? '',
      autostart: fields.autostart === true,
      paths: listOf(fields, 'disks').map((disk) => textOf(disk, 'path') ?? ''),
      checkpoints: listOf(extra, 'hyperV.snapshots').filter((each) => numberOf(each, 'mergedAt') === null).length,
    },
  ];
};

/** node:sqlite without its ExperimentalWarning. */
const quietSqlite = (): typeof import('node:sqlite') | null => {
  const emit = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return process.getBuiltinModule('node:sqlite') ?? null;
  } finally {
    process.emitWarning = emit;
  }
};
