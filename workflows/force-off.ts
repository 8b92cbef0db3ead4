import { ask } from './gate.ts';
import { type Hop, platformOrder, successorOf } from './hop-context.ts';
import { show } from './journey.ts';

/**
 * Pulling the plug loses what the guest had not written; it has its own gate. The shut-down that follows observes it off, or, when
 * the gate was refused, asks the guest once more.
 */
export const forcePredecessorOff = async (h: Hop): Promise<void> => {
  const evidence = () => ({
    vm: h.vm.name,
    at: `${h.order.from.product}@${h.order.from.instance}`,
    does: 'turns the VM off without its guest; writes it had not flushed are lost',
  });
  const approved = await ask(h.j, 'forceOff', h.n, evidence, { round: h.record.round });
  show(h.j, { waitingFor: null });
  if (!approved) return;
  await h.verbs.predecessor.forceOff.executeWithOptions({ summary: `turn ${h.vm.name} off by force` }, [
    platformOrder(h, 'predecessor', 'forceOff', h.vm),
  ]);
};

/** The same for a successor that shall be off and stays on. */
export const forceSuccessorOff = async (h: Hop): Promise<void> => {
  const vm = successorOf(h);
  const evidence = () => ({
    vm: vm.name,
    does: 'turns the successor off without its guest; writes it had not flushed are lost',
  });
  const approved = await ask(h.j, 'forceOff', h.n, evidence, { round: h.record.round });
  show(h.j, { waitingFor: null });
  if (!approved) return;
  await h.verbs.successor.forceOff.executeWithOptions({ summary: `turn ${vm.name} off by force` }, [
    platformOrder(h, 'successor', 'forceOff', vm),
  ]);
};
