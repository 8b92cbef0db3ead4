import { queueOf } from '../../domain/address.ts';
import { recordSteps, sameRecords, strangersAmong } from '../../domain/dns-record.ts';
import { doing } from '../contracts/cmdlet-failures.ts';
import type { DnsHooks } from '../contracts/hooks.ts';
import { mishap, notFinished } from '../contracts/mishap.ts';
import { at, type Dns, refuseForeignZone } from './dns.ts';

/**
 * Makes the records as wanted and reads them back. Safe to repeat: what stands already is left alone, and a list that died half way is
 * taken up where it stopped. The module changes a TTL through a changed copy of a CIM object, which no list of calls can carry: the
 * record is taken out and put back in one breath. https://learn.microsoft.com/powershell/module/dnsserver/set-dnsserverresourcerecord
 */
export const changeRecords =
  (dns: Dns): DnsHooks['changeRecords'] =>
  (order) =>
    doing(
      at(order, `${order.type} ${order.name} of ${order.zone} was changed`, 'some of its records may be'),
      async () => {
        refuseForeignZone(dns, order);
        const now = await dns.records.read(order);
        if (sameRecords(now, order.wanted)) return { records: now };

        const strangers = strangersAmong(now, [...order.found, ...order.wanted]);
        if (strangers.length > 0)
          throw mishap.drift(
            `${order.name}.${order.zone} is ${strangers.map(({ data }) => data).join(', ')} now, which we neither found nor put there.`,
            { at: queueOf(order.to), fix: 'Find out who changed it. Put back what was there and retry, or skip.' },
          );

        await dns.records.apply(order, recordSteps(now, order.wanted));
        const after = await dns.records.read(order);
        return sameRecords(after, order.wanted)
          ? { records: after }
          : notFinished(`${order.type} ${order.name}.${order.zone} does not show the change yet`);
      },
    );
