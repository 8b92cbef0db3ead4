/** Why an edit is refused, and what can be done instead. */
export interface EditRefusal {
  readonly why: string;
  readonly fix: string;
}

export const no = (why: string, fix: string): EditRefusal => ({ why, fix });
