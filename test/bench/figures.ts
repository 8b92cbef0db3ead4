/** Of an odd or even number of figures. */
export const median = (figures: readonly number[]): number => quantile(figures, 0.5);

/** The figure below which this part of them lies, between two of them where it falls so. */
export const quantile = (figures: readonly number[], part: number): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
};

export const mean = (figures: readonly number[]): number => figures.reduce((a, b) => a + b, 0) / (figures.length || 1);
