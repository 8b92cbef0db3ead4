/** The inbox at a terminal, without the terminal: what is there and a key give what is there next and what is to be done. Pure. */

import { fingerprintOf } from '../domain/gate.ts';
import { type Act, calledOf, type DeskItem, gateOf, idOf, mayAct, refuseAct } from './inbox-desk-items.ts';
import { wrapped } from './wrapped.ts';

/** What was decided at the desk, for what was seen there: a later list does not change it. */
export interface Deed {
  readonly act: Act;
  readonly items: readonly DeskItem[];
  readonly comment?: string;
  readonly ticket?: string;
}

type Word = 'comment' | 'ticket' | 'fingerprint';

/** What a person types, and what is asked after it. */
export interface Typing {
  readonly what: Word;
  readonly text: string;
  readonly then: readonly Word[];
  readonly deed: Deed;
}

export interface Desk {
  /** Oldest first. */
  readonly items: readonly DeskItem[];
  readonly at: number;
  readonly marked: readonly string[];
  /** Gates, by opening and fingerprint, whose evidence was on the screen to its last line. */
  readonly seen: readonly string[];
  readonly evidence: {
    readonly item: DeskItem;
    readonly text: readonly string[];
    /** The text as the screen is wide: nothing of it is cut off. */
    readonly lines: readonly string[];
    readonly top: number;
  } | null;
  readonly typing: Typing | null;
  readonly note: string | null;
  /** Lines of evidence that fit on the screen, and how wide it is. */
  readonly page: number;
  readonly columns: number;
}

export interface Key {
  /** As node:readline calls it. */
  readonly name?: string | undefined;
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
}

export type Effect =
  | { readonly does: 'show'; readonly item: DeskItem }
  | { readonly does: 'act'; readonly deed: Deed }
  | { readonly does: 'quit' };

export interface Pressed {
  readonly desk: Desk;
  readonly effects: readonly Effect[];
}

export const newDesk = (page: number, columns: number): Desk => ({
  items: [],
  at: 0,
  marked: [],
  seen: [],
  evidence: null,
  typing: null,
  note: null,
  page,
  columns,
});

const only = (desk: Desk): Pressed => ({ desk, effects: [] });
const noted = (desk: Desk, note: string): Pressed => only({ ...desk, note });
const within = (at: number, most: number): number => Math.max(0, Math.min(at, most));

/** Evidence counts as seen when its last line was on the screen. */
const looked = (desk: Desk): Desk => {
  const { evidence, page, seen } = desk;
  const id = evidence && idOf(evidence.item);
  if (!evidence || id === null || seen.includes(id) || evidence.top + page < evidence.lines.length) return desk;
  return { ...desk, seen: [...seen, id] };
};

/** What is there now. Who reads stays where they were; what is gone is not marked any more. */
export const refreshed = (desk: Desk, items: readonly DeskItem[]): Desk => {
  const here = desk.items[desk.at]?.key;
  const found = items.findIndex(({ key }) => key === here);
  return {
    ...desk,
    items,
    at: within(found < 0 ? desk.at : found, items.length - 1),
    marked: desk.marked.filter((key) => items.some((one) => one.key === key)),
  };
};

/** The evidence of one, read anew: it is this that is decided on from now. */
export const shown = (desk: Desk, item: DeskItem, text: readonly string[]): Desk =>
  looked({
    ...desk,
    items: desk.items.map((one) => (one.key === item.key ? item : one)),
    evidence: { item, text, lines: wrapped(text, desk.columns), top: 0 },
    note: null,
  });

export const told = (desk: Desk, note: string): Desk => ({ ...desk, note });

export const resized = (desk: Desk, page: number, columns: number): Desk => {
  const { evidence } = desk;
  if (!evidence) return { ...desk, page, columns };
  const lines = wrapped(evidence.text, columns);
  const top = within(evidence.top, Math.max(0, lines.length - page));
  return looked({ ...desk, page, columns, evidence: { ...evidence, lines, top } });
};

/** The fingerprint that is typed: of the one gate, or of all of them together. */
export const fingerprintOfDeed = ({ items }: Deed): string => {
  const [first, ...others] = items;
  if (first && others.length === 0) return gateOf(first)?.fingerprint ?? '';
  return fingerprintOf(Object.fromEntries(items.map((item) => [item.key, idOf(item)])));
};

/** So many characters of it say that it was read. */
export const TYPED = 4;

const irreversible = ({ items }: Deed): readonly DeskItem[] => items.filter((item) => gateOf(item)?.isIrreversible);

const wordsFor = (deed: Deed): readonly Word[] => {
  const needs = deed.items.flatMap((item) => gateOf(item)?.needs ?? []);
  if (deed.act === 'reject' || deed.act === 'skip') return ['comment'];
  if (deed.act === 'retry') return [];
  return [
    ...(['comment', 'ticket'] as const).filter((need) => needs.includes(need)),
    ...(irreversible(deed).length > 0 ? (['fingerprint'] as const) : []),
  ];
};

