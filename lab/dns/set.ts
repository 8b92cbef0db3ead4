import { cmdlet } from '../powershell/cmdlet.ts';
import { dnsError } from './errors.ts';
import { sameName } from './names.ts';
import { RECORD, recordFrom, recordObject } from './objects.ts';
import { change, sameRecord } from './records.ts';
import { nameOf, serverOf, zoneOf } from './server.ts';

const NAME = 'Set-DnsServerResourceRecord';

/**
 * Puts the new object in the place of the old one, which must still be as it was got but for its time to live. Neither name nor type can
 * change, and no pointer follows. Learn: Set-DnsServerResourceRecord.
 */
export const setDnsServerResourceRecord = cmdlet(
  {
    type: NAME,
    syntax: [
      `-NewInputObject <${RECORD}> -OldInputObject <${RECORD}> -ZoneName|ForwardLookupZone <string> [-ComputerName|Cn <string>] [-PassThru] [-ZoneScope <string>] [-VirtualizationInstance <string>]`,
    ],
  },
  (ctx, { NewInputObject, OldInputObject, ZoneName, ComputerName, PassThru }) => {
    const dns = serverOf(ctx, ComputerName, NAME);
    const zone = zoneOf(dns, ZoneName, NAME).name;
    const from = sameRecord(ctx.estate, recordFrom(OldInputObject, zone));
    const to = recordFrom(NewInputObject, zone);
    if (!from)
      throw dnsError(
        'noName',
        NAME,
        `Resource record in OldInputObject not found in ${zone} zone on ${nameOf(dns)} server.`,
      );
    if (!sameName(from.name, to.name) || from.type !== to.type)
      throw dnsError(
        'invalidParameter',
        NAME,
        'The name or the type of the resource record in NewInputObject is not that of OldInputObject.',
      );
    const other = sameRecord(ctx.estate, to);
    if (other && other.data !== from.data)
      throw dnsError(
        'recordExists',
        NAME,
        `Failed to update resource record ${from.name} in zone ${zone} on server ${nameOf(dns)}.`,
      );
    if (from.data !== to.data || from.ttl !== to.ttl) change(ctx.estate, from, to, `dns:${NAME}`);
    return PassThru === true ? [recordObject(to)] : [];
  },
);
