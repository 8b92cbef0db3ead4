import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import { PURPOSES } from '../domain/capacity.ts';
import { refusalOf, refuseCommand } from '../domain/verbs.ts';
import { judge, takeDecision } from './gate.ts';
import { type Journey, refuseSignal, show, standing, viewOf } from './journey.ts';
import { leaseIsGranted } from './lease.ts';
import {
  type Command,
  type CommandTaken,
  command,
  commandSignal,
  decide,
  decideSignal,
  leaseGranted,
  view,
} from './messages.ts';

const take = (j: Journey, asked: Command, channel: 'update' | 'signal'): CommandTaken => {
  const taken: CommandTaken = { ...asked, at: Date.now(), channel };
  j.commands.push(taken);
  if (asked.verb === 'pause' || asked.verb === 'resume') {
    j.paused = asked.verb === 'pause';
    show(j, {});
  } else if (asked.verb === 'rollBack' || asked.verb === 'eject') {
    j.asked = asked.verb;
    // Who turns round goes on, the other way.
    j.paused = false;
    show(j, {});
  } else j.answer = asked;
  return taken;
};

const refuse = (why: string | null): void => {
  if (why) throw ApplicationFailure.nonRetryable(why, 'Refused');
};

/** Registered before the first await, so that nothing sent with the start is lost. */
export const listen = (j: Journey): void => {
  setHandler(view, () => viewOf(j), { description: 'Everything about this migration' });
  setHandler(decide, (decision) => takeDecision(j, decision, 'update'), {
    validator: (decision) => refuse(judge(j, decision)),
    description: 'Open or refuse the gate that waits',
  });
  setHandler(decideSignal, (decision) => {
    const why = judge(j, decision);
    if (why) refuseSignal(j, decision, why);
    else takeDecision(j, decision, 'signal');
  });
  setHandler(command, (asked) => take(j, asked, 'update'), {
    validator: (asked) => refuse(refuseCommand(asked, standing(j))),
    description: 'pause, resume, retry, repair, skip, forceOff, rollBack, eject',
  });
  setHandler(commandSignal, (asked) => {
    const why = refuseCommand(asked, standing(j));
    if (why) refuseSignal(j, asked, why);
    else take(j, asked, 'signal');
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
