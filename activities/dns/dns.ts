import { queueOf } from '../../domain/address.ts';
import type { DnsInstance } from '../../domain/estate.ts';
import type { Doing } from '../contracts/cmdlet-failures.ts';
import type { RecordsOrder } from '../contracts/hooks.ts';
import { mishap } from '../contracts/mishap.ts';
import type { Records } from './records.ts';

/** What a verb works with. */
export interface Dns {
  readonly instance: DnsInstance;
  readonly records: Records;
}

/** Where and at what a verb is, for the message of a failure. */
export const at = (order: RecordsOrder, doing: string, changed = 'nothing'): Doing => ({
  at: queueOf(order.to),
  ...(order.vm ? { vm: order.vm.name } : {}),
  doing,
  changed,
});

const sameZone = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Only the zones that the estate names are touched, whatever else the server holds. */
export const refuseForeignZone = ({ instance }: Dns, order: RecordsOrder): void => {
  if (instance.zones.some((zone) => sameZone(zone, order.zone))) return;
  throw mishap.configuration(`${queueOf(order.to)} may not change the zone ${order.zone}.`, {
    at: queueOf(order.to),
    fix: 'Add it to `zones` of this instance in the plan, where hooks may change it.',
  });
};
