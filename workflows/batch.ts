import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { applyEdits, recorded } from '../domain/apply-edits.ts';
import {
  type BatchMember,
  type BatchOrder,
  type BatchState,
  type EditTaken,
  hear,
  isBatchOver,
  lost,
  newBatch,
  noted,
  notStarted,
  reconcile,
  refusedOf,
  refuseGroupRollBack,
  startAgain,
  started,
  takenUp,
  toStart,
  turnGroup,
} from '../domain/batch.ts';
import { type BatchEditing, type Errand, editionOf, editText, memberOf, ordersOf } from '../domain/batch-edit.ts';
import { refuseResume, refuseStop, resume, runningOf, stop, stoppedBy } from '../domain/batch-stop.ts';
import { describeBatch } from '../domain/batch-text.ts';
import { groupGates, type Letter, nextMoment, post, withOpeners } from '../domain/group-gate.ts';
import { refuseEditing } from '../domain/judge-edits.ts';
import { typed } from '../domain/typed.ts';
import {
  type BatchView,
  batchOrders,
  batchView,
  decideGroup,
  decideGroupSignal,
  editBatch,
  editBatchSignal,
  type GroupRollBack,
  memberReport,
  type Resume,
  resumeBatch,
  resumeBatchSignal,
  rollBackGroup,
  rollBackGroupSignal,
  type Stop,
  startMissing,
  stopBatch,
  stopBatchSignal,
} from './batch-messages.ts';
import { refuse, through } from './door.ts';
import { groupDecisions, groupLoans, type Polled } from './group-decisions.ts';
import { commandSignal, decideSignal, delegate, delegateSignal } from './messages.ts';
import type { migration } from './migration.ts';
import { migrationStart } from './start-order.ts';
import { keeper } from './verbs.ts';

/** One batch under way. Everything that changes it goes through `change`. */
interface Batch {
  readonly order: BatchOrder;
  state: BatchState;
  /** Members that turn round and were not told yet. */
  turning: { readonly member: string; readonly asked: GroupRollBack }[];
  /** What members are to be told of edits and were not yet. */
  errands: Errand[];
}

const viewOf = ({ state }: Batch): BatchView => {
  const { orders: _kept, ...shown } = state;
  return { ...shown, gates: openGates(state), isOver: isBatchOver(state), edition: editionOf(state) };
};

const openGates = (state: BatchState) => groupGates(state).map((gate) => withOpeners(state, gate, Date.now()));

const change = (b: Batch, state: BatchState): void => {
  b.state = state;
  setCurrentDetails(describeBatch(viewOf(b)));
};

const takeEditing = (b: Batch, { by, edits }: BatchEditing, channel: EditTaken['channel']): EditTaken => {
  const taken = { by, at: Date.now(), channel, did: edits.map((edit) => editText(b.state, edit)) };
  const { state, errands } = applyEdits(b.state, ordersOf(b.order, b.state), edits, by, taken.at);
  b.errands.push(...errands);
  change(b, recorded(state, taken));
  return taken;
};

const takeRollBack = (b: Batch, asked: GroupRollBack): readonly string[] => {
  const { state, members } = turnGroup(b.state, asked.group);
  change(b, state);
  b.turning.push(...members.map((member) => ({ member, asked })));
  return members;
};

/** Those that run are told too, where that was asked for: what they copy goes on. */
const tellMembers = (b: Batch, by: string, group: string | undefined, ask: Errand['ask']): void => {
  b.errands.push(...runningOf(b.state, group).map((to) => ({ to, by, ask })));
};

const takeStop = (b: Batch, asked: Stop): void => {
  const { by, why, group, members } = asked;
  change(b, stop(b.state, asked, Date.now()));
  if (members) tellMembers(b, by, group, { verb: 'pause', comment: why });
};

const takeResume = (b: Batch, { by, group, members }: Resume): void => {
  change(b, resume(b.state, group));
  if (members) tellMembers(b, by, group, { verb: 'resume', comment: `${group ?? 'the batch'} goes on` });
};

const noteRefusal = (b: Batch, what: string, asked: { readonly by?: unknown } | undefined, why: string): void =>
  change(b, refusedOf(b.state, `${what} by ${typed(asked?.by)}`, why, Date.now()));

