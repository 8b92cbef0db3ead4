import type { CheckOrder, Guest } from '../contracts/guest.ts';
import { reportOfCheck } from './findings-of-check.ts';
import type { GuestRoom } from './parts.ts';

/** With a lease from who knows where, its name is the only way left; a wrong machine is found out by its MACs. */
const placesOf = ({ addresses, platform, baseline }: CheckOrder): readonly string[] =>
  addresses.length > 0 || platform.product === 'hyper-v' || baseline.hostname === '' ? addresses : [baseline.hostname];

/** The guest now against its baseline and the plan, with the owner's smoke test. Changes nothing. U §3.2 */
export const check =
  (room: GuestRoom): Guest['check'] =>
  async (order) => {
    const asked = { services: order.baseline.services, smoke: order.smoke };
    const state = await room.ask({ ...order, addresses: placesOf(order) }, 'check', asked);
    return reportOfCheck(order, state);
  };
