import { queueOf } from './address.ts';
import type { Capabilities } from './capability.ts';
import type { Finding } from './finding.ts';
import type { HopOrder } from './plan.ts';

/** Whether a mover, as it describes itself, may carry a hop. One that says nothing of itself is refused elsewhere. */
export const fitness = (hop: HopOrder, mover: Capabilities): readonly Finding[] => {
  const subject = queueOf(hop.mover);
  const blocked = (message: string, fix: string): Finding => ({
    id: 'PF-009',
    severity: 'block',
    subject,
    message,
    fix,
  });
  const { from, to } = hop;
  const carries = mover.from.includes(from.product) && mover.to.includes(to.product);
  const { unproven } = mover;
  return [
    ...(carries ? [] : [blocked(`It does not carry from ${queueOf(from)} to ${queueOf(to)}.`, 'Name another mover.')]),
    ...(mover.cutover === 'switch' && !mover.stopsBeforeStart
      ? [
          blocked(
            'It may start the successor before the predecessor has stopped: two machines would be one.',
            'Name another mover.',
          ),
        ]
      : []),
    ...(unproven !== undefined && !hop.unproven?.includes(unproven)
      ? [
          blocked(
            `Nobody has proven it on a real estate: ${unproven}.`,
            `Prove it with a VM that nobody needs; then write unproven: [${unproven}] at this hop of the path.`,
          ),
        ]
      : []),
  ];
};
