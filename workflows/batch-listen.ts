import { setHandler, workflowInfo } from '@temporalio/workflow';
import { applyEdits, recorded } from '../domain/apply-edits.ts';
import { type EditTaken, refusedOf, startAgain } from '../domain/batch.ts';
import { type BatchEditing, type Errand, editText, ordersOf } from '../domain/batch-edit.ts';
import { hear } from '../domain/batch-reports.ts';
import { refuseResume, refuseStop, resume, runningOf, stop } from '../domain/batch-stop.ts';
import { refuseGroupRollBack, turnGroup } from '../domain/group-turn.ts';
import { refuseEditing } from '../domain/judge-edits.ts';
import { typed } from '../domain/typed.ts';
import { type Batch, change, viewOf, work } from './batch-context.ts';
import {
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
import { type Door, through } from './door.ts';
import { groupDecisions, groupLoans, type Polled } from './group-decisions.ts';
import { delegate, delegateSignal } from './messages.ts';

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

/** Where something that people ask for comes in, called `what` where it is refused. */
const door = <T extends { readonly by?: unknown }, R>(
  b: Batch,
  what: string,
  { judge, take }: Pick<Door<T, R>, 'judge' | 'take'>,
) =>
  through<T, R>({
    judge,
    take,
    recordRefusal: (asked, why) => change(b, refusedOf(b.state, `${what} by ${typed(asked?.by)}`, why, Date.now())),
  });

/** Registered before the first await, so that nothing sent with the start is lost. */
export const listen = (b: Batch): void => {
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
  const turned = door(b, 'rolling back', {
    judge: (asked: GroupRollBack) => refuseGroupRollBack(b.state, asked),
    take: (asked) => takeRollBack(b, asked),
  });
  setHandler(rollBackGroup, turned.update, { validator: turned.validate, description: 'Turn a whole group round' });
  setHandler(rollBackGroupSignal, turned.signal);
  const stopped = door(b, 'stop', {
    judge: (asked: Stop) => refuseStop(b.state, asked),
    take: (asked) => takeStop(b, asked),
  });
  setHandler(stopBatch, stopped.update, {
    validator: stopped.validate,
    description: 'Begin nothing new, of the batch or of a group; what runs goes on',
  });
  setHandler(stopBatchSignal, stopped.signal);
  const resumed = door(b, 'resume', {
    judge: (asked: Resume) => refuseResume(b.state, asked),
    take: (asked) => takeResume(b, asked),
  });
  setHandler(resumeBatch, resumed.update, { validator: resumed.validate, description: 'Go on after a stop' });
  setHandler(resumeBatchSignal, resumed.signal);
  setHandler(batchOrders, () => ordersOf(b.order, b.state), { description: 'What its members were started with' });
  const edited = door(b, 'edits', {
    judge: (asked: BatchEditing) => refuseEditing(b.state, ordersOf(b.order, b.state), asked, Date.now()),
    take: (asked, channel) => takeEditing(b, asked, channel),
  });
  setHandler(editBatch, edited.update, {
    validator: edited.validate,
    description: 'Add, take out, move or land members otherwise, while it runs',
  });
  setHandler(editBatchSignal, edited.signal);
  setHandler(startMissing, () => {
    change(b, startAgain(b.state));
    return b.state.members.filter(({ status }) => status === 'planned').map(({ id }) => id);
  });
};
