/** One thing in a file that a person must change, or should know (`warning`). Line and column count from 1, columns in UTF-16 units as editors do. */
export interface Refusal {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** One sentence: what is wrong. Never holds the value of a secret. */
  readonly message: string;
  /** One sentence: what to write instead. */
  readonly fix: string;
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where in a file something stands. */
export interface FilePlace extends Place {
  readonly file: string;
}

/** Takes a refusal and goes on reading: a person wants to see all of them at once. */
export type Refuse = (refusal: Refusal) => void;

/** What a reader of one text answers when the text will not do. */
export interface Wrong {
  readonly wrong: string;
  readonly fix: string;
}

export const wrong = (message: string, fix: string): Wrong => ({ wrong: message, fix });

export const isWrong = (value: unknown): value is Wrong =>
  typeof value === 'object' && value !== null && 'wrong' in value;

/** By file, then from top to bottom. */
export const inOrder = (refusals: readonly Refusal[]): readonly Refusal[] =>
  [...refusals].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
