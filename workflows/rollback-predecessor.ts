import { guestOrder } from './addresses.ts';
import { refuseBlockers } from './check-path.ts';
import { type Hop, platformOrder, readSource, unsafe } from './hop-context.ts';
import { observeSuccessorOff } from './rollback-successor.ts';

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

export const reconnectPredecessor = async (h: Hop): Promise<void> => {
  await observeOthersOff(h);
  await h.verbs.predecessor.connect.executeWithOptions({ summary: `give ${h.vm.name} its network back` }, [
    {
      ...platformOrder(h, 'predecessor', 'connect', h.vm),
      wiring: h.record.wiring ?? h.facts.nics,
      autostart: h.record.autostart,
    },
  ]);
};

export const startPredecessor = async (h: Hop): Promise<void> => {
  await observeOthersOff(h);
  await h.verbs.predecessor.powerOn.executeWithOptions({ summary: `start ${h.vm.name}` }, [
    platformOrder(h, 'predecessor', 'powerOn', h.vm),
  ]);
};

/** The predecessor serves again when its guest answers with the services it had. */
export const validatePredecessor = async (h: Hop): Promise<void> => {
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
