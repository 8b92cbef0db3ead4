import { factsOf } from '../domain/facts.ts';
import { type HookAct, withHooks } from '../domain/hook.ts';
import { lossOf, type RollbackStep, rollbackSteps } from '../domain/rollback.ts';
import type { VmDescription } from '../domain/vm.ts';
import { guestOrder } from './addresses.ts';
import { refuseBlockers } from './check-path.ts';
import { keepCheckpoint } from './checkpoint.ts';
import { forceSuccessorOff } from './force-off.ts';
import { ask, gate } from './gate.ts';
import { hooksAt, undoHooks } from './hooks.ts';
import { type Hop, itemOrder, operationOrder, platformOrder, protect, readSource, unsafe } from './hop-context.ts';
import { LossRefused, mark, show } from './journey.ts';
import { mishapOf, skippableStep, step } from './step.ts';
import { tellBatch } from './tell-batch.ts';

/** The successor as it is now; null when the platform answers that there is none. An unanswered question is not a no. */
const readSuccessor = async (h: Hop): Promise<VmDescription | null> => {
  const vm = h.record.successor;
  if (!vm) return null;
  try {
    return await h.verbs.successor.describe.executeWithOptions({ summary: `${vm.name} now` }, [
      platformOrder(h, 'successor', 'describe', vm),
    ]);
  } catch (error) {
    if (mishapOf(error)?.class === 'Missing') return null;
    throw error;
  }
};

const settle = async (h: Hop): Promise<void> => {
  const settled = await h.verbs.mover.settle.executeWithOptions(
    { summary: 'bring the mover’s operation to an end state' },
    [operationOrder(h, 'settle')],
  );
  h.record.operation = settled.operation ?? h.record.operation;
  h.record.successor = settled.successor ?? h.record.successor;
  h.record.halfMade = settled.state === 'failed' && settled.boundary === 'after';
  if (settled.state === 'done') h.record.cutOver = 'done';
  if (h.record.cutOver === 'done') return;
  // A cut-over that never ended well has exposed nothing, unless what it left runs.
  const left = await readSuccessor(h);
  if (!left || left.power === 'off') h.record.exposedAt = null;
};

/** States what will be lost and asks; without loss nobody is asked. Who does not accept it stays where the VM serves. */
const approveLoss = async (h: Hop): Promise<void> => {
  if (!lossOf(h.record, Date.now())) return;
  const evidence = () => ({
    vm: h.vm.name,
    does: `returns ${h.vm.name} to ${h.order.from.product}@${h.order.from.instance} and loses every write made since`,
    lossFrom: new Date(h.record.exposedAt ?? 0).toISOString(),
    lossTo: 'the moment the successor is stopped',
  });
  const approved = await ask(h.j, 'rollBack', h.n, evidence, { round: h.record.round });
  show(h.j, { waitingFor: null });
  if (!approved) throw new LossRefused();
  if (h.record.wasOn) mark(h.j, h.n, 'stopOfService');
};

const stopSuccessor = async (h: Hop): Promise<void> => {
  const seen = await readSuccessor(h);
  const vm = h.record.successor;
  if (!seen || !vm) return;
  if (seen.power !== 'off') {
    const order = platformOrder(h, 'successor', 'stop', vm);
    if (h.record.exposedAt === null)
      await h.verbs.successor.forceOff.executeWithOptions({ summary: `stop ${vm.name}, which never served` }, [order]);
    else
      await h.verbs.successor.shutDown.executeWithOptions({ summary: `shut ${vm.name} down` }, [
        { ...order, graceMs: h.j.order.policies.graceMs, expectFacts: factsOf(seen) },
      ]);
  }
  await h.verbs.successor.isolate.executeWithOptions({ summary: `take ${vm.name} off the network` }, [
    { ...platformOrder(h, 'successor', 'isolate', vm), extent: 'full' },
  ]);
};

const observeSuccessorOff = async (h: Hop): Promise<void> => {
  const seen = await readSuccessor(h);
  if (seen && seen.power !== 'off')
    throw unsafe(
      `${seen.ref.name} is still on; ${h.vm.name} stays off until it is not.`,
      'Stop it on its platform, then retry.',
      h.vm.name,
    );
};

/** Nobody else may have the identity when the predecessor takes it back: neither its successor nor, of a later hop, the source. */
const observeOthersOff = async (h: Hop): Promise<void> => {
  await observeSuccessorOff(h);
  const source = h.n > 1 ? await readSource(h) : null;
  if (source && source.power !== 'off')
    throw unsafe(
      `${source.ref.name} is on again at its source; ${h.vm.name} stays off the network until it is not.`,
      'Stop it where it was started, then retry.',
      h.vm.name,
    );
};

const reconnectPredecessor = async (h: Hop): Promise<void> => {
  await observeOthersOff(h);
  await h.verbs.predecessor.connect.executeWithOptions({ summary: `give ${h.vm.name} its network back` }, [
    {
      ...platformOrder(h, 'predecessor', 'connect', h.vm),
      wiring: h.record.wiring ?? h.facts.nics,
      autostart: h.record.autostart,
    },
  ]);
};

const startPredecessor = async (h: Hop): Promise<void> => {
  await observeOthersOff(h);
  await h.verbs.predecessor.powerOn.executeWithOptions({ summary: `start ${h.vm.name}` }, [
    platformOrder(h, 'predecessor', 'powerOn', h.vm),
  ]);
};

/** The predecessor serves again when its guest answers with the services it had. */
const validatePredecessor = async (h: Hop): Promise<void> => {
  const addresses = h.facts.nics.flatMap((nic) => nic.addresses);
  if (h.baseline) {
    const report = await h.verbs.guestBefore.check.executeWithOptions({ summary: `checks inside ${h.vm.name}` }, [
      {
        ...guestOrder(h, 'before', 'check', h.vm, addresses),
        baseline: h.baseline,
        nics: [],
        smoke: h.j.order.smoke,
        hop: h.n - 1,
      },
    ]);
    refuseBlockers(h.j, 'does not serve as before', report.findings);
  }
};

