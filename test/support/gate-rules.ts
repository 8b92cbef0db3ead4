import type { GateName, GatePolicy } from '../../domain/gate-policy.ts';
import type { JourneyOrder } from '../../domain/plan.ts';
import { scriptedOrder } from './order.ts';

/** The gates of a scripted order, some of which ask for more. */
export const gatesWith = (
  rules: Readonly<Partial<Record<GateName, Partial<GatePolicy>>>>,
): Pick<JourneyOrder, 'gates'> => {
  const { gates } = scriptedOrder();
  return {
    gates: Object.fromEntries(
      Object.entries(gates).map(([name, policy]) => [name, { ...policy, ...rules[name as GateName] }]),
    ) as unknown as JourneyOrder['gates'],
  };
};
