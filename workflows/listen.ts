import { patched, setHandler, upsertMemo } from '@temporalio/workflow';
import { PURPOSES } from '../domain/capacity.ts';
import type { JourneyEdit } from '../domain/journey-edit.ts';
import { changesProtected, goesBack, refuseEdit, withEdit } from '../domain/refuse-edit.ts';
import { cancelling, refusalOf, refuseCommand, refuseUnexplained, VERBS } from '../domain/verbs.ts';
import { decisions, loans } from './decisions.ts';
import { refuse, through } from './door.ts';
import { hopOrder, hopRecord, type Journey, note, refuseSignal, show } from './journey.ts';
import { standing, viewOf } from './journey-view.ts';
import { leaseIsGranted } from './lease.ts';
import {
  type Command,
  type CommandTaken,
  command,
  commandSignal,
  decide,
  decideSignal,
  delegate,
  delegateSignal,
  flagged,
  leaseGranted,
  view,
} from './messages.ts';
import { tellRefusal } from './tell-batch.ts';

const take = (j: Journey, asked: Command, channel: 'update' | 'signal'): CommandTaken => {
  const taken: CommandTaken = { ...asked, at: Date.now(), channel };
  j.commands.push(taken);
  const turning = asked.verb === 'cancel' ? cancelling(standing(j)) : asked.verb === 'defer' ? 'eject' : asked.verb;
  if (asked.verb === 'pause' || asked.verb === 'resume') {
    j.paused = asked.verb === 'pause';
    if (!j.paused) j.kept = null;
    show(j, {});
  } else if (turning === 'rollBack' || turning === 'eject') {
    if (asked.verb === 'defer') j.deferredTo = asked.to ?? null;
    j.asked = turning;
    // Who turns round goes on, the other way.
    j.paused = false;
    j.kept = null;
    show(j, {});
  } else if (asked.verb === 'keepSyncing') {
    j.kept = { by: asked.by, at: Date.now(), ...(asked.comment ? { comment: asked.comment } : {}) };
    back(j, 'gate');
  } else if (asked.verb === 'edit') back(j, edited(j, asked.edit));
  else if (asked.verb === 'editAndRetry') {
    const where = edited(j, asked.edit);
    back(j, where);
    if (where === null) j.answer = asked;
  } else j.answer = asked;
  return taken;
};

/** Who begins the hop anew asks at its gate on the way. */
const back = (j: Journey, where: 'gate' | 'hop' | null): void => {
  if (where && j.asked !== 'hop') j.asked = where;
};

/** Takes an edit that fits. Answers how far the journey goes back for it. */
const edited = (j: Journey, edit: JourneyEdit = { hops: [] }): 'gate' | 'hop' | null => {
  const where = goesBack(edit, j.approaching, j.phase);
  for (const each of edit.hops) {
    const order = hopOrder(j, each.n);
    if (each.n === j.approaching && changesProtected(order, hopRecord(j, each.n), each)) j.protectAgain = true;
    j.orders[each.n - 1] = withEdit(order, each);
  }
  // Lists are printed from the memo.
  if (edit.group !== undefined && edit.group !== j.group) upsertMemo({ group: edit.group });
  j.group = edit.group ?? j.group;
  note(j, {});
  return where;
};

/** Why a command is refused, or null. */
const refused = (j: Journey, asked: Command): string | null => {
  const at = standing(j);
  const why = refuseCommand(asked, at);
  if (why || (asked.verb !== 'edit' && asked.verb !== 'editAndRetry')) return why;
  if (asked.edit?.group !== undefined && (j.order.batchId === undefined || asked.of !== j.order.batchId))
    return 'A VM changes its group at its batch, which decides with whom it cuts over: move it there. Nothing was changed.';
  const { orders, hops, source } = j;
  return refuseEdit(asked.edit, { orders, hops, source, editable: at.editable, now: Date.now() });
};

/** Registered before the first await, so that nothing sent with the start is lost. */
export const listen = (j: Journey): void => {
  setHandler(view, () => viewOf(j), { description: 'Everything about this migration' });
  const decided = through(decisions(j));
  setHandler(decide, decided.update, {
    validator: decided.validate,
    description: 'Open or refuse the gate that waits',
  });
  setHandler(decideSignal, decided.signal);
  const lent = through(loans(j));
  setHandler(delegate, lent.update, { validator: lent.validate, description: 'Lend the right to approve' });
  setHandler(delegateSignal, lent.signal);
  setHandler(command, (asked) => take(j, asked, 'update'), {
    validator: (asked) => refuse(refused(j, asked) ?? refuseUnexplained(asked)),
    description: VERBS.join(', '),
  });
  setHandler(commandSignal, (asked) => {
    const why = refused(j, asked);
    const unexplained = why === null ? refuseUnexplained(asked) : null;
    if (why) {
      refuseSignal(j, asked, why);
      if (typeof asked?.of === 'string' && asked.of === j.order.batchId) return tellRefusal(j, asked.verb, why);
    } else if (unexplained && patched('skip-says-why')) refuseSignal(j, asked, unexplained);
    else take(j, asked, 'signal');
    return undefined;
  });
  setHandler(flagged, (told) => {
    if (told?.flag !== 'Stalled' && told?.flag !== 'NeedsReverify') return;
    j.flagged = told;
    show(j, {});
  });
  setHandler(leaseGranted, (told) => {
    const purpose = told?.purpose ?? 'staging';
    if (PURPOSES.includes(purpose)) leaseIsGranted(j, purpose);
  });
};

/** A cancel from outside is a wish to turn round, never a way to leave a VM half moved. */
export const turnRound = (j: Journey): void => {
  const by = 'a cancel request';
  const verb = (['eject', 'rollBack'] as const).find((each) => refusalOf(each, standing(j)) === null);
  if (verb) take(j, { verb, by }, 'signal');
  else refuseSignal(j, { verb: 'rollBack', by }, refusalOf('rollBack', standing(j)) ?? '');
};
