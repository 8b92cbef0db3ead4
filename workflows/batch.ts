import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type BatchOrder,
  type BatchState,
  groupGates,
  hear,
  isBatchOver,
  type Letter,
  lost,
  newBatch,
  nextMoment,
  notStarted,
  post,
  reconcile,
  refusedOf,
  refuseGroupDecision,
  refuseGroupRollBack,
  started,
  takeGroupDecision,
  turnGroup,
} from '../domain/batch.ts';
import { describeBatch } from '../domain/batch-text.ts';
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
  /** Somebody asked for what is not running to be started. */
  starting: boolean;
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
    if (why) change(b, refusedOf(b.state, `decision on ${asked?.group} by ${asked?.by}`, why, Date.now()));
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
    description: 'Begin nothing new; what runs goes on',
  });
  setHandler(resumeBatch, () => change(b, { ...b.state, stopped: null }));
  setHandler(startMissing, () => {
    b.starting = true;
    return toStart(b).map(({ id }) => id);
  });
};

const toStart = ({ order, state }: Batch) =>
  order.members.filter(({ id }) =>
    state.members.some((m) => m.id === id && (m.status === 'planned' || m.status === 'lost')),
  );

const startMember = async (b: Batch, { id, order }: BatchOrder['members'][number]): Promise<void> => {
  try {
    await startChild<typeof migration>('migration', {
      ...migrationStart(order),
      args: [order],
      parentClosePolicy: ParentClosePolicy.ABANDON,
    });
    change(b, started(b.state, id));
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    change(b, notStarted(b.state, id, 'It runs already, and not for this batch.'));
  }
};

/** Those that have moved before are not started again; everyone else at once, for what is scarce has its own line. */
const startMembers = async (b: Batch): Promise<void> => {
  b.starting = false;
  const members = toStart(b);
  const moved = await work(b).moved({ programme: b.order.programme, vms: members.map(({ order }) => order.source.id) });
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
      ...{ gate: name, hop, round, fingerprint, decision, by, group, takenAt: decided.at },
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
    (b.starting && b.state.stopped === null) ||
    isBatchOver(b.state)
  );
};

const look = async (b: Batch): Promise<void> => {
  const ids = b.state.members.filter(({ status }) => status !== 'refused' && status !== 'ended').map(({ id }) => id);
  change(b, reconcile(b.state, await work(b).look(ids)));
};

/**
 * One batch: starts its VMs, lets its groups cut over in order, each behind one gate, and turns them round together. The VMs' own
 * migrations outlive it. Runs until all have ended, as a chain of runs.
 */
export async function batch(order: BatchOrder, carried?: BatchState): Promise<BatchView> {
  const b: Batch = { order, state: carried ?? newBatch(order), turning: [], starting: carried === undefined };
  listen(b);
  change(b, b.state);
  if (carried) await look(b);
  while (!isBatchOver(b.state) && !workflowInfo().continueAsNewSuggested) {
    if (b.starting && b.state.stopped === null) await startMembers(b);
    await send(b);
    const moment = nextMoment(b.state, Date.now());
    const wait = Math.min(order.reconcileMs, moment === null ? order.reconcileMs : moment - Date.now());
    if (!(await condition(() => hasWork(b), wait, { summary: 'looks at its members' }))) await look(b);
  }
  await condition(allHandlersFinished);
  if (isBatchOver(b.state)) return viewOf(b);
  await send(b);
  return continueAsNew<typeof batch>(order, b.state);
}
