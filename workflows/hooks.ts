import { ApplicationFailure, getExternalWorkflowHandle, setHandler } from '@temporalio/workflow';
import { queueOf } from '../domain/address.ts';
import { type GroupHookEnd, groupHookId, groupSubject } from '../domain/group-hook.ts';
import { type Hook, type HookRun, hooksOf, type Moment, type Point, undosOf } from '../domain/hook.ts';
import type { Values } from '../domain/hook-values.ts';
import type { Mishap } from '../domain/mishap.ts';
import { tokenOf } from '../domain/token.ts';
import { groupHookEnded } from './group-hook-messages.ts';
import { doBody, type HookRunning, restoreRecords } from './hook-body.ts';
import type { Hop } from './hop-context.ts';
import { type Journey, refuseSignal, self, show } from './journey.ts';
import { heed, mishapOf, skippableStep, step, until } from './step.ts';
import { awaitDone, doneSignal, listenForDone, openTask, type TaskState, taskWords } from './task.ts';
import { keeper } from './verbs.ts';

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

/** What stands in the token: the VM, or all that the hook runs once for. */
const subjectOf = ({ order, group }: Journey, { scope }: Hook): string =>
  scope === 'vm' ? order.source.id : groupSubject(order.batch, scope === 'group' ? group : null);

const tokenFor = (h: Hop, hook: Hook, act: 'hook' | 'undo'): string =>
  tokenOf({ vm: subjectOf(h.j, hook), hop: h.n, verb: `${act}-${hook.name}`, round: h.record.round });

const valuesOf = (h: Hop, hook: Hook, token: string): Values => {
  const { order, group } = h.j;
  const { when, point, scope } = hook;
  const shared = { programme: order.programme, batch: order.batch, hop: h.n, when, point, token };
  if (scope !== 'vm') return scope === 'group' ? { ...shared, group } : shared;
  const planned = h.order.landing.nics[0]?.address;
  const has = h.facts.nics[0]?.addresses[0] ?? null;
  return {
    ...shared,
    group,
    owner: order.owner,
    path: order.path,
    'vm.id': order.source.id,
    'vm.name': order.name,
    from: queueOf(h.order.from),
    to: queueOf(h.order.to),
    'source.address': has,
    'landing.name': h.order.landing.name,
    'landing.address': planned === 'keep' ? has : typeof planned === 'object' ? planned.ip : null,
  };
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
  if (act === 'hook') return doBody(hook.body, r);
  if (hook.undo) return doBody(hook.undo, r);
  if (hook.body.kind === 'dns' && run.found) await restoreRecords(hook.body, r, run.found);
  return null;
};

/** The run may be ended by a hand without a word: it is asked for again now and then. */
const ASK_AGAIN_MS = 6 * 3_600_000;

/** Passes on what a person says here to the run that waits for it. */
const passOn = async (j: Journey, id: string): Promise<void> => {
  const { answer } = j.hooks;
  if (!answer) return;
  j.hooks.answer = null;
  await getExternalWorkflowHandle(id)
    .signal(doneSignal, answer)
    .catch(() => undefined);
};

const awaitEnd = async (h: Hop, id: string): Promise<void> => {
  const { hooks } = h.j;
  const over = (): boolean => hooks.ended.has(id);
  const heard = (): boolean => over() || hooks.answer !== null;
  while (await until(h.j, heard, ASK_AGAIN_MS, 'the hook runs once for many')) {
    if (over()) return;
    await passOn(h.j, id);
  }
};

/** Runs once for all: whoever comes first starts it, everybody waits for its end. */
const together = async (h: Hop, hook: Hook, run: HookRun, act: 'hook' | 'undo'): Promise<string | null> => {
  const { j } = h;
  const token = tokenFor(h, hook, act);
  const id = groupHookId({
    programme: j.order.programme,
    batch: j.order.batch,
    group: hook.scope === 'group' ? j.group : null,
    hook: hook.name,
    act,
    hop: h.n,
    round: h.record.round,
    tries: run.tries,
  });
  const values = valuesOf(h, hook, token);
  const order = { hook, token, hop: h.n, values, policies: j.order.policies };
  const body = act === 'undo' ? hook.undo : hook.body;
  try {
    while (!j.hooks.ended.has(id)) {
      const end = await keeper(j.order.policies).joinHook.executeWithOptions({ summary: `hook ${hook.name} for all` }, [
        { id, member: self(), order: act === 'undo' ? { ...order, undo: { found: run.found } } : order },
      ]);
      if (end) j.hooks.ended.set(id, end);
      else {
        if (body?.kind === 'person') j.hooks.task ??= openTask(body, { name: hook.name, values }, h.n, id);
        show(j, { waitingFor: j.hooks.task ? taskWords(j.hooks.task) : `${hook.name}, which runs once for all` });
        await awaitEnd(h, id);
      }
    }
  } finally {
    if (j.hooks.task?.run === id) j.hooks.task = null;
    show(j, { waitingFor: null });
  }
  const end = j.hooks.ended.get(id) as GroupHookEnd;
  run.found = end.found ?? run.found;
  if (!end.mishap) return end.note;
  run.tries += 1;
  throw told(end.mishap);
};

/** A failure that was told in words, thrown again. */
const told = (mishap: Mishap): Error =>
  ApplicationFailure.create({ message: mishap.message, type: mishap.class, nonRetryable: true, details: [mishap] });

/** What a person reads of it later, at gates too. */
const tell = (h: Hop, hook: Hook, message: string, fix: string): void => {
  const finding = { id: 'HK-01', severity: 'warn' as const, subject: hook.name, message, fix, hop: h.n };
  h.j.findings = [...h.j.findings.filter((f) => !(f.id === finding.id && f.subject === finding.subject)), finding];
};

/** One attempt: what it may have changed is known before it begins. */
const attempt = async (h: Hop, hook: Hook, run: HookRun, act: 'hook' | 'undo'): Promise<true> => {
  const mayStand = run.state === 'failed' || run.state === 'skipped';
  if (act === 'hook' && !mayStand) run.state = 'begun';
  try {
    run.note = await (hook.scope === 'vm' ? alone : together)(h, hook, run, act);
    run.state = act === 'hook' ? 'done' : 'undone';
    run.over = true;
    return true;
  } catch (error) {
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
  const { hooks } = h.j.order;
  if (!hooks || hooks.length === 0) return;
  for (const hook of hooksOf(hooks, { when, point, hop: h.n })) {
    const run = runOf(h, hook);
    if (!run.over) await take(h, hook, run, 'hook');
  }
};

/** Takes back what hooks did in this hop, the last one first. */
export const undoHooks = async (h: Hop): Promise<void> => {
  const { hooks } = h.j.order;
  if (!hooks || hooks.length === 0) return;
  for (const { hook, run } of undosOf(hooks, h.j.hooks.ran, h.n)) {
    run.tries = 1;
    await take(h, hook, run, 'undo');
  }
};

/** Something of a hook may stand. */
export const hooksRan = (j: Journey): boolean => j.hooks.ran.length > 0;
