import { queueOf } from '../../domain/address.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { DnsHooks } from '../contracts/hooks.ts';
import { mishap } from '../contracts/mishap.ts';
import { at, type Dns, refuseForeignZone } from './dns.ts';

/** The records as they are. Changes nothing; a zone that this server only copies is refused before anything is. */
export const readRecords =
  (dns: Dns): DnsHooks['readRecords'] =>
  (order) =>
    doing(at(order, `${order.type} ${order.name} of ${order.zone} was read`), async () => {
      refuseForeignZone(dns, order);
      const kind = await dns.records.zoneType(order.zone);
      if (kind === null)
        throw mishap.missing(`${dns.instance.server} has no zone ${order.zone}.`, {
          at: queueOf(order.to),
          fix: 'Correct the zone in the plan, or name the server that holds it.',
        });
      if (kind.toLowerCase() !== 'primary')
        throw mishap.configuration(
          `${order.zone} is a ${kind} zone on ${dns.instance.server}: it is changed elsewhere.`,
          {
            at: queueOf(order.to),
            fix: 'Name a server that holds the zone as primary.',
          },
        );
      return { records: await dns.records.read(order) };
    });
