import type { Ask } from './capacity.ts';
import type { JourneyOrder } from './plan.ts';

/** Room for all its disks at every platform on the way; bytes of all its disks as they are at the source. */
export const roomOf = ({ hops, source }: Pick<JourneyOrder, 'hops' | 'source'>, stagingBytes: number): Ask => ({
  purpose: 'staging',
  amounts: { stagingBytes, stagingSeats: 1 },
  stands: hops.slice(0, -1).map(({ to, landing }) => ({ at: to, journey: source.id, name: landing.name })),
});
