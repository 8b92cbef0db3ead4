import type { Reshaped } from '../activities/contracts/platform.ts';
import { factsOf } from '../domain/facts.ts';
import type { Mishap } from '../domain/mishap.ts';
import { forcePredecessorOff, forceSuccessorOff } from './force-off.ts';
import { ask } from './gate.ts';
import { hooksAt } from './hooks.ts';
import { type Hop, itemOrder, operationOrder, platformOrder, successorOf, unsafe } from './hop-context.ts';
import { mark, show } from './journey.ts';
import { step, together } from './step.ts';
import { refuseLate } from './window.ts';

/** A failed switch that got past its boundary left a half-made successor: it is removed, behind its own gate, before a retry. */
const repairSwitch = async (h: Hop, mishap: Mishap | null): Promise<void> => {
  if (mishap && mishap.facts?.boundary !== 'after') return;
  const evidence = () => ({
    vm: h.order.landing.name,
    at: `${h.order.to.product}@${h.order.to.instance}`,
    does: 'removes the half-made VM; its disks and network interfaces are kept for the next attempt',
  });
  const approved = await ask(h.j, 'forceRemove', h.n, evidence, { round: h.record.round });
  show(h.j, { waitingFor: null });
  if (!approved) return;
  await h.verbs.mover.repair.executeWithOptions({ summary: 'clear what the failed cut-over left' }, [
    operationOrder(h, 'repair'),
  ]);
};

/** The predecessor is observed off and loses its network; what still differs on the successor is put right beside it. */
const fenceAndAdopt = async (h: Hop): Promise<Reshaped> => {
  const [isolated, reshaped] = await together([
    h.verbs.predecessor.isolate.executeWithOptions({ summary: `take ${h.vm.name} off the network` }, [
      { ...platformOrder(h, 'predecessor', 'isolate', h.vm), extent: 'full' },
    ]),
    h.verbs.successor.reshape.executeWithOptions({ summary: `what still differs on ${h.order.landing.name}` }, [
      { ...platformOrder(h, 'successor', 'reshape', successorOf(h)), landing: h.order.landing, predecessor: h.facts },
    ]),
  ]);
  if (isolated.description.power !== 'off')
    throw unsafe(
      `${h.vm.name} still runs on ${h.order.from.product}@${h.order.from.instance} beside its successor; it was taken off the network.`,
      'Stop it there, then retry.',
      h.vm.name,
    );
  return reshaped;
};

/** From here on the mover may stop the predecessor and start the successor at any moment. */
const begin = (h: Hop): void => {
  const { record } = h;
  if (record.cutOver !== 'none') return;
  refuseLate(h);
  record.cutOver = 'begun';
  record.exposedAt = Date.now();
  if (record.wasOn) mark(h.j, h.n, 'stopOfService');
};

/** The mover stops, copies and starts by itself; what we add is that the predecessor cannot come back by itself. */
export const cutOverBySwitch = async (h: Hop): Promise<void> => {
  const { j, record, verbs } = h;
  await hooksAt(h, 'before', 'connect');
  const done = await step(
    j,
    'cut over',
    async () => {
      begin(h);
      return verbs.mover.cutOver.executeWithOptions({ summary: `switch ${h.vm.name} to ${h.order.landing.name}` }, [
        { ...itemOrder(h, 'cutOver'), point: null, predecessor: h.facts },
      ]);
    },
    { hop: h.n, repair: (mishap) => repairSwitch(h, mishap), forceOff: () => forcePredecessorOff(h) },
  );
  record.successor = done.successor;
  record.operation = done.operation;
  record.cutOver = 'done';
  mark(j, h.n, 'cutOver');

  h.reshaped = await step(j, 'fence and adopt', () => fenceAndAdopt(h), { hop: h.n });
  record.fence = 'held';
  mark(j, h.n, 'connected');
  await hooksAt(h, 'after', 'cutOver');
  await hooksAt(h, 'after', 'connect');
};

/** What was off before its journey is off at its end: a mover that switches starts what it lands, and the checks want it running. */
export const leaveOff = async (h: Hop): Promise<void> => {
  if (h.order.landing.power === 'on') return;
  const vm = successorOf(h);
  await step(
    h.j,
    'leave off',
    async () => {
      const order = platformOrder(h, 'successor', 'leaveOff', vm);
      const seen = await h.verbs.successor.describe.executeWithOptions({ summary: `${vm.name} as it runs` }, [order]);
      await h.verbs.successor.shutDown.executeWithOptions({ summary: `shut ${vm.name} down again` }, [
        { ...order, graceMs: h.j.order.policies.graceMs, expectFacts: factsOf(seen) },
      ]);
    },
    { hop: h.n, forceOff: () => forceSuccessorOff(h) },
  );
};