/** A protect that says by itself that it made nothing. */
const madeNothing = (error: unknown): boolean => {
  const mishap = mishapOf(error);
  return mishap?.changed === 'nothing' && ['Configuration', 'Conflict', 'Missing'].includes(mishap.class);
};

/**
 * Whether there is an object of the mover's. A protect whose answer was lost is asked again: only it can find what it made. One that
 * failed may name what stands all the same.
 */
const hasItem = async (h: Hop): Promise<boolean> => {
  if (h.record.item !== null) return true;
  try {
    await protect(h);
    return true;
  } catch (error) {
    const { protection, adopted } = mishapOf(error)?.facts ?? {};
    if (typeof protection === 'string') {
      h.record.item = protection;
      h.record.itemAdopted = adopted === true;
      return true;
    }
    if (madeNothing(error)) return false;
    throw error;
  }
};

export const retire = async (h: Hop): Promise<void> => {
  if (!(await hasItem(h))) return;
  await h.verbs.mover.retire.executeWithOptions({ summary: 'remove our objects from the mover' }, [
    { ...itemOrder(h, 'retire'), adopted: h.record.itemAdopted },
  ]);
};

/** What a cut-over that failed past its boundary left: it never ran, but it stands in the way of the next one. */
const clearHalfMade = async (h: Hop): Promise<void> => {
  if (!h.record.halfMade) return;
  const evidence = () => ({
    vm: h.record.successor?.name ?? h.order.landing.name,
    at: `${h.order.to.product}@${h.order.to.instance}`,
    does: 'removes the half-made VM; its disks and network interfaces are kept',
  });
  await gate(h.j, 'forceRemove', h.n, evidence, { round: h.record.round });
  await h.verbs.mover.repair.executeWithOptions({ summary: 'remove the half-made VM' }, [operationOrder(h, 'repair')]);
  h.record.halfMade = false;
  h.record.successor = null;
};

/** What is left of the successor goes only when a person has said so: after production writes it is the only place that has them. */
const discardStaged = async (h: Hop): Promise<void> => {
  const vm = h.record.successor;
  if (!vm || !(await readSuccessor(h))) return;
  const evidence = () => ({
    vm: vm.name,
    at: `${h.order.to.product}@${h.order.to.instance}`,
    does:
      h.record.exposedAt === null
        ? 'deletes a copy that never served'
        : 'deletes the only copy of the writes made there',
  });
  await gate(h.j, 'discardStaged', h.n, evidence, { round: h.record.round });
  await h.verbs.successor.remove.executeWithOptions({ summary: `delete ${vm.name}` }, [
    { ...platformOrder(h, 'successor', 'remove', vm), journey: h.j.order.source.id, alive: [h.vm] },
  ]);
};

const abandon = async (h: Hop): Promise<void> => {
  const { successorGone } = await h.verbs.mover.abandon.executeWithOptions({ summary: 'take the mover’s own undo' }, [
    operationOrder(h, 'abandon'),
  ]);
  if (successorGone) h.record.halfMade = false;
};

/** Hooks park at steps of their own. */
const HOOK_ACTS: Readonly<Record<HookAct, (h: Hop) => Promise<void>>> = {
  hooksBefore: (h) => hooksAt(h, 'before', 'rollBack'),
  undoHooks,
  hooksAfter: (h) => hooksAt(h, 'after', 'rollBack'),
};

const isHookAct = (name: RollbackStep | HookAct): name is HookAct => name in HOOK_ACTS;

const ACTS: Readonly<Record<RollbackStep, (h: Hop) => Promise<void>>> = {
  settle,
  approveLoss,
  stopSuccessor,
  abandon,
  observeSuccessorOff,
  reconnectPredecessor,
  startPredecessor,
  validatePredecessor,
  clearHalfMade,
  retire,
  discardStaged,
};

/** Nobody passes over whether the predecessor serves where what is left of the successor is deleted next. */
const maySkip = (h: Hop, name: RollbackStep): boolean =>
  name === 'retire' || (name === 'validatePredecessor' && !rollbackSteps(h.record).includes('discardStaged'));

const takeStep = async (h: Hop, name: RollbackStep | HookAct): Promise<void> => {
  if (isHookAct(name)) return HOOK_ACTS[name](h);
  const act = () => ACTS[name](h);
  if (maySkip(h, name)) await skippableStep(h.j, name, act, { hop: h.n });
  else
    await step(h.j, name, act, {
      hop: h.n,
      ...(name === 'stopSuccessor' ? { forceOff: () => forceSuccessorOff(h) } : {}),
    });
};

/**
 * Back to the immediate predecessor. Each step parks on failure; nothing is started while the successor cannot be asked. `stays` when
 * the loss was not accepted: then nothing was done.
 */
export const rollBackHop = async (h: Hop): Promise<'back' | 'stays'> => {
  const { j, record } = h;
  j.rollingBack = true;
  j.asked = null;
  j.turningHop = h.n;
  show(j, { phase: 'RollingBack' });
  try {
    await keepCheckpoint(j);
    for (const name of withHooks(rollbackSteps(record))) await takeStep(h, name);
    mark(j, h.n, 'rolledBack');
    await tellBatch(j, { told: 'wentBack', hop: h.n });
    j.recovered = null;
    return 'back';
  } catch (error) {
    if (error instanceof LossRefused) return 'stays';
    throw error;
  } finally {
    j.rollingBack = false;
    j.turningHop = null;
  }
};
