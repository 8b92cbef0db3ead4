import { AsyncLocalStorage } from 'node:async_hooks';

/** `isFresh`: it began after the question. `began` is its place in the order of `moment`. */
export interface Glance<T> {
  readonly value: T;
  readonly isFresh: boolean;
  readonly began: number;
}

/**
 * One reading of an instance that all who wait there share: a hundred VMs that wait cost one read an interval. What it may be used for:
 *
 * - A **glance** may be older than the question, so a verb may learn one thing from it: that it has to go on waiting. Nothing is
 *   changed, refused or reported as done because of a glance; what looks as if the wait were over is read again.
 * - Whatever decides a change, guards an identity (`describe` before powerOn and connect) or ends a verb is read for that verb, or taken
 *   from a **fresh** reading: one that began after the question. Who asks while another is under way waits for the next one.
 * - After a write of ours a reading that began before it says nothing about what was written: see `spoil`, and `moment` where one
 *   object among many was written.
 */
export interface Sweep<T> {
  /** The reading under way, or the last one for `forMs` after its answer; a fresh one where there is neither. */
  glance(): Promise<Glance<T>>;
  /** A reading that begins after this question, shared by all who ask before it begins. */
  fresh(): Promise<T>;
  /** No reading that began before now is an answer any more. Called before and after a write. */
  spoil(): void;
  /** Later than every reading that has begun, earlier than every one to come. */
  moment(): number;
}

/** Taken when the module is loaded: a sweep may be made inside an activity, and would keep that one's context for ever. */
const outside = AsyncLocalStorage.snapshot();

interface Reading<T> {
  readonly began: number;
  readonly value: Promise<T>;
}

/**
 * Never two readings at once. One that fails is not kept: who shared it gets its failure. It belongs to nobody: it runs outside of the
 * activity that happened to ask first, so that cancelling that one does not end it for the others.
 *
 * `forMs`: for how long an answer serves glances. `now`: milliseconds.
 */
export const sweepOf = <T>(forMs: number, now: () => number, make: () => Promise<T>): Sweep<T> => {
  let order = 0;
  let spoilt = 0;
  let running: Reading<T> | null = null;
  let next: Promise<Reading<T>> | null = null;
  let held: (Reading<T> & { readonly until: number }) | null = null;

  const begin = (): Reading<T> => {
    order += 1;
    const mine: Reading<T> = { began: order, value: outside(async () => make()) };
    running = mine;
    next = null;
    mine.value.then(
      () => {
        held = { ...mine, until: now() + forMs };
        running = null;
      },
      () => {
        running = null;
      },
    );
    return mine;
  };

  /** The next reading to begin: now, or when the one under way has ended. */
  const upcoming = (): Promise<Reading<T>> => {
    if (!running) return Promise.resolve(begin());
    next ??= running.value.then(begin, begin);
    return next;
  };
  const fresh = async (): Promise<Glance<T>> => {
    const { began, value } = await upcoming();
    return { value: await value, isFresh: true, began };
  };

  return {
    glance: async () => {
      const known = running ?? (held && now() < held.until ? held : null);
      if (!known || known.began <= spoilt) return fresh();
      return { value: await known.value, isFresh: false, began: known.began };
    },
    fresh: async () => (await fresh()).value,
    spoil: () => {
      order += 1;
      spoilt = order;
    },
    moment: () => {
      order += 1;
      return order;
    },
  };
};
