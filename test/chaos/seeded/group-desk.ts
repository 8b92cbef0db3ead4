import { answerGroup, type BatchHandle, turnGroupBack, viewBatch } from '../../../client/batches.ts';
import type { GroupGate } from '../../../domain/group-gate.ts';
import { noteDecision } from '../../../tools/estate/operator.ts';
import { soon } from './again.ts';
import { type Desk, OPERATOR } from './desk.ts';

const approve = async ({ trial }: Desk, handle: BatchHandle, gate: GroupGate): Promise<true> => {
  for (const { vm } of gate.waiting)
    noteDecision(trial.labState, {
      at: new Date().toISOString(),
      vm: vm.id,
      hop: gate.hop,
      gate: 'cutover',
      decision: 'approve',
      by: OPERATOR,
    });
  await answerGroup(handle, gate, { decision: 'approve', by: OPERATOR });
  return true;
};

/** One look at the groups of a batch: a gate at which all members wait is opened, or its whole group turned round. */
export const groupDesk = (desk: Desk, handle: BatchHandle): (() => Promise<void>) => {
  const { trial, plan } = desk;
  let turned = false;
  return async () => {
    const view = await soon(trial, () => viewBatch(handle));
    for (const gate of view?.gates ?? []) {
      if (gate.missing.length > 0) continue;
      const { turnGroupAt } = plan.operator;
      const isTurn = !turned && turnGroupAt?.group === gate.group && turnGroupAt.hop === gate.hop;
      if (isTurn) turned = (await soon(trial, () => turnGroupBack(handle, gate.group, OPERATOR))) !== null;
      else await soon(trial, () => approve(desk, handle, gate));
    }
  };
};
