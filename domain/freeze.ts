import { isInstant } from './instant.ts';
import { isSayable } from './said.ts';

/** A time in which nothing changes in production: no batch begins, no group cuts over. Instants are ms since the epoch. */
export interface Freeze {
  /** Its span in UTC, to the minute: `2026-12-18T17:00Z/2027-01-07T05:00Z`. */
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly why: string;
  /** Who added it to the running programme; the plan's own have none. */
  readonly by?: string;
}

/** What a person changes while the programme runs. Times are ISO 8601 with `Z` or an offset, or ms. */
export interface FreezeEdit {
  readonly by: string;
  readonly add?: { readonly from: string | number; readonly to: string | number; readonly why: string };
  /** Id of the one that goes. */
  readonly remove?: string;
}

export const minuteOf = (instant: number): string => `${new Date(instant).toISOString().slice(0, 16)}Z`;

export const freezeOf = (from: number, to: number, why: string, by?: string): Freeze => ({
  id: `${minuteOf(from)}/${minuteOf(to)}`,
  from,
  to,
  why,
  ...(by === undefined ? {} : { by }),
});

/** Those that hold now: from its begin, and not at its end any more. */
export const freezesAt = (freezes: readonly Freeze[], now: number): readonly Freeze[] =>
  freezes.filter(({ from, to }) => from <= now && now < to);

/** When the freeze that holds now is over, others that begin before its end counted in; null while none holds. */
export const frozenUntil = (freezes: readonly Freeze[], now: number): number | null => {
  let until = now;
  for (let longer = freezesAt(freezes, until); longer.length > 0; longer = freezesAt(freezes, until))
    until = Math.max(...longer.map(({ to }) => to));
  return until > now ? until : null;
};

/** The next begin or end of one. */
export const nextFreezeMoment = (freezes: readonly Freeze[], now: number): number | null => {
  const ahead = freezes.flatMap(({ from, to }) => [from, to]).filter((at) => at > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
};

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

const instantOf = (said: unknown): number | null => {
  if (typeof said === 'number') return isInstant(said) ? said : null;
  if (typeof said !== 'string' || !INSTANT.test(said)) return null;
  const at = Date.parse(said);
  return isInstant(at) ? at : null;
};

const SHAPE =
  'A freeze is changed with {"by", "add": {"from", "to", "why"}} or {"by", "remove": its id}; times as in 2026-12-18T18:00:00+01:00.';

/** Why an edit is refused, or null. It may be anything that a person typed. */
export const refuseFreezeEdit = (freezes: readonly Freeze[], came: unknown, now: number): string | null => {
  const { by, add, remove } = (came ?? {}) as Partial<FreezeEdit>;
  if (typeof by !== 'string' || by.trim() === '' || (add === undefined) === (remove === undefined)) return SHAPE;
  if (remove !== undefined)
    return freezes.some(({ id }) => id === remove)
      ? null
      : `There is no such freeze. There are: ${freezes.map(({ id }) => id).join(', ') || 'none'}.`;
  const from = instantOf(add?.from);
  const to = instantOf(add?.to);
  if (from === null || to === null || typeof add?.why !== 'string' || add.why.trim() === '' || !isSayable(add.why))
    return SHAPE;
  if (to <= from) return 'The freeze ends before it begins.';
  return to <= now ? 'The freeze is over already.' : null;
};

/** Takes an edit that was not refused. The same span again takes the place of what was. */
export const editFreezes = (freezes: readonly Freeze[], { by, add, remove }: FreezeEdit): readonly Freeze[] => {
  if (!add) return freezes.filter(({ id }) => id !== remove);
  const made = freezeOf(instantOf(add.from) ?? 0, instantOf(add.to) ?? 0, add.why, by);
  return [...freezes.filter(({ id }) => id !== made.id), made].sort((a, b) => a.from - b.from);
};
