import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
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
import {
  type BatchMember,
  type BatchOrder,
  type BatchState,
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
import { describeBatch } from '../domain/batch-text.ts';
import {
  groupGates,
  type Letter,
  nextMoment,
  post,
  refuseGroupDecision,
  takeGroupDecision,
} from '../domain/group-gate.ts';
import { typed } from '../domain/typed.ts';
import {
  type BatchView,
  batchView,
  decideGroup,
  decideGroupSignal,
  type GroupRollBack,
  memberReport,
  resumeBatch,
  rollBackGroup,
  startMissing,
  stopBatch,
} from './batch-messages.ts';
import { commandSignal, decideSignal } from './messages.ts';
import type { migration } from './migration.ts';
import { migrationStart } from './start-order.ts';
import { keeper } from './verbs.ts';

/** One batch under way. Everything that changes it goes through `change`. */
interface Batch {
  readonly order: BatchOrder;
  state: BatchState;
  /** Members that turn round and were not told yet. */
  turning: { readonly member: string; readonly asked: GroupRollBack }[];
}

const viewOf = ({ state }: Batch): BatchView => ({ ...state, gates: groupGates(state), isOver: isBatchOver(state) });

const change = (b: Batch, state: BatchState): void => {
  b.state = state;
  setCurrentDetails(describeBatch(viewOf(b)));
};

const refuse = (why: string | null): void => {
  if (why) throw ApplicationFailure.nonRetryable(why, 'Refused');
};

/** Registered before the first await, so that nothing sent with the start is lost. */
const listen = (b: Batch): void => {
  setHandler(batchView, () => viewOf(b), { description: 'Everything about this batch' });
  // Signals may be anything that a person typed: what says nothing changes nothing.
  setHandler(memberReport, (report) => change(b, hear(b.state, report)));
  setHandler(
    decideGroup,
    (asked) => {
      const { state, decided } = takeGroupDecision(b.state, asked, Date.now(), 'update');
      change(b, state);
      return decided;
    },
    {
      validator: (asked) => refuse(refuseGroupDecision(b.state, asked, Date.now())),
      description: 'Open or refuse the cut-over of a group',
    },
  );
  setHandler(decideGroupSignal, (asked) => {
    const why = refuseGroupDecision(b.state, asked, Date.now());
    if (why)
      change(b, refusedOf(b.state, `decision on ${typed(asked?.group)} by ${typed(asked?.by)}`, why, Date.now()));
    else change(b, takeGroupDecision(b.state, asked, Date.now(), 'signal').state);
  });
  setHandler(
    rollBackGroup,
    (asked) => {
      const { state, members } = turnGroup(b.state, asked.group);
      change(b, state);
      b.turning.push(...members.map((member) => ({ member, asked })));
      return members;
    },
    { validator: (asked) => refuse(refuseGroupRollBack(b.state, asked)), description: 'Turn a whole group round' },
  );
  setHandler(stopBatch, ({ by, why }) => change(b, { ...b.state, stopped: { by, why, at: Date.now() } }), {
    validator: (asked) =>
      refuse(
        typeof asked?.by === 'string' && typeof asked.why === 'string' ? null : 'A stop is {"by": your name, "why"}.',
      ),
    description: 'Begin nothing new; what runs goes on',
  });
  setHandler(resumeBatch, () => change(b, { ...b.state, stopped: null }));
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
  const due = state.stopped === null ? toStart(state) : [];
  return order.members.filter(({ id }) => due.some((member) => member.id === id));
};

/** It runs already: for an earlier run of this batch, or for nobody here. */
const takeUp = async (b: Batch, id: string): Promise<void> => {
  const says = await unlessUnanswered(work(b).membership(id));
  if (!says) change(b, noted(b.state, id, 'It runs already and did not say for whom; start the batch again.'));
  else if (says.batch === workflowInfo().workflowId) change(b, takenUp(b.state, id, says));
  else change(b, notStarted(b.state, id, 'It runs already, and not for this batch.'));
};

const startMember = async (b: Batch, { id, order }: BatchMember): Promise<void> => {
  try {
    await startChild<typeof migration>('migration', {
      ...migrationStart(order),
      args: [order],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    change(b, started(b.state, id));
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
  await Promise.all(
    members.filter(({ order }) => !moved.includes(order.source.id)).map((each) => startMember(b, each)),
  );
};

const work = ({ order }: Batch) => keeper({ pollMs: order.members[0]?.order.policies.pollMs ?? 1_000 });

const deliver = async (b: Batch, { to, decided, gate }: Letter): Promise<void> => {
  const { decision, by, group, comment, ticket, attestation } = decided;
  const { name, hop, round, fingerprint } = gate;
  const words = {
    ...(comment ? { comment } : {}),
    ...(ticket ? { ticket } : {}),
    ...(attestation ? { attestation } : {}),
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
    })
    .catch(() => change(b, lost(b.state, member, 'Its migration took no command any more.')));

/** Sends what is due, until nothing is. */
const send = async (b: Batch): Promise<void> => {
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
    b.turning.length > 0 ||
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
  const b: Batch = { order, state: carried ?? newBatch(order), turning: [] };
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
  while (b.turning.length > 0);
  return continueAsNew<typeof batch>(order, b.state);
}
