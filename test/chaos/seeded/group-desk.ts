import { answerGroup, type BatchHandle, turnGroupBack, viewBatch } from '../../../client/batches.ts';
import type { GroupGate } from '../../../domain/group-gate.ts';
import { noteDecision } from '../../../tools/estate/operator.ts';
import { decideGroupSignal } from '../../../workflows/batch-messages.ts';
import { soon } from './again.ts';
import { type Desk, lendAt, VOTE_MS } from './desk.ts';
import { OPERATOR } from './desk-names.ts';
import type { CastVote, Poll } from './votes.ts';

const pollOf = (desk: Desk, handle: BatchHandle, gate: GroupGate): Poll => {
  const { trial } = desk;
  const { group, hop, fingerprint, openedAt, waiting } = gate;
  const cast = ({ channel, ...words }: CastVote): Promise<unknown> => {
    const said = { ...words, decision: 'approve' as const };
    return trial.client.withDeadline(
      Date.now() + VOTE_MS,
      async (): Promise<unknown> =>
        channel === 'update'
          ? answerGroup(handle, gate, said)
          : handle.signal(decideGroupSignal, { group, hop, fingerprint, ...said }),
    );
  };
  return {
    key: `${group} ${hop}`,
    vms: waiting.map(({ vm }) => vm.id),
    ...{ gate: 'cutover', hop, openedAt, ballot: gate, cast },
    lend: () => lendAt(desk, handle.workflowId),
    note: () => {
      for (const { vm } of waiting)
        noteDecision(trial.labState, {
          ...{ at: new Date().toISOString(), vm: vm.id, hop, gate: 'cutover', decision: 'approve', by: OPERATOR },
        });
    },
  };
};

/** One look at a batch: a gate at which all of a group wait is opened, or its whole group turned round. */
export const groupDesk = (desk: Desk, handle: BatchHandle): (() => Promise<void>) => {
  const { trial, plan, errands, voters } = desk;
  let turned = false;
  return async () => {
    await errands.attendBatch(handle);
    const view = await soon(trial, () => viewBatch(handle));
    for (const gate of view?.gates ?? []) {
      const vms = gate.waiting.map(({ vm }) => vm.id);
      if (gate.missing.length > 0 || errands.isPending(vms, 'cutover', gate.hop)) continue;
      const { turnGroupAt } = plan.operator;
      const isTurn = !turned && turnGroupAt?.group === gate.group && turnGroupAt.hop === gate.hop;
      if (isTurn) turned = (await soon(trial, () => turnGroupBack(handle, gate.group, OPERATOR))) !== null;
      else await voters.vote(pollOf(desk, handle, gate));
    }
  };
};
