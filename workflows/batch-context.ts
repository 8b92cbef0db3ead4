import { setCurrentDetails } from '@temporalio/workflow';
import { type BatchOrder, type BatchState, isBatchOver } from '../domain/batch.ts';
import { type Errand, editionOf } from '../domain/batch-edit.ts';
import { describeBatch } from '../domain/batch-text.ts';
import { groupGates, withOpeners } from '../domain/group-gate.ts';
import type { BatchView, GroupRollBack } from './batch-messages.ts';
import { keeper } from './verbs.ts';

/** One batch under way. Everything that changes it goes through `change`. */
export interface Batch {
  readonly order: BatchOrder;
  state: BatchState;
  /** Members that turn round and were not told yet. */
  turning: { readonly member: string; readonly asked: GroupRollBack }[];
  /** What members are to be told of edits and were not yet. */
  errands: Errand[];
  /**
   * When it last woke or was changed, ms. What it waits for is judged as of then: an update that is refused runs here and leaves no event,
   * and what began because the clock had moved on by then could not be replayed.
   */
  knows: number;
}

/** The edition reads every changed order: it is for whoever asks, not for each change. */
export const viewOf = ({ state }: Batch): BatchView => {
  const { orders: _kept, ...shown } = state;
  return { ...shown, gates: openGates(state), isOver: isBatchOver(state), edition: editionOf(state) };
};

const openGates = (state: BatchState) => groupGates(state).map((gate) => withOpeners(state, gate, Date.now()));

export const change = (b: Batch, state: BatchState): void => {
  b.state = state;
  b.knows = Date.now();
  setCurrentDetails(describeBatch({ ...state, gates: openGates(state) }));
};

export const work = ({ order }: Batch) => keeper({ pollMs: order.members[0]?.order.policies.pollMs ?? 1_000 });
