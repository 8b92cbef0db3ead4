import type { LabEvent } from './events.ts';
import { textOf } from './json-lines.ts';

/** What a name leads to when the log ends, and the event that made it so. */
export interface Resolved {
  readonly addresses: readonly string[];
  readonly last: LabEvent | null;
}

/** The A records of a name, out of all changes of the DNS server from its first record on. */
export const resolve = (events: readonly LabEvent[], zone: string, name: string): Resolved => {
  const same = (event: LabEvent, field: string, wanted: string): boolean =>
    textOf(event.fields, field)?.toLowerCase() === wanted.toLowerCase();
  const about = events.filter(
    (event) =>
      event.kind === 'dns.changed' &&
      event.fields.type === 'A' &&
      same(event, 'zone', zone) &&
      same(event, 'name', name),
  );
  const addresses = new Set<string>();
  for (const { fields } of about) {
    const from = textOf(fields, 'from');
    const to = textOf(fields, 'to');
    if (from !== null) addresses.delete(from);
    if (to !== null) addresses.add(to);
  }
  return { addresses: [...addresses].toSorted(), last: about.at(-1) ?? null };
};
