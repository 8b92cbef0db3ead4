import { getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import { lost } from '../domain/batch.ts';
import type { Errand } from '../domain/batch-edit.ts';
import { type Letter, post } from '../domain/group-post.ts';
import { type Batch, change } from './batch-context.ts';
import { commandSignal, decideSignal } from './messages.ts';

/** Whoever does not do what the batch has taken tells it so. */
const answerTo = ({ verb }: Errand['ask']) =>
  verb === 'pause' || verb === 'resume' ? {} : { of: workflowInfo().workflowId };

/** Tells a member what of it was changed; the others hear nothing. */
const run = (b: Batch, { to, by, ask }: Errand): Promise<void> =>
  getExternalWorkflowHandle(to)
    .signal(commandSignal, { comment: 'a change of its batch', ...ask, by, ...answerTo(ask) })
    .catch(() => change(b, lost(b.state, to, 'Its migration took no command any more.')));

const deliver = async (b: Batch, { to, decided, gate }: Letter): Promise<void> => {
  const { decision, by, group, comment, ticket, right, expired } = decided;
  const { name, hop, round, fingerprint } = gate;
  const words = {
    ...(comment ? { comment } : {}),
    ...(ticket ? { ticket } : {}),
    ...(right ? { right } : {}),
    ...(expired ? { expired } : {}),
  };
  await getExternalWorkflowHandle(to)
    .signal(decideSignal, {
      ...{ gate: name, hop, round, fingerprint, openedAt: gate.openedAt, decision, by, group },
      groupAsked: { from: Math.max(...decided.members.map((each) => each.gate.openedAt)), to: decided.at },
      ...words,
    })
    .catch(() => change(b, lost(b.state, to, 'Its migration took no decision any more.')));
};

const turn = (b: Batch, { member, asked }: Batch['turning'][number]): Promise<void> =>
  getExternalWorkflowHandle(member)
    .signal(commandSignal, {
      verb: 'rollBack',
      by: asked.by,
      comment: asked.comment ?? `the whole group ${asked.group}`,
      of: workflowInfo().workflowId,
    })
    .catch(() => change(b, lost(b.state, member, 'Its migration took no command any more.')));

/** Sends what is due, until nothing is. */
export const send = async (b: Batch): Promise<void> => {
  // A decision on a group finds its members knowing that they are of it.
  if (b.errands.length > 0) await Promise.all(b.errands.splice(0).map((errand) => run(b, errand)));
  const { state, letters } = post(b.state, Date.now());
  const turning = b.turning.splice(0);
  change(b, state);
  await Promise.all([...letters.map((letter) => deliver(b, letter)), ...turning.map((each) => turn(b, each))]);
};
