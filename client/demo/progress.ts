import { copyAgeOf } from '../../domain/ledger.ts';
import { duration } from '../../domain/words.ts';
import type { MigrationView } from '../../workflows/messages.ts';
import type { MigrationHandle } from '../operations.ts';

/** What a product says of the work it is at, in its driver's words and in numbers where the words hold some. */
export interface Progress {
  readonly words: string;
  readonly percent: string;
  readonly copied: string;
  readonly rate: string;
}

const SIZE = '[\\d.]+ (?:bytes|[kMGT]?B)';
const found = (words: string, pattern: RegExp): string => pattern.exec(words)?.slice(1).find(Boolean) ?? '';

export const readWords = (words: string): Progress => ({
  words,
  percent: found(words, /\b(\d+(?:\.\d+)? %)/),
  copied: found(words, new RegExp(`(${SIZE} of (?:about )?${SIZE})|% (of ${SIZE})`)),
  rate: found(words, new RegExp(`(${SIZE}/s)`)),
});

/** What the server knows of a migration without asking it. */
export interface Seen {
  /** Of its history: it has changed nothing while these are the same. */
  readonly events: number;
  readonly progress: Progress | null;
}

/** A verb that waits fails with a benign "not finished", which leaves no history: its last one is what the product said last. */
export const lookAt = async (handle: MigrationHandle): Promise<Seen> => {
  const { historyLength, raw } = await handle.describe();
  const said = (raw.pendingActivities ?? []).flatMap(({ lastFailure }) => lastFailure?.message ?? []);
  return { events: historyLength, progress: said.length > 0 ? readWords(said.join('; ')) : null };
};

export interface Row extends Seen {
  readonly label: string;
  readonly view: MigrationView;
}

export const HEAD = ['VM', 'GROUP', 'HOP', 'PHASE', '%', 'COPIED', 'RATE', 'LAG', 'AT'] as const;

/** Age of the copy that the coming cut-over would begin with; a VM that is down falls behind no more. */
const lagOf = ({ ledger, hop, phase }: MigrationView): string => {
  const age = ['Seeding', 'Syncing', 'AwaitingCutover'].includes(phase) ? copyAgeOf(ledger, hop, Date.now()) : null;
  return age === null ? '' : duration(age);
};

export const cellsOf = ({ label, view, progress }: Row): readonly string[] => [
  label,
  view.group,
  String(view.hop),
  view.phase,
  progress?.percent ?? '',
  progress?.copied ?? '',
  progress?.rate ?? '',
  lagOf(view),
  [view.waitingFor ?? view.step ?? '', progress?.words ?? ''].filter(Boolean).join(': '),
];
