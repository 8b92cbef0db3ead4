import type { Reshaped } from '../activities/contracts/platform.ts';
import type { Mishap } from '../domain/mishap.ts';
import { gate } from './gate.ts';
import { type Hop, itemOrder, operationOrder, platformOrder, successorOf, unsafe } from './hop-context.ts';
import { mark, show } from './journey.ts';
import { step } from './step.ts';

/** A failed switch that got past its boundary left a half-made successor: it is removed, behind its own gate, before a retry. */
export const repairSwitch = async (h: Hop, mishap: Mishap | null): Promise<void> => {
  if (mishap && mishap.facts?.boundary !== 'after') return;
  const evidence = () => ({
    vm: h.order.landing.name,
    at: `${h.order.to.product}@${h.order.to.instance}`,
    does: 'removes the half-made VM; its disks and network interfaces are kept for the next attempt',
  });
  await gate(h.j, 'forceRemove', h.n, evidence, { round: h.record.round });
  show(h.j, { waitingFor: null });
  await h.verbs.mover.repair.executeWithOptions({ summary: 'clear what the failed cut-over left' }, [
    operationOrder(h, 'repair'),
  ]);
};

/** The predecessor is observed off and loses its network; what still differs on the successor is put right beside it. */
const fenceAndAdopt = async (h: Hop): Promise<Reshaped> => {
  const [isolated, reshaped] = await Promise.all([
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

/** The mover stops, copies and starts by itself; what we add is that the predecessor cannot come back by itself. */
export const cutOverBySwitch = async (h: Hop): Promise<void> => {
  const { j, record, verbs } = h;
  record.cutOver = 'begun';
  record.exposedAt = Date.now();
  if (record.wasOn) mark(j, h.n, 'stopOfService');
  const done = await step(
    j,
    'cut over',
    () =>
      verbs.mover.cutOver.executeWithOptions({ summary: `switch ${h.vm.name} to ${h.order.landing.name}` }, [
        { ...itemOrder(h, 'cutOver'), point: null, predecessor: h.facts },
      ]),
    { hop: h.n, repair: (mishap) => repairSwitch(h, mishap) },
  );
  record.successor = done.successor;
  record.operation = done.operation;
  record.cutOver = 'done';
  mark(j, h.n, 'cutOver');

  const reshaped = await step(j, 'fence and adopt', () => fenceAndAdopt(h), { hop: h.n });
  record.fence = 'held';
  h.macs = reshaped.macs;
  mark(j, h.n, 'connected');
};
