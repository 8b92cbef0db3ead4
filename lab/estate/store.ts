import { join } from 'node:path';
import { appender, dropTornLine, lastLine } from './append-only.ts';
import { quietSqlite } from './sqlite.ts';
import type { Table } from './types.ts';

/** How many event lines the database keeps after they reached the file. */
const KEPT_LINES = 200;

export interface Store {
  table<T>(product: string, table: string): Table<T>;
  together<R>(work: () => R): R;
  /** Done in the transaction around it, and done again on its own when that transaction is undone. */
  evenIfUndone(work: () => void): void;
  /** Adds a line to events.jsonl in the same transaction as the changes around it. */
  log(at: number, kind: string, fields: Readonly<Record<string, unknown>>): void;
  /** Lab ms of the newest event, 0 when there is none. */
  readonly newestEvent: number;
  /** Every table by `product/table`, then key: what GET /state shows. */
  everything(): Record<string, Record<string, unknown>>;
  close(): void;
}

/**
 * The durable tables in `estate.db` and the event log in `events.jsonl`. WAL with synchronous=NORMAL survives the death of the process
 * at any instant. An event is first a row of the transaction that changed the state and then a line of the file, so the file can be
 * completed after a kill and never tells of a change that did not happen.
 */
export const openStore = (dir: string): Store => {
  const { DatabaseSync } = quietSqlite();
  const db = new DatabaseSync(join(dir, 'estate.db'));
  db.exec('pragma journal_mode = wal; pragma synchronous = normal');
  db.exec(
    'create table if not exists entries (product text, name text, key text, value text, primary key (product, name, key))',
  );
  db.exec('create table if not exists outbox (seq integer primary key, line text)');

  const get = db.prepare('select value from entries where product = ? and name = ? and key = ?');
  const put = db.prepare(
    'insert into entries values (?, ?, ?, ?) on conflict (product, name, key) do update set value = excluded.value',
  );
  const remove = db.prepare('delete from entries where product = ? and name = ? and key = ?');
  const list = db.prepare('select key, value from entries where product = ? and name = ? order by rowid');
  const all = db.prepare('select product, name, key, value from entries order by product, name, rowid');
  const queue = db.prepare('insert into outbox values (?, ?)');
  const unsent = db.prepare('select seq, line from outbox where seq > ? order by seq');
  const prune = db.prepare('delete from outbox where seq <= ?');

  const path = join(dir, 'events.jsonl');
  dropTornLine(path);
  const newest = JSON.parse(lastLine(path) ?? '{"seq":0}') as { seq: number; at?: string };
  const file = appender(path);
  let sent = newest.seq;
  let seq = Math.max(sent, Number(db.prepare('select max(seq) as seq from outbox').get()?.seq ?? 0));
  let depth = 0;
  let lasting: (() => void)[] = [];

  const send = (): void => {
    if (sent === seq) return;
    const lines = unsent.all(sent);
    file.append(lines.map((row) => `${String(row.line)}\n`).join(''));
    sent = seq;
    if (seq % KEPT_LINES < lines.length) prune.run(seq - KEPT_LINES);
  };
  send();

  const together = <R>(work: () => R): R => {
    if (depth > 0) return work();
    const before = seq;
    db.exec('begin immediate');
    depth = 1;
    try {
      const result = work();
      db.exec('commit');
      return result;
    } catch (error) {
      seq = before;
      db.exec('rollback');
      depth = 0;
      const again = lasting;
      lasting = [];
      if (again.length > 0) together(() => again.forEach((each) => void each()));
      throw error;
    } finally {
      depth = 0;
      lasting = [];
      send();
    }
  };

  const parsed = (row: Record<string, unknown>): unknown => JSON.parse(String(row.value));

  return {
    together,
    evenIfUndone: (work) =>
      together(() => {
        work();
        lasting.push(work);
      }),
    table: <T>(product: string, name: string): Table<T> => ({
      get: (key) => {
        const row = get.get(product, name, key);
        return row && (parsed(row) as T);
      },
      put: (key, value) => void put.run(product, name, key, JSON.stringify(value)),
      delete: (key) => void remove.run(product, name, key),
      list: () => list.all(product, name).map((row) => ({ key: String(row.key), value: parsed(row) as T })),
    }),
    log: (at, kind, fields) =>
      together(() => {
        seq += 1;
        queue.run(seq, JSON.stringify({ seq, at: new Date(at).toISOString(), kind, ...withoutKind(kind, fields) }));
      }),
    newestEvent: newest.at ? Date.parse(newest.at) : 0,
    everything: () => {
      const found: Record<string, Record<string, unknown>> = {};
      for (const row of all.all()) {
        const table = `${String(row.product)}/${String(row.name)}`;
        found[table] ??= {};
        found[table][String(row.key)] = parsed(row);
      }
      return found;
    },
    close: () => {
      if (!db.isOpen) return;
      file.close();
      db.close();
    },
  };
};

/** A line has one `kind`: that of a run or a fault is called `runKind`, `faultKind`. */
const withoutKind = (kind: string, fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> => {
  if (!('kind' in fields)) return fields;
  const { kind: own, ...rest } = fields;
  return { ...rest, [`${kind.split('.')[0]}Kind`]: own };
};
