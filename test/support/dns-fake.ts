import {
  type CmdletCall,
  type CmdletError,
  CmdletFailed,
  type CmdletResult,
  type CmdletRunner,
  RunnerFailed,
} from '../../activities/contracts/cmdlets.ts';

/** A record as the module shows it: the data under the property of its type, a TimeSpan as `c`, no stamp on a static one. */
export interface FakeRecord {
  readonly zone: string;
  readonly HostName: string;
  readonly RecordType: 'A' | 'AAAA' | 'PTR';
  readonly TimeToLive: string;
  readonly Timestamp: string | null;
  readonly data: string;
}

/** A Windows DNS server in memory, as far as the driver's tests need one. */
export interface FakeDns {
  readonly run: CmdletRunner;
  records: FakeRecord[];
  zones: { ZoneName: string; ZoneType: string }[];
  /** Every list that ran, the calls of it that took effect. */
  readonly lists: CmdletCall[][];
  /** The process dies after so many more changes: their effect stays, their answer is lost. */
  diesAfter: number;
  /** Fails a call with this error instead of running it. */
  refuse: (call: CmdletCall) => CmdletError | null;
}

const DATA = { A: 'IPv4Address', AAAA: 'IPv6Address', PTR: 'PtrDomainName' } as const;
const ZONE_DEFAULT = '01:00:00';

const failure = (category: string, code: number, cmdlet: string, message: string): CmdletError => ({
  message,
  category,
  fullyQualifiedErrorId: `WIN32 ${code},${cmdlet}`,
});

const same = (a: unknown, b: unknown): boolean => String(a).toLowerCase() === String(b).toLowerCase();

export const fakeDns = (): FakeDns => {
  const absent = (cmdlet: string, name: unknown, zone: unknown) =>
    failure('ObjectNotFound', 9714, cmdlet, `Failed to get ${name} record in ${zone} zone on DC01 server.`);

  const answer = (call: CmdletCall): readonly Readonly<Record<string, unknown>>[] | CmdletError => {
    const p = call.parameters;
    const refused = dns.refuse(call);
    if (refused) return refused;
    if (call.cmdlet === 'Get-DnsServerZone') {
      const zones = dns.zones.filter(({ ZoneName }) => same(ZoneName, p.Name));
      return zones.length > 0
        ? zones
        : failure('ObjectNotFound', 9601, call.cmdlet, `The zone ${p.Name} was not found on server DC01.`);
    }
    const atName = dns.records.filter(({ zone, HostName }) => same(zone, p.ZoneName) && same(HostName, p.Name));
    if (call.cmdlet === 'Get-DnsServerResourceRecord') {
      if (atName.length === 0) return absent(call.cmdlet, p.Name, p.ZoneName);
      return atName
        .filter(({ RecordType }) => same(RecordType, p.RRType))
        .map(({ data, zone: _zone, ...shown }) => ({ ...shown, [`RecordData.${DATA[shown.RecordType]}`]: data }));
    }
    if (call.cmdlet === 'Add-DnsServerResourceRecord') {
      const type = p.A ? 'A' : p.AAAA ? 'AAAA' : 'PTR';
      const data = String(p[DATA[type]]);
      if (atName.some((record) => record.RecordType === type && same(record.data, data)))
        return failure('ResourceExists', 9711, call.cmdlet, `Failed to create resource record ${p.Name}.`);
      dns.records.push({
        zone: String(p.ZoneName),
        HostName: String(p.Name),
        RecordType: type,
        TimeToLive: p.TimeToLive === undefined ? ZONE_DEFAULT : String(p.TimeToLive),
        Timestamp: p.AgeRecord ? '2026-11-22T10:00:00.0000000Z' : null,
        data,
      });
      return [];
    }
    const going = atName.filter(({ RecordType, data }) => same(RecordType, p.RRType) && same(data, p.RecordData));
    if (going.length === 0) return absent(call.cmdlet, p.Name, p.ZoneName);
    dns.records = dns.records.filter((record) => !going.includes(record));
    return [];
  };

  const run: CmdletRunner = async (calls) => {
    const results = new Map<string, CmdletResult>();
    const ran: CmdletCall[] = [];
    dns.lists.push(ran);
    for (const call of calls) {
      if (!call.cmdlet.startsWith('Get-')) {
        if (dns.diesAfter === 0) {
          dns.diesAfter = Number.POSITIVE_INFINITY;
          throw new RunnerFailed('noEnvelope', 'PowerShell ended (SIGKILL) without an answer; what it did is unknown');
        }
        dns.diesAfter -= 1;
      }
      const said = answer(call);
      if ('category' in said) {
        if (!call.mayFail) throw new CmdletFailed(call, said, results);
        results.set(call.id, { id: call.id, objects: [], error: said });
        continue;
      }
      ran.push(call);
      const objects = said.map((row) => Object.fromEntries(call.select.map((path) => [path, row[path] ?? null])));
      results.set(call.id, { id: call.id, objects, error: null });
    }
    return results;
  };

  const dns: FakeDns = {
    run,
    records: [],
    zones: [
      { ZoneName: 'contoso.example', ZoneType: 'Primary' },
      { ZoneName: '0.0.10.in-addr.arpa', ZoneType: 'Primary' },
    ],
    lists: [],
    diesAfter: Number.POSITIVE_INFINITY,
    refuse: () => null,
  };
  return dns;
};
