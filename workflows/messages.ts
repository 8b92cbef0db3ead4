import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Loan } from '../domain/ballot.ts';
import type { MemberReport } from '../domain/batch-reports.ts';
import type { Purpose } from '../domain/capacity.ts';
import type { Flagged } from '../domain/daily-check.ts';
import type { Finding } from '../domain/finding.ts';
import type { Decided, Decision, OpenGate } from '../domain/gate.ts';
import type { HookRun } from '../domain/hook.ts';
import type { HopRecord } from '../domain/hop-record.ts';
import type { JourneyEdit } from '../domain/journey-edit.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { LoanAsked } from '../domain/loan.ts';
import type { Flag, Phase } from '../domain/phase.ts';
import type { HopOrder } from '../domain/plan.ts';
import type { Refused } from '../domain/refused.ts';
import type { OpenTask } from '../domain/task.ts';
import type { Parked, Verb } from '../domain/verbs.ts';

/** What a person asks of a migration beside opening gates. */
export interface Command {
  readonly verb: Verb;
  readonly by: string;
  readonly comment?: string;
  /** The parked step that was seen: an answer to another one is refused. */
  readonly step?: string;
  /** What changes, with `edit` and `editAndRetry`. */
  readonly edit?: JourneyEdit;
  /** The batch it shall move in, with `defer`. */
  readonly to?: string;
  /** Workflow id of the batch that asks: it is told of a refusal. */
  readonly of?: string;
}

export interface CommandTaken extends Command {
  readonly at: number;
  readonly channel: 'update' | 'signal';
}

/** A VM that keeps syncing until a person says resume. */
export interface Kept {
  readonly by: string;
  readonly at: number;
  readonly comment?: string;
}

/** Everything a person or a screen needs of one migration. Times are ms of the workflow's clock. */
export interface MigrationView {
  readonly programme: string;
  readonly batch: string;
  readonly group: string;
  /** The batch it reports to, and what it told it last; absent for a VM on its own. */
  readonly reports?: {
    readonly to: string;
    readonly told: MemberReport | null;
    /** With whom its cut-overs are decided on; absent in views of earlier versions. */
    readonly scope?: 'vm' | 'group' | 'batch';
  };
  readonly owner: string;
  readonly vm: { readonly id: string; readonly name: string };
  readonly phase: Phase;
  readonly hop: number;
  readonly flags: readonly Flag[];
  /** What it waits for, in words; null while it works. */
  readonly waitingFor: string | null;
  /** The step it is at or was last at. */
  readonly step: string | null;
  readonly parked: Parked | null;
  readonly gate: OpenGate | null;
  readonly legal: readonly Verb[];
  readonly hops: readonly HopRecord[];
  /** What each hop is to do, as it is now; absent in views of earlier versions. */
  readonly orders?: readonly Pick<HopOrder, 'n' | 'from' | 'to' | 'landing' | 'window' | 'settings'>[];
  /** Time a rollback is assumed to take: it sets the latest abort of a window; absent in views of earlier versions. */
  readonly rollbackMs?: number;
  /** Who holds it at its gate while its copy is kept up to date; absent or null where nobody does. */
  readonly kept?: Kept | null;
  /** Longest outage the plan allows the VM, over all hops, ms. */
  readonly outageBudgetMs: number;
  readonly findings: readonly Finding[];
  readonly ledger: Ledger;
  readonly decisions: readonly Decided[];
  readonly commands: readonly CommandTaken[];
  /** What its hooks did, in the order they ran; absent where none did. */
  readonly hooks?: readonly HookRun[];
  /** The step that a person is to do; absent where none waits. */
  readonly task?: OpenTask;
  /** Signals that were refused, with why; the newest ten. */
  readonly refused: readonly Refused[];
  /** Rights to approve that were lent for this VM; absent where none was. */
  readonly loans?: readonly Loan[];
}

/** Answers with what was recorded. Refused without history when it does not fit the open gate. */
export const decide = defineUpdate<Decided, [Decision]>('decide');
/** The same with plain JSON, for the Temporal UI and `temporal workflow signal`. */
export const decideSignal = defineSignal<[Decision]>('decide');

/** Lends the right to approve. Answers with what was recorded. */
export const delegate = defineUpdate<Loan, [LoanAsked]>('delegate');
/** The same with plain JSON. */
export const delegateSignal = defineSignal<[LoanAsked]>('delegate');

/** Only what is legal now; the refusal says what is. */
export const command = defineUpdate<CommandTaken, [Command]>('command');
export const commandSignal = defineSignal<[Command]>('command');

/** From the daily check: it stands still, or what it shows is too old. Shown as a flag until it moves on. */
export const flagged = defineSignal<[Flagged]>('flagged');

/** Never fails, whatever the phase. */
export const view = defineQuery<MigrationView>('view');

/** From the capacity workflow; without a purpose it is the room on staging. */
export const leaseGranted = defineSignal<[{ readonly holder: string; readonly purpose?: Purpose }]>('leaseGranted');
