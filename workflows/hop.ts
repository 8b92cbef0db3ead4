import { factsOf } from '../domain/facts.ts';
import { typed } from '../domain/typed.ts';
import type { VmDescription } from '../domain/vm.ts';
import { approveCutOver, takeSeat } from './approve-cut-over.ts';
import { cutOverByRestore } from './cut-over-restore.ts';
import { cutOverBySwitch, leaveOff } from './cut-over-switch.ts';
import { isVoid } from './gate.ts';
import { hooksAt } from './hooks.ts';
import { type Hop, hasServed, itemOrder, platformOrder, protect, unsafe } from './hop-context.ts';
import { mark, show } from './journey.ts';
import { queuesServed } from './queues.ts';
import { step, together, until } from './step.ts';
import { tellBatch } from './tell-batch.ts';
import { validate } from './validate.ts';
import { windowOf } from './window.ts';

/** Copies until the product says it is ready; later rounds are the product's own until the cut-over. */
const seed = async (h: Hop): Promise<void> => {
  const { j, verbs } = h;
  show(j, { phase: 'Seeding', hop: h.n });
  await hooksAt(h, 'before', 'protect');
  await step(j, 'protect', () => protect(h), { hop: h.n, interruptible: true });
  const from = Date.now();
  h.synced = await step(
    j,
    'synchronise',
    () =>
      verbs.mover.synchronise.executeWithOptions({ summary: 'full copy' }, [
        { ...itemOrder(h, 'synchronise'), round: 0, after: null, final: false },
      ]),
    { hop: h.n, interruptible: true },
  );
  j.ledger.bytes.push({ hop: h.n, round: 0, moved: h.synced.movedBytes, at: Date.now(), from });
  await hooksAt(h, 'after', 'protect');
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

/** Deltas go on while nobody is asked, until a person says resume; then it is asked about as it is by then. */
const keepSyncing = async (h: Hop): Promise<void> => {
  const { j } = h;
  const { kept } = j;
  if (!kept) return;
  const why = `keeps syncing, asked by ${typed(kept.by)} until resumed`;
  show(j, { phase: 'AwaitingCutover', waitingFor: `resume: ${why}` });
  await tellBatch(j, { told: 'held', hop: h.n, why }, ['copy', 'cutOver']);
  await until(j, () => j.kept === null);
};

/** Asks, and waits for the window and a seat. False when what was approved expired meanwhile. */
const letIn = async (h: Hop): Promise<boolean> => {
  await keepSyncing(h);
  // The copy is made; and nobody keeps others from cutting over while people decide.
  await approveCutOver(h, ['copy', 'cutOver']);
  await windowOf(h);
  if (isVoid(h.j, 'cutover')) return false;
  await takeSeat(h);
  return !isVoid(h.j, 'cutover');
};

/** Protect, copy, ask and wait for the window, until the VM that was approved is the one that stands there. */
const approach = async (h: Hop, from: 'gate' | 'hop'): Promise<void> => {
  if (from === 'hop') await seed(h);
  for (let approved = ''; approved !== factsOf(h.facts) || isVoid(h.j, 'cutover'); ) {
    while (!(await letIn(h)));
    approved = factsOf(h.facts);
    // Beside the last preflight, which has the last word: what fails here parks with nothing of the cut-over begun.
    await hooksAt(h, 'before', 'cutOver');
    await lastPreflight(h);
  }
  h.record.facts = h.facts;
  h.record.wasOn = h.facts.power === 'on';
  h.record.wiring ??= h.facts.nics;
  h.record.autostart ??= h.facts.autostart;
};

const cutOver = (h: Hop): Promise<void> => (h.record.kind === 'switch' ? cutOverBySwitch(h) : cutOverByRestore(h));

/**
 * Approach, cut over, validate. Everything a person may answer is inside the steps. A hop whose successor serves already, because its
 * rollback was asked for and then not wanted, goes on from there. `from` the gate: it is protected and copied. From
 * validate: it was seen to have landed.
 */
export const runHop = async (h: Hop, from: 'gate' | 'hop' | 'validate'): Promise<void> => {
  if (!hasServed(h) && from !== 'validate') await approach(h, from);
  show(h.j, { phase: 'CuttingOver' });
  if (from !== 'validate') await cutOver(h);
  await hooksAt(h, 'before', 'validate');
  await validate(h);
  if (h.record.wasOn) mark(h.j, h.n, 'checksPassed');
  await hooksAt(h, 'after', 'validate');
  if (h.record.kind === 'switch') await leaveOff(h);
  h.landed = true;
  await tellBatch(h.j, { told: 'landed', hop: h.n }, ['cutOver']);
};
