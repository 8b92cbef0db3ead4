/** From when to when, ms of one clock. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** How many of these overlap at most. */
export const mostAtOnce = (spans: readonly Span[]): number => {
  const edges = spans.flatMap(({ from, to }) => [
    { at: from, step: 1 },
    { at: to, step: -1 },
  ]);
  let now = 0;
  return edges
    .sort((a, b) => a.at - b.at || a.step - b.step)
    .reduce((most, { step }) => {
      now += step;
      return Math.max(most, now);
    }, 0);
};
