import type { GuestOrder } from '../contracts/guest.ts';
import { notFinished } from '../contracts/mishap.ts';
import type { GuestRoom } from './parts.ts';
import { type Sighting, wordsOf } from './watch.ts';

/** Waits until the host sees the guest up. */
export const seenUp = async (room: GuestRoom, order: GuestOrder): Promise<Sighting> => {
  const seen = await room.watch(order);
  return seen.isUp ? seen : notFinished(`${order.vm.name} boots: it ${wordsOf(seen)}`, wordsOf(seen));
};
