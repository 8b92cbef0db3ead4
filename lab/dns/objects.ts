import { type CmdletContext, typed } from '../powershell/cmdlet.ts';
import { ipAddress, timeSpan } from '../powershell/net-values.ts';
import { type DnsRecord, TYPES, type Zone } from './records.ts';

/** Type of the objects that `-InputObject`, `-OldInputObject` and `-NewInputObject` take. */
export const RECORD = 'DnsServerResourceRecord';

const FIELDS = {
  A: 'IPv4Address',
  AAAA: 'IPv6Address',
  PTR: 'PtrDomainName',
  CNAME: 'HostNameAlias',
  TXT: 'DescriptiveText',
  NS: 'NameServer',
  SOA: 'PrimaryServer',
} as const;

const dataObject = ({ type, data }: DnsRecord): object =>
  typed(`${RECORD}${type}`, { [FIELDS[type]]: type === 'A' || type === 'AAAA' ? ipAddress(data) : data });

/** A record as Get-DnsServerResourceRecord gives it. A static one has no time stamp. */
export const recordObject = (record: DnsRecord): object =>
  typed(RECORD, {
    DistinguishedName: `DC=${record.name},DC=${record.zone},cn=MicrosoftDNS,DC=DomainDnsZones`,
    HostName: record.name,
    RecordClass: 'IN',
    RecordData: dataObject(record),
    RecordType: record.type,
    Timestamp: record.timestamp === null ? null : new Date(record.timestamp),
    TimeToLive: timeSpan(record.ttl * 1000),
    Type: TYPES[record.type],
  });

/** What a caller hands in, read back. `zone` is that of the call: the object does not carry it. */
export const recordFrom = (object: unknown, zone: string): DnsRecord => {
  const given = object as {
    HostName: string;
    RecordType: keyof typeof TYPES;
    RecordData: Readonly<Record<string, unknown>>;
    TimeToLive: { readonly TotalSeconds: number };
    Timestamp: Date | null;
  };
  return {
    zone,
    name: given.HostName,
    type: given.RecordType,
    data: String(given.RecordData[FIELDS[given.RecordType]]),
    ttl: Math.floor(given.TimeToLive.TotalSeconds),
    timestamp: given.Timestamp?.getTime() ?? null,
  };
};

/** Primary, in the directory, secure updates only: what a domain controller serves. */
export const zoneObject = ({ estate }: CmdletContext, { name, isReverse }: Zone): object =>
  typed('DnsServerPrimaryZone', {
    ZoneName: name,
    ZoneType: 'Primary',
    ZoneFile: null,
    DynamicUpdate: 'Secure',
    IsAutoCreated: false,
    IsDsIntegrated: true,
    IsPaused: false,
    IsReadOnly: false,
    IsReverseLookupZone: isReverse,
    IsShutdown: false,
    IsSigned: false,
    IsWinsEnabled: false,
    MasterServers: null,
    NotifyServers: null,
    ReplicationScope: 'Domain',
    DirectoryPartitionName: `DomainDnsZones.${estate.scenario.dns?.zone ?? ''}`,
    DistinguishedName: `DC=${name},cn=MicrosoftDNS,DC=DomainDnsZones`,
    PSComputerName: null,
  });
