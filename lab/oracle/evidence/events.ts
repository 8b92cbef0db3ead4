import { join } from 'node:path';
import { CannotJudge } from './cannot-judge.ts';
import { type Fields, numberOf, readLines, textOf } from './json-lines.ts';

/** One line of the event log. `time` is `at` in ms since the epoch; the order of things is that of `seq`. */
export interface LabEvent {
  readonly seq: number;
  readonly time: number;
  readonly kind: string;
  readonly fields: Fields;
}

export interface EventLog {
  readonly events: readonly LabEvent[];
  /** What is wrong with the log itself. */
  readonly flaws: readonly { readonly seqs: readonly number[]; readonly says: string }[];
}

/** `newest` are the last events from elsewhere; those the file does not have yet are added. */
export const readEvents = (dir: string, newest: readonly Fields[]): EventLog => {
  const lines = readLines(join(dir, 'events.jsonl'));
  if (!lines || lines.rows.length === 0) throw new CannotJudge(`${dir} holds no event log`);
  const inFile = lines.rows.map(eventOf);
  const last = inFile.at(-1)?.seq ?? 0;
  const events = [...inFile, ...newest.map(eventOf).filter(({ seq }) => seq > last)];
  const flaws = [
    ...lines.broken.map((line) => ({ seqs: [], says: `Line ${line} of the event log cannot be read.` })),
    ...events.flatMap(({ seq, time, kind }, n) => {
      const before = events[n - 1];
      const due = before ? before.seq + 1 : 1;
      if (seq !== due) return [{ seqs: [seq], says: `Event ${due} is missing: the log goes on with ${seq}.` }];
      if (kind === '' || Number.isNaN(time)) return [{ seqs: [seq], says: 'An event without a kind or a time.' }];
      return before && time < before.time
        ? [{ seqs: [before.seq, seq], says: 'The one lab clock went backwards.' }]
        : [];
    }),
  ];
  return { events: events.toSorted((a, b) => a.seq - b.seq), flaws };
};

const eventOf = (fields: Fields): LabEvent => ({
  seq: numberOf(fields, 'seq') ?? 0,
  time: Date.parse(textOf(fields, 'at') ?? ''),
  kind: textOf(fields, 'kind') ?? '',
  fields,
});

/** The product of `product:verb[:token]`; `admin`, `scenario`, `host` and `guest` are no products. */
export const handOf = (event: LabEvent): string => (textOf(event.fields, 'by') ?? '').split(':')[0] ?? '';

const NOBODYS = ['admin', 'scenario', 'host', ''];

/** Whether a product did it, and not an admin, the host or the beginning. */
export const byProduct = (event: LabEvent): boolean => !NOBODYS.includes(handOf(event));
