import type { FoundRecords, Hook } from './hook.ts';
import type { Values } from './hook-values.ts';
import type { Mishap } from './mishap.ts';
import type { Policies } from './plan.ts';

/** A hook that runs once for a group or a batch, whoever of its members comes first. */
export interface GroupHookOrder {
  readonly hook: Hook;
  readonly token: string;
  readonly hop: number;
  readonly values: Values;
  readonly policies: Policies;
  /** Given for the way back: what the hook found. */
  readonly undo?: { readonly found: FoundRecords | null };
}

/** Said to every member that waits. `mishap` null: it was done. */
export interface GroupHookEnd {
  readonly id: string;
  readonly mishap: Mishap | null;
  readonly found: FoundRecords | null;
  readonly note: string | null;
}

export interface GroupHookName {
  readonly programme: string;
  readonly batch: string;
  /** Null: of the whole batch. */
  readonly group: string | null;
  readonly hook: string;
  readonly act: 'hook' | 'undo';
  readonly hop: number;
  readonly round: number;
  /** Counts from 1; a retry is another run under the same token. */
  readonly tries: number;
}

/** One workflow id a run: the server itself sees to it that it runs once. */
export const groupHookId = (n: GroupHookName): string =>
  `${n.act}/${n.programme}/${n.batch}/${n.group === null ? '' : `${n.group}/`}${n.hook}/${n.hop}/${n.round}/${n.tries}`;

/** What stands for the VM in the token of such a hook. */
export const groupSubject = (batch: string, group: string | null): string =>
  group === null ? `batch:${batch}` : `group:${batch}.${group}`;
