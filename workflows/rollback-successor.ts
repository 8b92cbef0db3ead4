import { factsOf } from '../domain/facts.ts';
import type { VmDescription } from '../domain/vm.ts';
import { gate } from './gate.ts';
import { type Hop, operationOrder, platformOrder, unsafe } from './hop-context.ts';
import { mishapOf } from './step.ts';

/** The successor as it is now; null when the platform answers that there is none. An unanswered question is not a no. */
export const readSuccessor = async (h: Hop): Promise<VmDescription | null> => {
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

export const stopSuccessor = async (h: Hop): Promise<void> => {
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

export const observeSuccessorOff = async (h: Hop): Promise<void> => {
  const seen = await readSuccessor(h);
  if (seen && seen.power !== 'off')
    throw unsafe(
      `${seen.ref.name} is still on; ${h.vm.name} stays off until it is not.`,
      'Stop it on its platform, then retry.',
      h.vm.name,
    );
};

/** What a cut-over that failed past its boundary left: it never ran, but it stands in the way of the next one. */
export const clearHalfMade = async (h: Hop): Promise<void> => {
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
export const discardStaged = async (h: Hop): Promise<void> => {
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
