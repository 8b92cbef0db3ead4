import type { LabEvent } from '../evidence/events.ts';
import type { Wish } from '../evidence/scenario.ts';
import { existsAt, type Incarnation, type Span, servesAt } from './incarnation.ts';

/** A predecessor and what was made of it. */
export interface Hop {
  readonly from: Incarnation;
  readonly to: Incarnation;
}

/** An earlier incarnation serves again after later ones did, and they no more: a rollback. */
export interface Return {
  readonly to: Incarnation;
  /** Later incarnations that served since `to` last did, with the spans they served in. */
  readonly abandoned: readonly { readonly vm: Incarnation; readonly span: Span }[];
  /** The event with which the earlier one served again. */
  readonly at: LabEvent;
}

/** Everything that became of one VM of the scenario. */
export interface Story {
  readonly wish: Wish;
  /** In the order they were made; the source first. */
  readonly incarnations: readonly Incarnation[];
  readonly source: Incarnation | null;
  /** Hops whose successor mattered: it served, or what was made of it did, or it is what stands at the end. */
  readonly hops: readonly Hop[];
  readonly returns: readonly Return[];
}

export const storyOf = (wish: Wish, all: readonly Incarnation[]): Story => {
  const incarnations = all.filter((vm) => vm.origin === wish.uuid);
  const source = incarnations.find((vm) => vm.rank === 0) ?? null;
  const pairs = incarnations.flatMap((to) => {
    const from = predecessorOf(to, incarnations);
    return from ? [{ from, to }] : [];
  });
  const mattered = new Set(incarnations.filter((vm) => vm.spans.length > 0));
  const last = incarnations.at(-1);
  if (last && source?.removed && !last.removed) mattered.add(last);
  for (const { from, to } of pairs.toReversed()) if (mattered.has(to)) mattered.add(from);
  return {
    wish,
    incarnations,
    source,
    hops: pairs.filter(({ to }) => mattered.has(to)),
    returns: returnsOf(incarnations),
  };
};

/** Of what existed when it was made: the one that had come furthest on the path, and of those the latest. */
const predecessorOf = (vm: Incarnation, all: readonly Incarnation[]): Incarnation | undefined =>
  all
    .filter((other) => other.rank < vm.rank && existsAt(other, vm.created.seq))
    .toSorted((a, b) => a.rank - b.rank || a.created.seq - b.created.seq)
    .at(-1);

const returnsOf = (all: readonly Incarnation[]): readonly Return[] =>
  all.flatMap((to) =>
    to.spans.flatMap((span, n) => {
      if (all.some((vm) => vm.rank > to.rank && servesAt(vm, span.from.seq))) return [];
      const since = to.spans[n - 1]?.from.seq ?? 0;
      const abandoned = all
        .filter((vm) => vm.rank > to.rank)
        .flatMap((vm) => vm.spans.map((served) => ({ vm, span: served })))
        .filter(({ span: { from, to: end } }) => from.seq > since && end !== null && end.seq <= span.from.seq);
      return abandoned.length > 0 ? [{ to, abandoned, at: span.from }] : [];
    }),
  );

/** An earlier incarnation took over again after this one served last. */
export const wasAbandoned = ({ returns }: Story, vm: Incarnation): boolean =>
  returns.some(
    ({ abandoned, at }) => abandoned.some((each) => each.vm === vm) && vm.spans.every((span) => span.from.seq < at.seq),
  );