/** Registered before the first await, so that nothing sent with the start is lost. */
const listen = (b: Batch): void => {
  setHandler(batchView, () => viewOf(b), { description: 'Everything about this batch' });
  // Signals may be anything that a person typed: what says nothing changes nothing.
  setHandler(memberReport, (report) => change(b, hear(b.state, report)));
  const polled: Polled = {
    id: workflowInfo().workflowId,
    state: () => b.state,
    change: (state) => change(b, state),
    keeper: work(b),
  };
  const decided = through(groupDecisions(polled));
  setHandler(decideGroup, decided.update, {
    validator: decided.validate,
    description: 'Open or refuse the cut-over of a group',
  });
  setHandler(decideGroupSignal, decided.signal);
  const lent = through(groupLoans(polled));
  setHandler(delegate, lent.update, { validator: lent.validate, description: 'Lend the right to approve' });
  setHandler(delegateSignal, lent.signal);
  setHandler(rollBackGroup, (asked) => takeRollBack(b, asked), {
    validator: (asked) => refuse(refuseGroupRollBack(b.state, asked)),
    description: 'Turn a whole group round',
  });
  setHandler(rollBackGroupSignal, (asked) => {
    const why = refuseGroupRollBack(b.state, asked);
    if (why) noteRefusal(b, 'rolling back', asked, why);
    else takeRollBack(b, asked);
  });
  setHandler(stopBatch, (asked) => takeStop(b, asked), {
    validator: (asked) => refuse(refuseStop(b.state, asked)),
    description: 'Begin nothing new, of the batch or of a group; what runs goes on',
  });
  setHandler(stopBatchSignal, (asked) => {
    const why = refuseStop(b.state, asked);
    if (why) noteRefusal(b, 'stop', asked, why);
    else takeStop(b, asked);
  });
  setHandler(resumeBatch, (asked) => takeResume(b, asked), {
    validator: (asked) => refuse(refuseResume(b.state, asked)),
    description: 'Go on after a stop',
  });
  setHandler(resumeBatchSignal, (asked) => {
    const why = refuseResume(b.state, asked);
    if (why) noteRefusal(b, 'resume', asked, why);
    else takeResume(b, asked);
  });
  setHandler(batchOrders, () => ordersOf(b.order, b.state), { description: 'What its members were started with' });
  setHandler(editBatch, (asked) => takeEditing(b, asked, 'update'), {
    validator: (asked) => refuse(refuseEditing(b.state, ordersOf(b.order, b.state), asked, Date.now())),
    description: 'Add, take out, move or land members otherwise, while it runs',
  });
  setHandler(editBatchSignal, (asked) => {
    const why = refuseEditing(b.state, ordersOf(b.order, b.state), asked, Date.now());
    if (why) change(b, refusedOf(b.state, `edits by ${typed(asked?.by)}`, why, Date.now()));
    else takeEditing(b, asked, 'signal');
  });
  setHandler(startMissing, () => {
    change(b, startAgain(b.state));
    return b.state.members.filter(({ status }) => status === 'planned').map(({ id }) => id);
  });
};

/** Nothing that the orchestrator itself cannot answer may end the batch: its members would wait for it for ever. */
const unlessUnanswered = async <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (isCancellation(error)) throw error;
    return null;
  });

const dueMembers = ({ order, state }: Batch): readonly BatchMember[] => {
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
const startMembers = async (b: Batch): Promise<void> => {
  const members = dueMembers(b);
  if (members.length === 0) return;
  const vms = members.map(({ order }) => order.source.id);
  const moved = await unlessUnanswered(work(b).moved({ programme: b.order.programme, vms }));
  if (!moved) {
    for (const { id } of members) change(b, noted(b.state, id, 'Its record could not be read; start the batch again.'));
    return;
  }
  for (const { id, order } of members)
    if (moved.includes(order.source.id)) change(b, notStarted(b.state, id, 'Its record says that it has moved.'));
  const ids = members.filter(({ order }) => !moved.includes(order.source.id)).map(({ id }) => id);
  const asIs = ordersOf(b.order, b.state).filter(({ id }) => ids.includes(id) && !memberOf(b.state, id)?.removed);
  await Promise.all(asIs.map((each) => startMember(b, each)));
};

const work = ({ order }: Batch) => keeper({ pollMs: order.members[0]?.order.policies.pollMs ?? 1_000 });

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
const send = async (b: Batch): Promise<void> => {
  // A decision on a group finds its members knowing that they are of it.
  if (b.errands.length > 0) await Promise.all(b.errands.splice(0).map((errand) => run(b, errand)));
  const { state, letters } = post(b.state, Date.now());
  const turning = b.turning.splice(0);
  change(b, state);
  await Promise.all([...letters.map((letter) => deliver(b, letter)), ...turning.map((each) => turn(b, each))]);
};

const hasWork = (b: Batch): boolean => {
  const { letters, state } = post(b.state, Date.now());
  return (
    letters.length > 0 ||
    state.cleared.length !== b.state.cleared.length ||
    state.polls !== b.state.polls ||
    b.turning.length > 0 ||
    b.errands.length > 0 ||
    dueMembers(b).length > 0 ||
    isBatchOver(b.state)
  );
};

const look = async (b: Batch): Promise<void> => {
  const ids = b.state.members.filter(({ status }) => status !== 'refused' && status !== 'ended').map(({ id }) => id);
  const seen = await unlessUnanswered(work(b).look(ids));
  if (seen) change(b, reconcile(b.state, seen));
};

/**
 * One batch: starts its VMs, lets its groups cut over in order, each behind one gate, and turns them round together. The VMs' own
 * migrations outlive it. Runs until all have ended, as a chain of runs.
 */
export async function batch(order: BatchOrder, carried?: BatchState): Promise<BatchView> {
  const b: Batch = { order, state: carried ?? newBatch(order), turning: [], errands: [] };
  listen(b);
  change(b, b.state);
  if (carried) await look(b);
  while (!isBatchOver(b.state) && !workflowInfo().continueAsNewSuggested) {
    await startMembers(b);
    await send(b);
    const moment = nextMoment(b.state, Date.now());
    const wait = Math.min(order.reconcileMs, moment === null ? order.reconcileMs : moment - Date.now());
    if (!(await condition(() => hasWork(b), wait, { summary: 'looks at its members' }))) await look(b);
  }
  await condition(allHandlersFinished);
  if (isBatchOver(b.state)) return viewOf(b);
  // Whoever is told to turn round was answered already, and may be told of more while the letters are under way.
  do await send(b);
  while (b.turning.length > 0 || b.errands.length > 0);
  return continueAsNew<typeof batch>(order, b.state);
}
