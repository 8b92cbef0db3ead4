import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { BatchMember, BatchState, EditTaken, GroupDecided, GroupDecision } from '../domain/batch.ts';
import type { BatchEditing } from '../domain/batch-edit.ts';
import type { MemberReport } from '../domain/batch-reports.ts';
import type { GroupGate } from '../domain/group-gate.ts';

export const batchId = (programme: string, batch: string): string => `batch/${programme}/${batch}`;

/** Everything a person or a screen needs of one batch. */
export interface BatchView extends Omit<BatchState, 'orders'> {
  readonly gates: readonly GroupGate[];
  readonly isOver: boolean;
  /** Short name of it as it stands, which an editing must name; absent in views of earlier versions. */
  readonly edition?: string;
}

/** Who turns a whole group round. */
export interface GroupRollBack {
  readonly group: string;
  readonly by: string;
  readonly comment?: string;
}

/** A stop of the whole batch, or of one group. `members`: those that run are paused too, and each of their own new work with them. */
export interface Stop {
  readonly by: string;
  readonly why: string;
  readonly group?: string;
  readonly members?: boolean;
}

export interface Resume {
  readonly by: string;
  readonly group?: string;
  readonly members?: boolean;
}

/** From the members. */
export const memberReport = defineSignal<[MemberReport]>('memberReport');

/** Opens or refuses the cut-over of a group. Answers with what was recorded; refused without history. */
export const decideGroup = defineUpdate<GroupDecided, [GroupDecision]>('decideGroup');
/** The same with plain JSON. */
export const decideGroupSignal = defineSignal<[GroupDecision]>('decideGroup');

/** Turns every running member of a group round. Answers with their workflow ids. */
export const rollBackGroup = defineUpdate<readonly string[], [GroupRollBack]>('rollBackGroup');
export const rollBackGroupSignal = defineSignal<[GroupRollBack]>('rollBackGroup');

/** Begins nothing new: no start, no cut-over. What runs goes on. */
export const stopBatch = defineUpdate<void, [Stop]>('stopBatch');
export const stopBatchSignal = defineSignal<[Stop]>('stopBatch');
export const resumeBatch = defineUpdate<void, [Resume]>('resumeBatch');
export const resumeBatchSignal = defineSignal<[Resume]>('resumeBatch');

/** Starts what was never started or is lost. Answers with the workflow ids of those. */
export const startMissing = defineUpdate<readonly string[], []>('startMissing');

export const batchView = defineQuery<BatchView>('view');

/** Changes the batch under way: all of what is asked, or nothing. Answers with what was recorded; refused without history. */
export const editBatch = defineUpdate<EditTaken, [BatchEditing]>('editBatch');
/** The same with plain JSON. */
export const editBatchSignal = defineSignal<[BatchEditing]>('editBatch');

/** What each member was started with, as edits have left it; kept out of the view for its size. */
export const batchOrders = defineQuery<readonly BatchMember[]>('orders');
