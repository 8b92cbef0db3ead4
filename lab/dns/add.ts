import { isIPv6 } from 'node:net';
import { type CmdletContext, cmdlet } from '../powershell/cmdlet.ts';
import { dnsError } from './errors.ts';
import { absolute, relativeName, sameName } from './names.ts';
import { RECORD, recordFrom, recordObject } from './objects.ts';
import { change, type DnsRecord, defaultTtl, pointerOf, type RecordType, recordsIn, sameRecord } from './records.ts';
import { nameOf, serverOf, zoneOf } from './server.ts';

/** Add-DnsServerResourceRecord and its forms for one type. Learn: DnsServer module. */

type Parameters = Record<string, unknown>;

const HOUR = 3_600_000;

/** A CNAME stands alone at its name, and the same data is there once, whatever its time to live. */
const refuse = (ctx: CmdletContext, record: DnsRecord, server: string, name: string): void => {
  const message = `Failed to create resource record ${record.name} in zone ${record.zone} on server ${server}.`;
  const there = recordsIn(ctx.estate, record.zone).filter((each) => sameName(each.name, record.name));
  if (sameRecord(ctx.estate, record)) throw dnsError('recordExists', name, message);
  if (there.some(({ type }) => type === 'CNAME')) throw dnsError('nodeIsCname', name, message);
  if (record.type === 'CNAME' && there.length > 0) throw dnsError('cnameCollision', name, message);
};

/** The record is there already when its pointer cannot be made. */
const point = (ctx: CmdletContext, record: DnsRecord, server: string, name: string): void => {
  const { dns } = ctx.estate.scenario;
  const pointer = dns && pointerOf(dns, record);
  if (!pointer)
    throw dnsError(
      'noPtr',
      name,
      `Resource record ${record.name} in zone ${record.zone} on server ${server} is created successfully, but corresponding PTR record could not be created.`,
    );
  if (!sameRecord(ctx.estate, pointer)) change(ctx.estate, null, pointer, `dns:${name}`);
};

const add = (ctx: CmdletContext, name: string, given: Parameters, type: RecordType, values: readonly string[]) => {
  const dns = serverOf(ctx, given.ComputerName, name);
  const zone = zoneOf(dns, given.ZoneName, name).name;
  const ttl = given.TimeToLive === undefined ? defaultTtl(dns) : Math.floor(Number(given.TimeToLive) / 1000);
  const timestamp = given.AgeRecord === true ? Math.floor(ctx.estate.now() / HOUR) * HOUR : null;
  const made = values.map((data): DnsRecord => {
    const record = { zone, name: relativeName(String(given.Name), zone), type, data, ttl, timestamp };
    if ((type === 'A' && isIPv6(data)) || (type === 'AAAA' && !isIPv6(data)))
      throw dnsError('invalidParameter', name, `The address ${data} is not valid for a record of type ${type}.`);
    refuse(ctx, record, nameOf(dns), name);
    change(ctx.estate, null, record, `dns:${name}`);
    if (given.CreatePtr === true) point(ctx, record, nameOf(dns), name);
    return record;
  });
  return given.PassThru === true ? made.map(recordObject) : [];
};

const common =
  '-ZoneName|ForwardLookupZone <string> [-ComputerName|Cn <string>] [-PassThru] [-ZoneScope <string>] [-VirtualizationInstance <string>]';
const named = `${common} [-TimeToLive <timespan>] [-AgeRecord] [-AllowUpdateAny]`;

/** What a form for one type takes, and what of it is the data. */
const forms = {
  A: { parameter: '-IPv4Address|IpAddress <ipaddress[]> [-CreatePtr]', data: 'IPv4Address' },
  AAAA: { parameter: '-IPv6Address|IpAddress <ipaddress[]> [-CreatePtr]', data: 'IPv6Address' },
  CNAME: { parameter: '-HostNameAlias|RecordData <string>', data: 'HostNameAlias' },
  PTR: { parameter: '-PtrDomainName|RecordData <string>', data: 'PtrDomainName' },
  TXT: { parameter: '-DescriptiveText|RecordData <string>', data: 'DescriptiveText' },
} as const;

type Form = keyof typeof forms;

const valuesOf = (type: Form, given: Parameters): readonly string[] => {
  const values = [given[forms[type].data]].flat().map(String);
  return type === 'CNAME' || type === 'PTR' ? values.map(absolute) : values;
};

const oneType = (name: string, type: Form) =>
  cmdlet(
    { type: name, syntax: [`${named} -Name|DeviceName <string> ${forms[type].parameter}`] },
    (ctx, given: Parameters) => add(ctx, name, given, type, valuesOf(type, given)),
  );

export const addDnsServerResourceRecordA = oneType('Add-DnsServerResourceRecordA', 'A');
export const addDnsServerResourceRecordAaaa = oneType('Add-DnsServerResourceRecordAAAA', 'AAAA');
export const addDnsServerResourceRecordCName = oneType('Add-DnsServerResourceRecordCName', 'CNAME');
export const addDnsServerResourceRecordPtr = oneType('Add-DnsServerResourceRecordPtr', 'PTR');

const GENERIC = 'Add-DnsServerResourceRecord';

const switches: readonly (readonly [string, Form])[] = [
  ['A', 'A'],
  ['AAAA', 'AAAA'],
  ['CName', 'CNAME'],
  ['Ptr', 'PTR'],
  ['Txt', 'TXT'],
];

/** By the switch of a type, or a record as an object. */
export const addDnsServerResourceRecord = cmdlet(
  {
    type: GENERIC,
    syntax: [
      ...switches.map(
        ([flag, type]) =>
          `${named} -Name <string> -${flag} ${forms[type].parameter.replaceAll(/\|\w+|\[\](?=>)/g, '')}`,
      ),
      `${common} [-AllowUpdateAny] [-Force] -InputObject <${RECORD}>`,
    ],
  },
  (ctx, given: Parameters) => {
    const [, type] = switches.find(([flag]) => given[flag] === true) ?? [];
    if (type) return add(ctx, GENERIC, given, type, valuesOf(type, given));
    const { ttl, ...record } = recordFrom(given.InputObject, String(given.ZoneName));
    const more = { ...given, Name: record.name, TimeToLive: ttl * 1000, AgeRecord: record.timestamp !== null };
    return add(ctx, GENERIC, more, record.type, [record.data]);
  },
);
