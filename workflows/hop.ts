import { factsOf } from '../domain/facts.ts';
import type { VmDescription } from '../domain/vm.ts';
import { approveCutOver, takeSeat } from './approve-cut-over.ts';
import { cutOverByRestore } from './cut-over-restore.ts';
import { cutOverBySwitch, leaveOff } from './cut-over-switch.ts';
import { type Hop, hasServed, itemOrder, platformOrder, protect, unsafe } from './hop-context.ts';
import { mark, show } from './journey.ts';
import { queuesServed } from './queues.ts';
import { step, together } from './step.ts';
import { tellBatch } from './tell-batch.ts';
import { validate } from './validate.ts';
import { windowOf } from './window.ts';

/** Copies until the product says it is ready; later rounds are the product's own until the cut-over. */
const seed = async (h: Hop): Promise<void> => {
  const { j, verbs } = h;
  show(j, { phase: 'Seeding', hop: h.n });
  await step(j, 'protect', () => protect(h), { hop: h.n, interruptible: true });
  h.synced = await step(
    j,
    'synchronise',
    () =>
      verbs.mover.synchronise.executeWithOptions({ summary: 'full copy' }, [
        { ...itemOrder(h, 'synchronise'), round: 0, after: null, final: false },
      ]),
    { hop: h.n, interruptible: true },
  );
  j.ledger.bytes.push({ hop: h.n, round: 0, moved: h.synced.movedBytes, at: Date.now() });
};

/** The machine as it is: for a switch its own restart is taken away with the same reading. */
const readPredecessor = async (h: Hop): Promise<VmDescription> => {
  const order = platformOrder(h, 'predecessor', 'isolate', h.vm);
  if (h.record.kind !== 'switch')
    return h.verbs.predecessor.describe.executeWithOptions({ summary: 'facts before the outage' }, [order]);
  // Known before the answer is: a rollback gives back what was, even when the answer is lost.
  h.record.wasOn = h.facts.power === 'on';
  h.record.autostart ??= h.facts.autostart;
  h.record.fence = 'begun';
  const held = await h.verbs.predecessor.isolate.executeWithOptions(
    { summary: `${h.vm.name} no longer starts by itself` },
    [{ ...order, extent: 'autostart' }],
  );
  h.record.wiring = held.wiring;
  h.record.autostart = held.autostart;
  h.record.wasOn = held.description.power === 'on';
  return held.description;
};

/** Everything cut-over and rollback need, asked once more: what does not answer parks here, before the outage. */
const lastPreflight = (h: Hop): Promise<void> =>
  step(
    h.j,
    'last preflight',
    async () => {
      const approved = factsOf(h.facts);
      const [seen, lag] = await together([
        readPredecessor(h),
        h.verbs.mover.lag.executeWithOptions({ summary: 'how fresh the copy is' }, [itemOrder(h, 'lag')]),
        queuesServed(h.j.order, [h.order]),
      ]);
      h.facts = seen;
      if (factsOf(seen) !== approved)
        throw unsafe(
          `${h.vm.name} is not the machine that was approved: its size, disks or adapters changed.`,
          'Look at the change; retry opens the gate again with the new facts.',
          h.vm.name,
        );
      if (!lag.healthy)
        throw unsafe(
          `The copy of ${h.vm.name} is not healthy: ${lag.detail}`,
          'Mend the copy in the product, then retry.',
          h.vm.name,
        );
    },
    { hop: h.n, interruptible: true },
  );

/** Protect, copy, ask and wait for the window, until the VM that was approved is the one that stands there. */
const approach = async (h: Hop): Promise<void> => {
  await seed(h);
  for (let approved = ''; approved !== factsOf(h.facts); ) {
    approved = factsOf(h.facts);
    // The copy is made; and nobody keeps others from cutting over while people decide.
    await approveCutOver(h, ['copy', 'cutOver']);
    await windowOf(h);
    await takeSeat(h);
    await lastPreflight(h);
  }
  h.record.facts = h.facts;
  h.record.wasOn = h.facts.power === 'on';
  h.record.wiring ??= h.facts.nics;
  h.record.autostart ??= h.facts.autostart;
};

/**
 * Approach, cut over, validate. Everything a person may answer is inside the steps. A hop whose successor serves already, because its
 * rollback was asked for and then not wanted, goes on from there.
 */
export const runHop = async (h: Hop): Promise<void> => {
  if (!hasServed(h)) await approach(h);
  show(h.j, { phase: 'CuttingOver' });
  if (h.record.kind === 'switch') await cutOverBySwitch(h);
  else await cutOverByRestore(h);
  await validate(h);
  if (h.record.wasOn) mark(h.j, h.n, 'checksPassed');
  if (h.record.kind === 'switch') await leaveOff(h);
  await tellBatch(h.j, { told: 'landed', hop: h.n }, ['cutOver']);
};
