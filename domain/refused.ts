import { told } from './said.ts';

/** What was refused that had nobody to answer to, with why. */
export interface Refused {
  readonly what: string;
  readonly why: string;
  /** ms of the workflow's clock. */
  readonly at: number;
}

/** The newest ten, this one the last. */
export const withRefused = (before: readonly Refused[], { what, why, at }: Refused): readonly Refused[] => [
  ...before.slice(-9),
  { what: told(what), why: told(why), at },
];
