import { isOurs, readToken } from '../../domain/token.ts';
import type { NicWiring, OsFamily } from '../../domain/vm.ts';

/** What Hyper-V has no field for. It stands in one line of the VM's Notes, behind the token, and travels with the VM. */
export interface Memo {
  /** Wiring and start action found by `isolate`, until `connect` has put them back. */
  readonly wiring?: readonly NicWiring[];
  readonly start?: string;
  /** A shutdown asked of the guest: by which operation, when, and whether the host took the request. */
  readonly asked?: { readonly token: string; readonly at: number; readonly taken: boolean };
  /** Which operation pulled the plug. */
  readonly forced?: string;
  readonly os?: OsFamily;
  /** Virtual sizes of the predecessor's disks that landed here, in bytes. */
  readonly disks?: readonly number[];
}

const LINES = /(?:^|\r?\n)\[tranship:[^\r\n]*\](?=\r?\n|$)/g;
const FIRST = /^\[tranship:[^\r\n]*\](?:\r?\n|$)/;
const PARTS = /\[(tranship:\S+)(?: (\{[^\r\n]*\}))?\]$/;

const parse = (json: string | undefined): Memo => {
  try {
    return json === undefined ? {} : (JSON.parse(json) as Memo);
  } catch {
    // A person edited the line: its token may still stand, its facts do not.
    return {};
  }
};

/** Our memo for the journey of this token; empty where the line is another journey's, or none is there. */
export const memoOf = (notes: string | null, token: string): Memo => {
  const journey = readToken(token)?.vm;
  const ours = (notes?.match(LINES) ?? [])
    .map((line) => PARTS.exec(line.trim()))
    .findLast((parts) => journey !== undefined && isOurs(parts?.[1], journey));
  return parse(ours?.[2]);
};

/** The Notes with our line as it shall be. Everything else in them is the customer's and stays as it is. */
export const withMemo = (notes: string | null, token: string, memo: Memo): string => {
  const theirs = (notes ?? '').replace(FIRST, '').replace(LINES, '');
  const line = Object.keys(memo).length === 0 ? `[${token}]` : `[${token} ${JSON.stringify(memo)}]`;
  return theirs === '' ? line : `${theirs}\n${line}`;
};

/** Whether the Notes carry a token of this journey, in a line of ours. */
export const carries = (notes: string | null, journey: string): boolean =>
  (notes?.match(LINES) ?? []).some((line) => isOurs(line, journey));
