import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import { type BatchMember, noted, notStarted, started, toStart } from '../domain/batch.ts';
import { memberOf, ordersOf } from '../domain/batch-edit.ts';
import { takenUp } from '../domain/batch-reports.ts';
import { stoppedBy } from '../domain/batch-stop.ts';
import { type Batch, change, work } from './batch-context.ts';
import type { migration } from './migration.ts';
import { migrationStart } from './start-order.ts';
import { unlessUnanswered } from './unless-unanswered.ts';

export const dueMembers = ({ order, state }: Batch): readonly BatchMember[] => {
  const due = toStart(state).filter(({ group }) => stoppedBy(state, group) === null);
  return ordersOf(order, state).filter(({ id }) => due.some((member) => member.id === id));
};

/** It runs already: for an earlier run of this batch, or for nobody here. */
const takeUp = async (b: Batch, id: string): Promise<void> => {
  const says = await unlessUnanswered(work(b).membership(id));
  if (!says) change(b, noted(b.state, id, 'It runs already and did not say for whom; start the batch again.'));
  else if (says.batch === workflowInfo().workflowId) change(b, takenUp(b.state, id, says));
  else change(b, notStarted(b.state, id, 'It runs already, and not for this batch.'));
};

/** What was changed of a member between the moment it was to begin and the moment it had. */
const catchUp = (b: Batch, { id, order }: BatchMember): void => {
  const { edited = [] } = b.state;
  const by = edited.at(-1)?.by ?? '';
  const now = ordersOf(b.order, b.state).find((each) => each.id === id)?.order;
  if (memberOf(b.state, id)?.removed) b.errands.push({ to: id, by, ask: { verb: 'eject' } });
  else if (now && now !== order) {
    const hops = now.hops.map(({ n, landing, window, settings }) => ({ n, landing, window, settings }));
    b.errands.push({ to: id, by, ask: { verb: 'edit', edit: { group: now.group, hops } } });
  }
};

const startMember = async (b: Batch, { id, order }: BatchMember): Promise<void> => {
  try {
    await startChild<typeof migration>('migration', {
      ...migrationStart(order),
      args: [order],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    change(b, started(b.state, id));
    catchUp(b, { id, order });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    await takeUp(b, id);
  }
};

/** Those that have moved before are not started again. */
export const startMembers = async (b: Batch): Promise<void> => {
  const members = dueMembers(b);
  if (members.length === 0) return;
  const vms = members.map(({ order }) => order.source.id);
  const moved = await unlessUnanswered(work(b).moved({ programme: b.order.programme, vms }));
  if (!moved) {
    for (const { id } of members) change(b, noted(b.state, id, 'Its record could not be read; start the batch again.'));
    return;
  }
  const whyNot = (vm: string): string | null => {
    const found = moved.find((one) => (typeof one === 'string' ? one : one.vm) === vm);
    return typeof found === 'string' ? 'Its record says that it has moved.' : (found?.why ?? null);
  };
  for (const { id, order } of members) {
    const why = whyNot(order.source.id);
    if (why !== null) change(b, notStarted(b.state, id, why));
  }
  const ids = members.filter(({ order }) => whyNot(order.source.id) === null).map(({ id }) => id);
  const asIs = ordersOf(b.order, b.state).filter(({ id }) => ids.includes(id) && !memberOf(b.state, id)?.removed);
  await Promise.all(asIs.map((each) => startMember(b, each)));
};
