import type { Plan } from '../../../domain/plan.ts';
import type { End } from '../../../lab/oracle/run/end.ts';
import type { TrialEstate } from '../../../tools/estate/estate.ts';
import { capacityId, leases } from '../../../workflows/capacity-messages.ts';
import { chargesIn, judge } from '../../support/oracle.ts';
import { again } from './again.ts';
import type { Asked } from './desk.ts';

/** What the oracle may find where the product says that a VM has ended so. */
const LEGAL: Readonly<Record<string, readonly End[]>> = {
  Decommissioned: ['journey'],
  RolledBack: ['rolledBack', 'untouched'],
  Ejected: ['rolledBack', 'untouched'],
};

/** Nobody holds or awaits room once all are at their ends. */
export const leftLeases = async (trial: TrialEstate, plan: Plan): Promise<readonly string[]> => {
  const capacity = trial.client.workflow.getHandle(capacityId(plan.programme));
  const table = await again('leases', () => capacity.query(leases));
  return [...table.held, ...table.waiting].map(({ holder }) => `capacity: ${holder} still holds or waits for a lease`);
};

/** Failures a driver has no words for are its own. */
export const wordless = (asked: readonly Asked[]): readonly string[] =>
  asked
    .filter(({ mishap }) => mishap.includes('in a way the driver does not know'))
    .map(({ vm, step, mishap }) => `${vm}, ${step}: ${mishap}`);

/** The oracle's charges, and every VM whose end it sees otherwise than the product. `ends` by uuid. */
export const charges = async (
  trial: TrialEstate,
  { policies }: Plan,
  ends: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
  const { seats, holdMs } = policies;
  const verdict = await judge({
    scenario: trial.scenario,
    state: trial.labState,
    stagingBytes: seats.stagingBytes,
    stagingVms: seats.staging,
    holdSeconds: Math.floor(holdMs / 1000),
  });
  const otherwise = Object.entries(ends).flatMap(([vm, phase]) => {
    const end = verdict.ends[vm];
    return end && !LEGAL[phase]?.includes(end) ? [`${vm} says ${phase}, and the oracle found ${end}`] : [];
  });
  return [...chargesIn(verdict), ...otherwise];
};
