import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchState, GroupDecided, GroupDecision, MemberReport } from '../domain/batch.ts';
import type { GroupGate } from '../domain/group-gate.ts';

export const batchId = (programme: string, batch: string): string => `batch/${programme}/${batch}`;

/** Everything a person or a screen needs of one batch. */
export interface BatchView extends BatchState {
  readonly gates: readonly GroupGate[];
  readonly isOver: boolean;
}

/** Who turns a whole group round. */
export interface GroupRollBack {
  readonly group: string;
  readonly by: string;
  readonly comment?: string;
}

export interface Stop {
  readonly by: string;
  readonly why: string;
}

/** From the members. */
export const memberReport = defineSignal<[MemberReport]>('memberReport');

/** Opens or refuses the cut-over of a group. Answers with what was recorded; refused without history. */
export const decideGroup = defineUpdate<GroupDecided, [GroupDecision]>('decideGroup');
/** The same with plain JSON. */
export const decideGroupSignal = defineSignal<[GroupDecision]>('decideGroup');

/** Turns every running member of a group round. Answers with their workflow ids. */
export const rollBackGroup = defineUpdate<readonly string[], [GroupRollBack]>('rollBackGroup');

/** Begins nothing new: no start, no cut-over. What runs goes on. */
export const stopBatch = defineUpdate<void, [Stop]>('stopBatch');
export const resumeBatch = defineUpdate<void, [{ readonly by: string }]>('resumeBatch');

/** Starts what was never started or is lost. Answers with the workflow ids of those. */
export const startMissing = defineUpdate<readonly string[], []>('startMissing');

export const batchView = defineQuery<BatchView>('view');
