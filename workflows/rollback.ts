import { type HookAct, withHooks } from '../domain/hook.ts';
import { lossOf, type RollbackStep, rollbackSteps } from '../domain/rollback.ts';
import { keepCheckpoint } from './checkpoint.ts';
import { forceSuccessorOff } from './force-off.ts';
import { ask } from './gate.ts';
import { hooksAt, undoHooks } from './hooks.ts';
import { type Hop, operationOrder, settleOperation } from './hop-context.ts';
import { LossRefused, mark, show } from './journey.ts';
import { retire } from './retire.ts';
import { reconnectPredecessor, startPredecessor, validatePredecessor } from './rollback-predecessor.ts';
import {
  clearHalfMade,
  discardStaged,
  observeSuccessorOff,
  readSuccessor,
  stopSuccessor,
} from './rollback-successor.ts';
import { skippableStep, step } from './step.ts';
import { tellBatch } from './tell-batch.ts';

const settle = async (h: Hop): Promise<void> => {
  const { state } = await settleOperation(h, 'bring the mover’s operation to an end state');
  if (state === 'done') h.record.cutOver = 'done';
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
