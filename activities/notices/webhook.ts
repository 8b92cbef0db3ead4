import type { Json } from '../../domain/hook.ts';
import type { Entry, Letter } from '../../domain/letter.ts';

const instant = (ms: number): string => new Date(ms).toISOString();

const entryJson = ({ asked, ...entry }: Entry): Json => ({ ...entry, since: instant(entry.since), asked: [...asked] });

/** The letter as data: names are values of JSON and nothing else, and whoever shows them escapes them. */
export const webhookMessage = ({ key, programme, at, headline, summary, entries, more }: Letter): Json => ({
  ...{ version: 1, key, programme, at: instant(at), headline, summary, more },
  entries: entries.map(entryJson),
});
