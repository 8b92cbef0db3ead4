import { answerGroup, type BatchHandle, batchOrder } from '../../client/batches.ts';
import { handleOf, type MigrationHandle } from '../../client/operations.ts';
import { noteDecision } from '../../tools/estate/operator.ts';
import { groupGate } from './batch-run.ts';
import type { TrialRun } from './trial-run.ts';

const WITHIN_MS = 120_000;

/** The migration of a VM of a batch that was started on a trial estate. */
export const memberOf = ({ plan, trial }: TrialRun, batch: string, name: string): MigrationHandle => {
  const member = batchOrder(plan, batch).members.find(({ order }) => order.name === name);
  if (!member) throw new Error(`${batch} has no ${name}`);
  return handleOf(trial.client, member.id);
};

/** Waits until a whole group is at its gate, and opens it as a person would; the oracle is told of each VM. */
export const openGroup = async ({ trial }: TrialRun, batch: BatchHandle, group: string): Promise<void> => {
  const gate = await groupGate(batch, group, WITHIN_MS);
  for (const { vm } of gate.waiting)
    noteDecision(trial.labState, {
      ...{ at: new Date().toISOString(), vm: vm.id, hop: gate.hop, gate: 'cutover' },
      ...{ decision: 'approve', by: 'operator' },
    });
  await answerGroup(batch, gate, { decision: 'approve', by: 'operator' });
};
