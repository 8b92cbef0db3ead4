import type { DnsScenario } from '../estate/scenario.ts';
import type { Estate, Table } from '../estate/types.ts';
import { relativeName, reversePlace, sameName } from './names.ts';

/** Types of records the server knows, as `RecordType` shows them, with their numbers. */
export const TYPES = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, TXT: 16, AAAA: 28 } as const;

export type RecordType = keyof typeof TYPES;

/** One resource record. Names a record points at end with a dot. */
export interface DnsRecord {
  readonly zone: string;
  /** Relative to the zone, `@` at its apex. */
  readonly name: string;
  readonly type: RecordType;
  readonly data: string;
  /** Seconds. */
  readonly ttl: number;
  /** Lab ms of the last refresh; null where it never ages. */
  readonly timestamp: number | null;
}

export interface Zone {
  readonly name: string;
  readonly isReverse: boolean;
}

/** Where nothing else is said. */
const DEFAULT_TTL = 3600;

export const defaultTtl = (dns: DnsScenario): number => dns.ttl ?? DEFAULT_TTL;

export const zonesOf = ({ zone, reverseZones }: DnsScenario): readonly Zone[] => [
  { name: zone, isReverse: false },
  ...reverseZones.map((name) => ({ name, isReverse: true })),
];

const rows = (estate: Estate): Table<DnsRecord> => estate.table<DnsRecord>('dns', 'records');

const keyOf = ({ zone, name, type, data }: DnsRecord): string => [zone, name, type, data].join('/').toLowerCase();

export const recordsIn = (estate: Estate, zone: string): readonly DnsRecord[] =>
  rows(estate)
    .list()
    .map(({ value }) => value)
    .filter((record) => sameName(record.zone, zone));

/** The record with this data, whatever its time to live. */
export const sameRecord = (estate: Estate, wanted: DnsRecord): DnsRecord | undefined => rows(estate).get(keyOf(wanted));

/** Puts `to` in the place of `from`, either of which may be nothing, and tells the log; by which hand is `by`. */
export const change = (estate: Estate, from: DnsRecord | null, to: DnsRecord | null, by: string): void => {
  const about = to ?? from;
  if (!about) return;
  const { zone, name, type, ttl } = about;
  const together = estate.together ?? ((work: () => void) => work());
  together(() => {
    if (from) rows(estate).delete(keyOf(from));
    if (to) rows(estate).put(keyOf(to), to);
    estate.log('dns.changed', { zone, name, type, from: from?.data ?? null, to: to?.data ?? null, ttl, by });
  });
};

/** The record that leads back from an address, where its reverse zone is on this server. */
export const pointerOf = (dns: DnsScenario, { zone, name, data, ttl, timestamp }: DnsRecord): DnsRecord | null => {
  const place = reversePlace(data, dns.reverseZones);
  const full = name === '@' ? `${zone}.` : `${name}.${zone}.`;
  return place && { ...place, type: 'PTR', data: full, ttl, timestamp };
};

/** What the zones hold before anybody changes them: name server and authority of each, A and PTR of every address of the scenario's VMs. */
const firstRecords = (estate: Estate, dns: DnsScenario): readonly DnsRecord[] => {
  const common = { ttl: defaultTtl(dns), timestamp: null };
  const apexes = zonesOf(dns).flatMap(({ name: zone }): readonly DnsRecord[] => [
    { zone, name: '@', type: 'SOA', data: `${dns.server}.`, ...common },
    { zone, name: '@', type: 'NS', data: `${dns.server}.`, ...common },
  ]);
  const hosts = estate.scenario.vms.flatMap((vm) => {
    const own = vm.nics.map((_, nic) => ({ zone: dns.zone, name: vm.hostname, nic }));
    return (vm.expected.dns ?? own).flatMap(({ zone, name, nic }): readonly DnsRecord[] => {
      const data = vm.nics[nic]?.ip;
      return data === undefined ? [] : [{ zone, name: relativeName(name, zone), type: 'A', data, ...common }];
    });
  });
  return [...apexes, ...hosts.flatMap((record) => [record, pointerOf(dns, record) ?? []].flat())];
};

/** Fills the zones when the lab begins; safe to repeat after a kill. */
export const seedDns = (estate: Estate): void => {
  const { dns } = estate.scenario;
  const facts = estate.table<number>('dns', 'facts');
  if (!dns || facts.get('seeded') !== undefined) return;
  const together = estate.together ?? ((work: () => void) => work());
  together(() => {
    for (const record of firstRecords(estate, dns))
      if (!sameRecord(estate, record)) change(estate, null, record, 'scenario');
    facts.put('seeded', estate.now());
  });
};
