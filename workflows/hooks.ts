import { setHandler } from '@temporalio/workflow';
import type { GroupHookEnd } from '../domain/group-hook.ts';
import { type Hook, type HookRun, hooksOf, type Moment, type Point, undosOf } from '../domain/hook.ts';
import { failureOf } from './failure.ts';
import { groupHookEnded } from './group-hook-messages.ts';
import { doBody, type HookRunning, undoBody } from './hook-body.ts';
import { tokenFor, valuesOf } from './hook-order.ts';
import { together } from './hook-together.ts';
import type { Hop } from './hop-context.ts';
import { type Journey, refuseSignal, show } from './journey.ts';
import { heed, mishapOf, skippableStep, step, until } from './step.ts';
import { awaitDone, listenForDone, openTask, type TaskState } from './task.ts';

/** What the hooks of one journey did, and what they wait for. */
export interface HookState extends TaskState {
  readonly ran: HookRun[];
  /** Ends of hooks that run once for many, by workflow id. */
  readonly ended: Map<string, GroupHookEnd>;
}

/** Registered before the first await. */
export const listenForHooks = (j: Journey): void => {
  listenForDone(j.hooks, (asked, why) => refuseSignal(j, asked, why));
  setHandler(groupHookEnded, (end) => {
    if (typeof end?.id === 'string') j.hooks.ended.set(end.id, end);
  });
};

const runningFor = (h: Hop, hook: Hook, run: HookRun, token: string): HookRunning => {
  const { j } = h;
  const r: HookRunning = {
    name: hook.name,
    token,
    vm: { name: j.order.name },
    values: valuesOf(h, hook, token),
    policies: j.order.policies,
    timeoutMs: hook.timeoutMs,
    found: run.found,
    remember: (found) => {
      run.found = found;
    },
    // The first that stands: one that ran again found what the first had made.
    foundBy: (name) => j.hooks.ran.find((run) => run.name === name && run.state !== 'undone' && run.found)?.found,
    ask: (body) =>
      awaitDone(j.hooks, openTask(body, r, h.n, null), r, {
        until: (holds, timeoutMs, summary) => until(j, holds, timeoutMs, summary),
        shows: (words) => show(j, { waitingFor: words }),
      }),
  };
  return r;
};

const alone = async (h: Hop, hook: Hook, run: HookRun, act: 'hook' | 'undo'): Promise<string | null> => {
  const r = runningFor(h, hook, run, tokenFor(h, hook, act));
  return act === 'hook' ? doBody(hook.body, r) : undoBody(hook, r, run.found);
};

/** What a person reads of it later, at gates too. */
const tell = (h: Hop, hook: Hook, message: string, fix: string): void => {
  const finding = { id: 'HK-01', severity: 'warn' as const, subject: hook.name, message, fix, hop: h.n };
  h.j.findings = [...h.j.findings.filter((f) => !(f.id === finding.id && f.subject === finding.subject)), finding];
};

/** A list that may not run twice was broken off by a person who wanted something else: whether it ran is for a person too. */
const refuseTwice = ({ name, body }: Hook, run: HookRun): void => {
  if (!run.brokenOff) return;
  run.brokenOff = false;
  if (body.kind !== 'cmdlets' || body.repeatable) return;
  throw failureOf({
    class: 'Vendor',
    message: `${name} was broken off under way, and its cmdlets may not run twice.`,
    changed: 'unknown: some, all or none of the cmdlets ran',
    fix: 'Look at what they did; retry runs the list again, skip goes on.',
  });
};

/** One attempt: what it may have changed is known before it begins. */
const attempt = async (h: Hop, hook: Hook, run: HookRun, act: 'hook' | 'undo'): Promise<true> => {
  const mayStand = run.state === 'failed' || run.state === 'skipped';
  if (act === 'hook' && !mayStand) run.state = 'begun';
  try {
    if (act === 'hook') refuseTwice(hook, run);
    run.note = await (hook.scope === 'vm' ? alone : together)(h, hook, run, act);
    run.state = act === 'hook' ? 'done' : 'undone';
    run.over = true;
    return true;
  } catch (error) {
    if (h.j.asked !== null && !h.j.rollingBack && act === 'hook' && hook.scope === 'vm') run.brokenOff = true;
    heed(h.j);
    const mishap = mishapOf(error);
    if (mishap) run.note = mishap.message;
    if (mishap && act === 'hook') run.state = mishap.changed === 'nothing' && !mayStand ? 'refused' : 'failed';
    throw error;
  } finally {
    run.at = Date.now();
  }
};

/** A must parks on failure; a person who did it by hand, or goes on without it, says skip. What need not succeed is noted. */
const take = async (h: Hop, hook: Hook, run: HookRun, act: 'hook' | 'undo'): Promise<void> => {
  const name = `${act === 'hook' ? 'hook' : 'undo hook'} ${hook.name}`;
  if (hook.mustSucceed) {
    const succeeded = await skippableStep(h.j, name, () => attempt(h, hook, run, act), {
      hop: h.n,
      interruptible: true,
    });
    if (succeeded) return;
    run.over = true;
    if (act === 'hook' && run.state !== 'refused') run.state = 'skipped';
    return tell(h, hook, `${name} was skipped: ${run.note ?? 'it had not run'}`, 'Do it by hand where it is needed.');
  }
  await step(
    h.j,
    name,
    async () => {
      try {
        await attempt(h, hook, run, act);
      } catch (error) {
        const mishap = mishapOf(error);
        if (!mishap) throw error;
        run.over = true;
        tell(h, hook, `${name} failed: ${mishap.message}`, mishap.fix);
      }
    },
    { hop: h.n, interruptible: true },
  );
};

/** The run of this round: a moment that is come to again does not run its hooks again. */
const runOf = (h: Hop, hook: Hook): HookRun => {
  const token = tokenFor(h, hook, 'hook');
  const known = h.j.hooks.ran.find((run) => run.token === token);
  if (known) return known;
  const { when, point } = hook;
  const run: HookRun = {
    ...{ name: hook.name, token, hop: h.n, round: h.record.round, when, point },
    ...{ state: 'refused', over: false, at: Date.now(), found: null, tries: 1, note: null },
  };
  h.j.hooks.ran.push(run);
  return run;
};

/** Runs what the plan lets happen here, in order. A journey without hooks does nothing at all. */
export const hooksAt = async (h: Hop, when: Moment, point: Point): Promise<void> => {
  const { hooks = [] } = h.j.order;
  for (const hook of hooksOf(hooks, { when, point, hop: h.n })) {
    const run = runOf(h, hook);
    if (!run.over) await take(h, hook, run, 'hook');
  }
};

/** Takes back what hooks did in this hop, the last one first. */
export const undoHooks = async (h: Hop): Promise<void> => {
  const { hooks = [] } = h.j.order;
  for (const { hook, run } of undosOf(hooks, h.j.hooks.ran, h.n)) {
    run.tries = 1;
    await take(h, hook, run, 'undo');
  }
};

/** Something of a hook may stand. */
export const hooksRan = (j: Journey): boolean => j.hooks.ran.length > 0;
