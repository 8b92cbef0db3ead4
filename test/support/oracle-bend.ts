import { type Draft, type DraftEvent, type DraftVm, log } from './oracle-run.ts';

/** Bends a run that was right: one change, as a fault in the product or the lab would make it. */

type Where = (event: DraftEvent) => boolean;

const any: Where = () => true;

/** The first event of a kind that fits. */
export const eventOf = (draft: Draft, kind: string, where: Where = any): DraftEvent => {
  const found = draft.events.find((event) => event.kind === kind && where(event));
  if (!found) throw new Error(`the run has no such ${kind}`);
  return found;
};

export const of =
  (vm: DraftVm, more: Record<string, unknown> = {}): Where =>
  (event) =>
    event.vm === vm.id && Object.entries(more).every(([field, value]) => event[field] === value);

/** Leaves events out of the log. */
export const drop = (draft: Draft, kind: string, where: Where = any): void => {
  eventOf(draft, kind, where);
  draft.events = draft.events.filter((event) => event.kind !== kind || !where(event));
};

/** Puts an event right before or after another, at that one's time. */
export const move = (
  draft: Draft,
  event: DraftEvent,
  to: { readonly before: DraftEvent } | { readonly after: DraftEvent },
): void => {
  draft.events = draft.events.filter((each) => each !== event);
  const anchor = 'before' in to ? to.before : to.after;
  draft.events.splice(draft.events.indexOf(anchor) + ('after' in to ? 1 : 0), 0, event);
  event.at = anchor.at;
};

/** Something more that happened, right after another event. */
export const add = (draft: Draft, after: DraftEvent, kind: string, fields: Record<string, unknown>): DraftEvent => {
  const event = log(draft, kind, fields);
  move(draft, event, { after });
  return event;
};

/** Says something else in an event, or of a VM in the tables. */
export const change = (thing: object, fields: Record<string, unknown>): void => void Object.assign(thing, fields);

export const dropDecision = (draft: Draft, gate: string, hop?: number): void => {
  draft.decisions = draft.decisions.filter((each) => each.gate !== gate || (hop !== undefined && each.hop !== hop));
};

/** Writes the numbers down, so that an event that is dropped leaves its gap. */
export const number = (draft: Draft): void =>
  draft.events.forEach((event, n) => {
    event.seq = n + 1;
  });
