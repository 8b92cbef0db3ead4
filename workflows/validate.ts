import type { ApplicationFailure } from '@temporalio/workflow';
import { blockers, type Finding } from '../domain/finding.ts';
import { addressesAfter, giveAddresses, guestOrder, plannedAddresses } from './addresses.ts';
import { failureOf } from './failure.ts';
import { type Hop, macsOf, platformOrder, readSource, successorOf, unsafe } from './hop-context.ts';
import { show } from './journey.ts';
import { mishapOf, skippableStep, together } from './step.ts';

const failed = (h: Hop, bad: readonly Finding[]): ApplicationFailure => {
  const first = bad[0];
  const message = `${h.order.landing.name} did not pass: ${bad.map((f) => `${f.id} ${f.message}`).join('; ')}`;
  return failureOf({
    class: 'Refused',
    message,
    changed: 'the successor runs; the predecessor is off',
    fix: first?.fix ?? 'Mend it, then retry.',
    vm: h.order.landing.name,
  });
};

/**
 * The source is off. After a switch the staged VM was read as off a moment ago, when it was isolated (V2-11). What cannot be read is as
 * unsafe as what is on: nobody may skip it.
 */
const guardSourceOff = async (h: Hop): Promise<void> => {
  const { name } = h.j.order.source;
  const seen = await readSource(h).catch((error: unknown) => {
    const mishap = mishapOf(error);
    throw mishap ? unsafe(`Nobody can tell whether ${name} is off: ${mishap.message}`, mishap.fix, name) : error;
  });
  if (seen.power !== 'off')
    throw unsafe(
      `${name} is on again beside ${h.order.landing.name}.`,
      'Stop it where it was started, then retry; or roll back.',
      name,
    );
};

/**
 * Safety first, which nobody may skip: the predecessor is off (V1-19; of V2-11 the staged VM). Then the checks of the platform and
 * of the guest against its baseline.
 */
export const validate = async (h: Hop): Promise<void> => {
  const { j, verbs, order } = h;
  show(j, { phase: 'Validating' });
  const vm = successorOf(h);
  const macs = macsOf(h);
  const run = async (): Promise<void> => {
    const [, health, inside] = await together([
      guardSourceOff(h),
      verbs.successor.health.executeWithOptions({ summary: 'checks from outside' }, [
        { ...platformOrder(h, 'successor', 'health', vm), landing: order.landing, hop: h.n },
      ]),
      (order.landing.power === 'on' || h.record.kind === 'switch') && h.baseline
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
    ]);
    const found = [...health.findings, ...inside.findings];
    j.findings = [
      ...j.findings.filter((f) => !found.some((now) => now.id === f.id && now.subject === f.subject)),
      ...found,
    ];
    const bad = blockers(found);
    if (bad.length > 0) throw failed(h, bad);
  };
  // What a first-boot package should have done and did not is done by hand; it needs the guest to answer.
  const repair = h.record.kind === 'switch' ? { repair: () => giveAddresses(h, macs, addressesAfter(h, macs)) } : {};
  await skippableStep(j, 'validate', run, { hop: h.n, ...repair });
};