/** Nothing is left to ask: it is done. Else what is asked next. */
const ask = (desk: Desk, deed: Deed, words: readonly Word[]): Pressed => {
  const [what, ...then] = words;
  if (what) return only({ ...desk, typing: { what, text: '', then, deed }, note: null });
  const done = deed.items.map(({ key }) => key);
  const after = { ...desk, typing: null, evidence: null, marked: desk.marked.filter((key) => !done.includes(key)) };
  return { desk: { ...after, note: 'sent …' }, effects: [{ does: 'act', deed }] };
};

/** Those that are meant: the one whose evidence is open, else all that are marked, else the one under the cursor. */
const meant = ({ evidence, items, at, marked }: Desk): readonly DeskItem[] => {
  if (evidence) return [evidence.item];
  if (marked.length > 0) return items.filter(({ key }) => marked.includes(key));
  return items[at] ? [items[at]] : [];
};

const begin = (desk: Desk, act: Act): Pressed => {
  const items = meant(desk);
  if (items.length === 0) return noted(desk, 'Nothing waits.');
  const unfit = items.find((item) => !mayAct(item, act));
  if (unfit) return noted(desk, `${calledOf(unfit)}: ${refuseAct(unfit, act)}`);
  const deed = { act, items };
  const unseen = act === 'approve' ? irreversible(deed).find((item) => !desk.seen.includes(idOf(item) ?? '')) : null;
  if (unseen)
    return noted(
      desk,
      desk.evidence
        ? `${calledOf(unseen)} cannot be undone: read what it shows to its end first (j, Page down).`
        : `${calledOf(unseen)} cannot be undone: look at what it shows first (Enter).`,
    );
  return ask(desk, deed, wordsFor(deed));
};

const typed = (desk: Desk, typing: Typing): Pressed => {
  const { what, then, deed } = typing;
  const text = typing.text.trim();
  if (text === '') return noted(desk, `Type the ${what}, or Escape to leave it.`);
  if (what === 'fingerprint') {
    if (text.toLowerCase() !== fingerprintOfDeed(deed).slice(0, TYPED))
      return noted({ ...desk, typing: null }, 'That is not what was shown: nothing was decided.');
    return ask(desk, deed, then);
  }
  return ask(desk, { ...deed, [what]: text }, then);
};

const isText = ({ sequence = '', ctrl }: Key): boolean => !ctrl && /^\P{Cc}+$/u.test(sequence);

const whileTyping = (desk: Desk, typing: Typing, key: Key): Pressed => {
  if (key.name === 'escape') return noted({ ...desk, typing: null }, 'Nothing was decided.');
  if (key.name === 'return' || key.name === 'enter') return typed(desk, typing);
  const chars = [...typing.text];
  if (key.name === 'backspace') return only({ ...desk, typing: { ...typing, text: chars.slice(0, -1).join('') } });
  if (!isText(key)) return only(desk);
  return only({ ...desk, note: null, typing: { ...typing, text: `${typing.text}${key.sequence}` } });
};

const ACTS: Readonly<Record<string, Act>> = { a: 'approve', r: 'reject', t: 'retry', s: 'skip' };

const STEPS: Readonly<Record<string, (page: number) => number>> = {
  j: () => 1,
  down: () => 1,
  k: () => -1,
  up: () => -1,
  pagedown: (page) => page,
  pageup: (page) => -page,
  home: () => Number.NEGATIVE_INFINITY,
  end: () => Number.POSITIVE_INFINITY,
};

const moved = (desk: Desk, by: number): Desk => {
  const { evidence, page, items } = desk;
  if (!evidence) return { ...desk, note: null, at: within(desk.at + by, items.length - 1) };
  const top = within(evidence.top + by, Math.max(0, evidence.lines.length - page));
  return looked({ ...desk, note: null, evidence: { ...evidence, top } });
};

const toggled = (desk: Desk): Desk => {
  const item = desk.items[desk.at];
  if (!item) return desk;
  const { marked } = desk;
  const has = marked.includes(item.key);
  return { ...desk, note: null, marked: has ? marked.filter((key) => key !== item.key) : [...marked, item.key] };
};

/** What a key does. */
export const press = (desk: Desk, key: Key): Pressed => {
  const { name = '', ctrl } = key;
  if (ctrl && (name === 'c' || name === 'd')) return { desk, effects: [{ does: 'quit' }] };
  if (desk.typing) return whileTyping(desk, desk.typing, key);
  const by = ctrl ? undefined : STEPS[name]?.(desk.page);
  if (by !== undefined) return only(moved(desk, by));
  if (name === 'space' && desk.evidence) return only(moved(desk, desk.page));
  if (name === 'space') return only(toggled(desk));
  if (name === 'q' || name === 'escape')
    return desk.evidence
      ? only({ ...desk, evidence: null, note: null })
      : { desk, effects: name === 'q' ? [{ does: 'quit' }] : [] };
  const item = desk.items[desk.at];
  if ((name === 'return' || name === 'enter') && item && !desk.evidence)
    return { desk: { ...desk, note: 'looking …' }, effects: [{ does: 'show', item }] };
  const act = ctrl ? undefined : ACTS[name];
  return act ? begin(desk, act) : only(desk);
};
