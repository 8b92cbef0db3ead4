import { cmdlet } from '../powershell/cmdlet.ts';
import { like } from '../powershell/wildcards.ts';
import { dnsError } from './errors.ts';
import { isBelow, relativeName, sameName } from './names.ts';
import { recordObject, zoneObject } from './objects.ts';
import { recordsIn, TYPES, zonesOf } from './records.ts';
import { nameOf, serverOf, zoneOf } from './server.ts';

/** Get-DnsServerZone and Get-DnsServerResourceRecord. Learn: DnsServer module. */

const ZONES = 'Get-DnsServerZone';

export const getDnsServerZone = cmdlet(
  {
    type: ZONES,
    syntax: ['[-Name|ZoneName <string[]>] [-ComputerName|Cn <string>] [-VirtualizationInstance <string>]'],
  },
  (ctx, { Name, ComputerName }) => {
    const dns = serverOf(ctx, ComputerName, ZONES);
    const zones = zonesOf(dns);
    const wanted = (Name ?? ['*']) as readonly string[];
    return wanted.flatMap((name) => {
      const found = zones.filter((zone) => sameName(zone.name, name) || like(name)(zone.name));
      if (found.length === 0)
        throw dnsError('noZone', ZONES, `The zone ${name} was not found on server ${nameOf(dns)}.`);
      return found.map((zone) => zoneObject(ctx, zone));
    });
  },
);

const RECORDS = 'Get-DnsServerResourceRecord';

/** Types the vendor's cmdlets take by name. */
export const RR_TYPE =
  '{HInfo|Afsdb|Atma|Isdn|Key|Mb|Md|Mf|Mg|MInfo|Mr|Mx|NsNxt|Rp|Rt|Wks|X25|A|AAAA|CName|Ptr|Srv|Txt|Wins|WinsR|Ns|Soa|NasP|NasPtr|DName|Gpos|Loc|DhcId|Naptr|RRSig|DnsKey|DS|NSec|NSec3|NSec3Param|Tlsa}';

const place =
  '-ZoneName|ForwardLookupZone <string> [-Name <string>] [-Node] [-ComputerName|Cn <string>] [-ZoneScope <string>] [-VirtualizationInstance <string>]';

/**
 * A name gives its node and what lies below it, `-Node` the node alone. A node that is not there is an error; one that has nothing of the
 * type asked for is not.
 */
export const getDnsServerResourceRecord = cmdlet(
  { type: RECORDS, syntax: [`${place} [-RRType ${RR_TYPE}]`, `${place} -Type <int>`] },
  (ctx, { ZoneName, Name, Node, RRType, Type, ComputerName }) => {
    const dns = serverOf(ctx, ComputerName, RECORDS);
    const zone = zoneOf(dns, ZoneName, RECORDS).name;
    const node = relativeName(String(Name ?? ''), zone);
    const there = recordsIn(ctx.estate, zone).filter(({ name }) =>
      Node === true ? sameName(name, node) : isBelow(name, node),
    );
    if (there.length === 0)
      throw dnsError('noName', RECORDS, `Failed to get ${node} record in ${zone} zone on ${nameOf(dns)} server.`);
    return there
      .filter(({ type }) => RRType === undefined || type === String(RRType).toUpperCase())
      .filter(({ type }) => Type === undefined || TYPES[type] === Type)
      .map(recordObject);
  },
);
