import { ApplicationFailure } from '@temporalio/workflow';
import { blockers, type Finding } from '../domain/finding.ts';
import type { Mishap } from '../domain/mishap.ts';
import { addressesAfter, giveAddresses, guestOrder, plannedAddresses } from './addresses.ts';
import { type Hop, platformOrder, successorOf, unsafe } from './hop-context.ts';
import { show } from './journey.ts';
import { skippableStep } from './step.ts';

const failed = (h: Hop, bad: readonly Finding[]): ApplicationFailure => {
  const first = bad[0];
  const message = `${h.order.landing.name} did not pass: ${bad.map((f) => `${f.id} ${f.message}`).join('; ')}`;
  const detail: Mishap = {
    class: 'Refused',
    message,
    changed: 'the successor runs; the predecessor is off',
    fix: first?.fix ?? 'Mend it, then retry.',
    vm: h.order.landing.name,
  };
  return ApplicationFailure.create({ message, type: 'Refused', nonRetryable: true, details: [detail] });
};

/**
 * Safety first, which nobody may skip: the predecessor is off (V1-19; of V2-11 the staged VM). Then the checks of the platform and
 * of the guest against its baseline.
 */
export const validate = async (h: Hop): Promise<void> => {
  const { j, verbs, order } = h;
  show(j, { phase: 'Validating' });
  const vm = successorOf(h);
  const macs = h.macs;
  const run = async (): Promise<void> => {
    const [health, inside, before] = await Promise.all([
      verbs.successor.health.executeWithOptions({ summary: 'checks from outside' }, [
        { ...platformOrder(h, 'successor', 'health', vm), landing: order.landing, hop: h.n },
      ]),
      order.landing.power === 'on' && h.baseline
        ? verbs.guestAfter.check.executeWithOptions({ summary: 'checks inside the guest' }, [
            {
              ...guestOrder(h, 'after', 'check', vm, addressesAfter(h, macs)),
              baseline: h.baseline,
              nics: plannedAddresses(h, macs),
              smoke: j.order.smoke,
              hop: h.n,
            },
          ])
        : { passed: [], findings: [] },
      verbs.predecessor.describe.executeWithOptions({ summary: `${h.vm.name} still off?` }, [
        platformOrder(h, 'predecessor', 'describe', h.vm),
      ]),
    ]);
    if (before.power !== 'off')
      throw unsafe(
        `${h.vm.name} is on again beside its successor.`,
        'Stop it where it was started, then retry; or roll back.',
        h.vm.name,
      );
    const found = [...health.findings, ...inside.findings];
    j.findings = [...j.findings, ...found];
    const bad = blockers(found);
    if (bad.length > 0) throw failed(h, bad);
  };
  // What a first-boot package should have done and did not is done by hand; it needs the guest to answer.
  const repair = h.record.kind === 'switch' ? { repair: () => giveAddresses(h, macs, addressesAfter(h, macs)) } : {};
  await skippableStep(j, 'validate', run, { hop: h.n, ...repair });
};
