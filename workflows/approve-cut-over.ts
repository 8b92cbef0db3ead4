import type { Purpose } from '../domain/capacity.ts';
import { attestedQuestions, MAIN_PATH } from '../domain/checks.ts';
import { factsOf } from '../domain/facts.ts';
import { gate } from './gate.ts';
import { type Hop, platformOrder } from './hop-context.ts';
import { show } from './journey.ts';
import { askForLeases, awaitLeases, cutOverAsk } from './lease.ts';
import { step } from './step.ts';

/** The machine as it is by now: what was shown of it has expired. */
const lookAgain = async (h: Hop): Promise<void> => {
  h.facts = await step(
    h.j,
    'look again',
    () =>
      h.verbs.predecessor.describe.executeWithOptions({ summary: `${h.vm.name} as it is now` }, [
        platformOrder(h, 'predecessor', 'describe', h.vm),
      ]),
    { hop: h.n, interruptible: true },
  );
};

/** A person says that this machine, as it is, may be stopped. `givesBack`: leases that are not held while it is decided. */
export const approveCutOver = async (h: Hop, givesBack: readonly Purpose[] = []): Promise<void> => {
  const evidence = () => ({
    vm: h.vm.name,
    from: `${h.order.from.product}@${h.order.from.instance}`,
    to: `${h.order.to.product}@${h.order.to.instance}`,
    facts: factsOf(h.facts),
    landing: h.order.landing,
    window: h.order.window?.text ?? 'any time',
    does: 'stops the VM: its outage begins',
    attest: attestedQuestions('cutover', h.n === 1 ? MAIN_PATH : ['2']),
    warnings: h.j.findings.filter((f) => f.severity === 'warn').map((f) => `${f.id} ${f.message}`),
  });
  const refresh = () => lookAgain(h);
  const options = { phase: 'AwaitingCutover', round: h.record.round, givesBack, refresh } as const;
  await gate(h.j, 'cutover', h.n, evidence, options);
  // At once, for what comes next may wait for an agent, and nobody is to decide twice.
  show(h.j, { waitingFor: null });
};

/** One of the cut-overs in flight. Waited for before the outage, never inside it. */
export const takeSeat = async (h: Hop): Promise<void> => {
  await askForLeases(h.j, [cutOverAsk(h.j, h.n)]);
  await awaitLeases(h.j, ['cutOver']);
};

/** The machine is not the one that was approved: it is read again, and its gate opens for what it is now. */
export const approveChange = async (h: Hop): Promise<void> => {
  h.facts = await h.verbs.predecessor.describe.executeWithOptions({ summary: `${h.vm.name} as it is now` }, [
    platformOrder(h, 'predecessor', 'describe', h.vm),
  ]);
  h.record.facts = h.facts;
  await approveCutOver(h, ['cutOver']);
  await takeSeat(h);
  show(h.j, { phase: 'CuttingOver' });
};
