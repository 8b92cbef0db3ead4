import type { Matter, NoticeKind } from './notice.ts';
import { duration } from './words.ts';

/** One matter as it is told. Every text is one line of plain words; names in them are anybody's. */
export interface Entry extends Pick<Matter, 'kind' | 'subject' | 'says' | 'since' | 'owner' | 'asked' | 'command'> {
  /** What it costs to wait, in words; null where it costs nothing. */
  readonly cost: string | null;
}

/** What one receiver is sent at once. */
export interface Letter {
  /** Stays the same however often it is sent. */
  readonly key: string;
  readonly programme: string;
  readonly at: number;
  /** Our own words and counts, no name of a VM. */
  readonly headline: string;
  readonly summary: string;
  readonly entries: readonly Entry[];
  /** Entries that did not fit. */
  readonly more: number;
  /** One address instead of those of the receiver. */
  readonly to: string | null;
}

/** A message with more than these is read by nobody, and Slack takes fifty blocks. */
const SHOWN = 15;
const LONGEST = 300;

/** Line breaks, control characters and marks that turn the direction of writing round have no place in a name. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu;

/** One line of at most 300 characters. */
export const plain = (text: string): string => {
  const line = text.replace(UNSEEN, ' ').trim();
  return [...line].length <= LONGEST ? line : `${[...line].slice(0, LONGEST).join('')} …`;
};

const windowCost = (matter: Matter, now: number): readonly string[] => {
  const { window } = matter;
  if (!window) return [];
  if (now < window.opensAt) return [`its window opens in ${duration(window.opensAt - now)}`];
  if (now < window.abortAt) return [`its window is open, latest abort in ${duration(window.abortAt - now)}`];
  return [`its window passed its latest abort ${duration(now - window.abortAt)} ago`];
};

/** What it costs to wait: a running outage first. */
export const costOf = (matter: Matter, now: number): string | null => {
  const { outage, expiresAt } = matter;
  const words = [
    ...(outage ? [`its outage runs: ${duration(now - outage.since)} of ${duration(outage.budgetMs)} allowed`] : []),
    ...windowCost(matter, now),
    ...(expiresAt === null || expiresAt <= now ? [] : [`it opens anew in ${duration(expiresAt - now)}`]),
  ];
  return words.length > 0 ? words.join(' · ') : null;
};

const entryOf = (matter: Matter, now: number): Entry => ({
  kind: matter.kind,
  subject: plain(matter.subject),
  says: plain(matter.says),
  since: matter.since,
  owner: matter.owner === null ? null : plain(matter.owner),
  asked: matter.asked.map(plain),
  cost: costOf(matter, now),
  command: matter.command === null ? null : plain(matter.command),
});

/** Most pressing first. */
const ORDER: readonly NoticeKind[] = [
  'breach',
  'failed',
  'parked',
  'stalled',
  'escalation',
  'reminder',
  'decision',
  'finding',
  'daily',
  'batchStarted',
  'batchOver',
];

const WORDS: Readonly<Record<NoticeKind, readonly [one: string, many: string]>> = {
  breach: ['host limit', 'host limits'],
  failed: ['failed', 'failed'],
  parked: ['parked', 'parked'],
  stalled: ['stalled', 'stalled'],
  escalation: ['escalated', 'escalated'],
  reminder: ['reminder', 'reminders'],
  decision: ['decision', 'decisions'],
  finding: ['finding', 'findings'],
  daily: ['daily check', 'daily checks'],
  batchStarted: ['batch started', 'batches started'],
  batchOver: ['batch over', 'batches over'],
};

/** `contoso-2026: 2 parked, 3 decisions`. */
const headlineOf = (programme: string, matters: readonly Matter[]): string => {
  const counts = ORDER.flatMap((kind) => {
    const n = matters.filter((one) => one.kind === kind).length;
    return n === 0 ? [] : [`${n} ${WORDS[kind][n === 1 ? 0 : 1]}`];
  });
  return `${programme}: ${counts.join(', ')}`;
};

interface Sending {
  readonly key: string;
  readonly programme: string;
  readonly summary: string;
  readonly now: number;
  readonly to: string | null;
}

export const letterOf = (matters: readonly Matter[], { now, ...sending }: Sending): Letter => {
  const sorted = [...matters].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.since - b.since);
  return {
    ...sending,
    at: now,
    headline: headlineOf(sending.programme, matters),
    entries: sorted.slice(0, SHOWN).map((matter) => entryOf(matter, now)),
    more: Math.max(0, sorted.length - SHOWN),
  };
};

/** What a receiver is sent to see that it is reached. */
export const testLetter = (programme: string, key: string, summary: string, now: number): Letter => ({
  ...{ key, programme, summary, at: now, more: 0, to: null, entries: [] },
  headline: `${programme}: test message, nothing is asked`,
});

/** The lines under the head of an entry, besides its command. */
export const linesOf = (entry: Entry, at: number): readonly string[] => [
  entry.says,
  [
    `since ${duration(at - entry.since)}`,
    ...(entry.owner === null ? [] : [`owner ${entry.owner}`]),
    ...(entry.asked.length === 0 ? [] : [`asks ${entry.asked.join(', ')}`]),
  ].join(' · '),
  ...(entry.cost === null ? [] : [entry.cost]),
];

export const moreText = ({ more }: Letter): string | null =>
  more === 0 ? null : `and ${more} more: tranship inbox shows all of them`;
