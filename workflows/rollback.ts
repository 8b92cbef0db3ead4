import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import { factsOf } from '../domain/facts.ts';
import { lossOf, type RollbackStep, rollbackSteps } from '../domain/rollback.ts';
import type { VmDescription } from '../domain/vm.ts';
import { guestOrder } from './addresses.ts';
import { refuseBlockers } from './check-path.ts';
import { gate } from './gate.ts';
import { type Hop, itemOrder, operationOrder, platformOrder, unsafe } from './hop-context.ts';
import { mark, show } from './journey.ts';
import { skippableStep, step } from './step.ts';

const isMissing = (error: unknown): boolean =>
  error instanceof ActivityFailure && error.cause instanceof ApplicationFailure && error.cause.type === 'Missing';

/** The successor as it is now; null when the platform answers that there is none. An unanswered question is not a no. */
const readSuccessor = async (h: Hop): Promise<VmDescription | null> => {
  const vm = h.record.successor;
  if (!vm) return null;
  try {
    return await h.verbs.successor.describe.executeWithOptions({ summary: `${vm.name} now` }, [
      platformOrder(h, 'successor', 'describe', vm),
    ]);
  } catch (error) {
    if (isMissing(error)) return null;
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
  if (settled.state === 'failed' && settled.boundary === 'after') h.record.halfMade = true;
  // An operation that never made a successor has exposed nothing.
  if (settled.state === 'none' || settled.boundary === 'before') h.record.exposedAt = null;
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

const forceSuccessorOff = async (h: Hop): Promise<void> => {
  const vm = h.record.successor;
  if (!vm) return;
  await gate(
    h.j,
    'forceOff',
    h.n,
    () => ({ vm: vm.name, does: 'turns the successor off without its guest; writes it had not flushed are lost' }),
    { round: h.record.round },
  );
  show(h.j, { waitingFor: null });
  await h.verbs.successor.forceOff.executeWithOptions({ summary: `turn ${vm.name} off by force` }, [
    platformOrder(h, 'successor', 'forceOff', vm),
  ]);
};

const reconnectPredecessor = async (h: Hop): Promise<void> => {
  await observeSuccessorOff(h);
  await h.verbs.predecessor.connect.executeWithOptions({ summary: `give ${h.vm.name} its network back` }, [
    {
      ...platformOrder(h, 'predecessor', 'connect', h.vm),
      wiring: h.record.wiring ?? h.facts.nics,
      autostart: h.record.autostart,
    },
  ]);
};

const startPredecessor = async (h: Hop): Promise<void> => {
  await observeSuccessorOff(h);
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
  mark(h.j, h.n, 'rolledBack');
};

const retire = async (h: Hop): Promise<void> => {
  if (!h.record.item) return;
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
  show(h.j, { waitingFor: null });
  await h.verbs.mover.repair.executeWithOptions({ summary: 'remove the half-made VM' }, [operationOrder(h, 'repair')]);
  h.record.halfMade = false;
  h.record.successor = null;
};

/** What is left of the successor goes only when a person has said so: after production writes it is the only place that has them. */
const discardStaged = async (h: Hop): Promise<void> => {
  const vm = h.record.successor;
  if (!vm) return;
  const evidence = () => ({
    vm: vm.name,
    at: `${h.order.to.product}@${h.order.to.instance}`,
    does:
      h.record.exposedAt === null
        ? 'deletes a copy that never served'
        : 'deletes the only copy of the writes made there',
  });
  await gate(h.j, 'discardStaged', h.n, evidence, { round: h.record.round });
  show(h.j, { waitingFor: null });
  await h.verbs.successor.remove.executeWithOptions({ summary: `delete ${vm.name}` }, [
    { ...platformOrder(h, 'successor', 'remove', vm), journey: h.j.order.source.id, alive: [h.vm] },
  ]);
};

const ACTS: Readonly<Record<RollbackStep, (h: Hop) => Promise<void>>> = {
  settle,
  stopSuccessor,
  abandon: async (h) => {
    await h.verbs.mover.abandon.executeWithOptions({ summary: 'take the mover’s own undo' }, [
      operationOrder(h, 'abandon'),
    ]);
  },
  observeSuccessorOff,
  reconnectPredecessor,
  startPredecessor,
  validatePredecessor,
  clearHalfMade,
  retire,
  discardStaged,
};

/** States what will be lost and asks; without loss nobody is asked. */
const approveLoss = async (h: Hop): Promise<void> => {
  if (!lossOf(h.record, Date.now())) return;
  const evidence = () => ({
    vm: h.vm.name,
    does: `returns ${h.vm.name} to ${h.order.from.product}@${h.order.from.instance} and loses every write made since`,
    lossFrom: new Date(h.record.exposedAt ?? 0).toISOString(),
    lossTo: 'the moment the successor is stopped',
  });
  await gate(h.j, 'rollBack', h.n, evidence, { round: h.record.round, phase: 'RollingBack' });
};

/** Back to the immediate predecessor. Each step parks on failure; nothing is started while the successor cannot be asked. */
export const rollBackHop = async (h: Hop): Promise<void> => {
  const { j } = h;
  j.rollingBack = true;
  j.asked = null;
  const serving = lossOf(h.record, Date.now()) !== null && h.record.cutOver === 'done';
  if (serving) await approveLoss(h);
  show(j, { phase: 'RollingBack' });
  if (serving) mark(j, h.n, 'stopOfService');
  for (const name of rollbackSteps(h.record)) {
    const act = () => ACTS[name](h);
    if (name === 'retire' || name === 'validatePredecessor') await skippableStep(j, name, act, { hop: h.n });
    else
      await step(j, name, act, {
        hop: h.n,
        ...(name === 'stopSuccessor' ? { forceOff: () => forceSuccessorOff(h) } : {}),
      });
  }
  j.rollingBack = false;
};
