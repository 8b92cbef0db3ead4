import { quantileOf } from '../../domain/observed.ts';

/** Of an odd or even number of figures. */
export const median = (figures: readonly number[]): number => quantileOf(figures, 0.5);

export const mean = (figures: readonly number[]): number => figures.reduce((a, b) => a + b, 0) / (figures.length || 1);
