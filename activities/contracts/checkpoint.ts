import type { Loan } from '../../domain/ballot.ts';
import type { MemberReport } from '../../domain/batch-reports.ts';
import type { Finding } from '../../domain/finding.ts';
import type { Decided } from '../../domain/gate.ts';
import type { HookRun } from '../../domain/hook.ts';
import type { HopRecord } from '../../domain/hop-record.ts';
import type { Ledger } from '../../domain/ledger.ts';
import type { Phase } from '../../domain/phase.ts';
import type { HopOrder, JourneyOrder } from '../../domain/plan.ts';
import type { VmDescription, VmRef } from '../../domain/vm.ts';
import type { Baseline } from './guest.ts';
import type { Synchronised } from './mover.ts';
import type { Reshaped } from './platform.ts';

/** What one hop under way, or behind, has learnt: nothing in the products tells it a second time. */
export interface HopKept {
  readonly n: number;
  readonly vm: VmRef;
  readonly baseline: Baseline | null;
  readonly facts: VmDescription;
  readonly synced: Synchronised | null;
  readonly reshaped: Reshaped | null;
  readonly after: VmDescription | null;
  /** Its landing has passed its checks. */
  readonly landed: boolean;
}

/**
 * What a migration needs to be rebuilt when Temporal has lost it: one file a journey, beside the records. It tells what was known when it
 * was written; what came to pass since is observed. Holds no secret: orders hold none.
 */
export interface Checkpoint {
  readonly version: 1;
  /** Workflow time, ms. */
  readonly at: number;
  /** Id of the migration. */
  readonly id: string;
  readonly order: JourneyOrder;
  /** The hops as they were to be done by then: edits change them. */
  readonly orders: readonly HopOrder[];
  readonly group: string;
  readonly phase: Phase;
  readonly hop: number;
  readonly records: readonly HopRecord[];
  readonly hops: readonly HopKept[];
  /** The cut-over of the hop under way may have begun since. */
  readonly mayHaveBegun: boolean;
  readonly rollingBack: boolean;
  /** When its hold ends, ms; null before it holds. */
  readonly holdEndsAt: number | null;
  /** It has, or waits for, room on staging. */
  readonly room: boolean;
  readonly source: { readonly disks: number; readonly nics: number } | null;
  readonly findings: readonly Finding[];
  readonly ledger: Ledger;
  readonly decisions: readonly Decided[];
  readonly commands: readonly unknown[];
  readonly hooks: readonly HookRun[];
  readonly loans: readonly Loan[];
  readonly attestations: readonly string[];
  readonly told: MemberReport | null;
}

/** Whether the service of its VM was, or may have been, touched: such a journey never begins at the beginning again by itself. */
export const mayHaveTouched = ({ records, mayHaveBegun, rollingBack }: Checkpoint): boolean =>
  mayHaveBegun || rollingBack || records.some(({ fence, cutOver }) => fence !== 'none' || cutOver !== 'none');

/** What a migration that is rebuilt is started with beside its order. `checkpoint` null: nothing but the products tell of it. */
export interface Carried {
  readonly checkpoint: Checkpoint | null;
  /** From what it is rebuilt, in words. */
  readonly from: string;
}
