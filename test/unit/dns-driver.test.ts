import { readFile } from 'node:fs/promises';
import type { ChangeOrder, RecordsOrder } from '../../activities/contracts/hooks.ts';
import { dnsServer } from '../../activities/dns/index.ts';
import { spanMs, spanText } from '../../activities/dns/records.ts';
import { CONTRACT } from '../../domain/address.ts';
import type { ResourceRecord } from '../../domain/dns-record.ts';
import { admit } from '../../workers/powershell/admission.ts';
import { loadCatalogue } from '../../workers/powershell/catalogue.ts';
import { roleCapability } from '../../workers/powershell/jea.ts';
import { type FakeDns, type FakeRecord, fakeDns } from '../support/dns-fake.ts';
import { toldOf } from '../support/mishap-of.ts';

const ZONE = 'contoso.example';
const HOUR = 3_600_000;
const order: RecordsOrder = {
  to: { product: 'dns', instance: 'dc01', contract: CONTRACT },
  token: 'tranship:src-1/1/hook-dns/0',
  zone: ZONE,
  name: 'web-03',
  type: 'A',
};

const a = (data: string, TimeToLive = '01:00:00', Timestamp: string | null = null): FakeRecord => ({
  ...{ zone: ZONE, HostName: 'web-03', RecordType: 'A', TimeToLive, Timestamp, data },
});
const record = (data: string, ttlMs: number | null = HOUR, aged = false): ResourceRecord => ({ data, ttlMs, aged });

let dns: FakeDns;
beforeEach(() => {
  dns = fakeDns();
  dns.records = [a('10.0.0.5')];
});

const server = (zones: readonly string[] = [ZONE, '0.0.10.in-addr.arpa']) =>
  dnsServer({ instance: { server: 'DC01', powershell: { command: 'pwsh' }, zones }, run: dns.run });
const change = (more: Partial<ChangeOrder>): ChangeOrder => ({
  ...order,
  found: [record('10.0.0.5')],
  wanted: [],
  ...more,
});
const data = (): readonly string[] => dns.records.map((each) => each.data);

test('reads the records of one name with their time to live, and not those of names below it', async () => {
  dns.records = [a('10.0.0.5', '1.02:00:00'), { ...a('10.0.0.9'), HostName: 'db.web-03' }];
  expect(await server().readRecords(order)).toEqual({ records: [record('10.0.0.5', 26 * HOUR)] });
});

test('a name that nobody has yet has no records', async () => {
  dns.records = [];
  expect(await server().readRecords(order)).toEqual({ records: [] });
});

test('a record with a time stamp is known as one', async () => {
  dns.records = [a('10.0.0.5', '00:20:00', '2026-11-20T08:00:00.0000000Z')];
  expect((await server().readRecords(order)).records).toEqual([record('10.0.0.5', 1_200_000, true)]);
});

test('a new address is there before the old one goes', async () => {
  await server().changeRecords(change({ wanted: [record('10.0.0.7')] }));
  expect(data()).toEqual(['10.0.0.7']);
  const done = dns.lists.flat().filter(({ cmdlet }) => !cmdlet.startsWith('Get-'));
  expect(done.map(({ cmdlet }) => cmdlet)).toEqual(['Add-DnsServerResourceRecord', 'Remove-DnsServerResourceRecord']);
});

test('a time to live is changed in one list, and read back', async () => {
  const { records } = await server().changeRecords(change({ wanted: [record('10.0.0.5', 300_000)] }));
  expect(records).toEqual([record('10.0.0.5', 300_000)]);
  expect(dns.lists.filter((list) => list.some(({ cmdlet }) => cmdlet.startsWith('Remove-')))).toHaveLength(1);
});

test('what is as wanted is left alone', async () => {
  await server().changeRecords(change({ wanted: [record('10.0.0.5')] }));
  expect(dns.lists.flat().every(({ cmdlet }) => cmdlet.startsWith('Get-'))).toBe(true);
});

test('a process that dies between taking out and putting back is made good by the next attempt', async () => {
  dns.diesAfter = 1;
  const order = change({ wanted: [record('10.0.0.5', 300_000)] });
  await expect(server().changeRecords(order)).rejects.toMatchObject({ type: 'Unreachable' });
  expect(data()).toEqual([]);
  await server().changeRecords(order);
  expect(dns.records).toEqual([a('10.0.0.5', '00:05:00')]);
});

test('an answer that was lost after the change changes nothing twice', async () => {
  dns.diesAfter = 2;
  const order = change({ wanted: [record('10.0.0.7')] });
  const { run } = dns;
  let cut = true;
  const losing = dnsServer({
    instance: { server: 'DC01', powershell: { command: 'pwsh' }, zones: [ZONE] },
    run: async (calls, options) => {
      const results = await run(calls, options);
      if (cut && calls.some(({ cmdlet }) => cmdlet.startsWith('Add-'))) {
        cut = false;
        throw new (await import('../../activities/contracts/cmdlets.ts')).RunnerFailed('noEnvelope', 'gone');
      }
      return results;
    },
  });
  await expect(losing.changeRecords(order)).rejects.toMatchObject({ type: 'Unreachable' });
  await losing.changeRecords(order);
  const changes = dns.lists.flat().filter(({ cmdlet }) => !cmdlet.startsWith('Get-'));
  expect([data(), changes.length]).toEqual([['10.0.0.7'], 2]);
});

test('records that somebody else put there meanwhile are not touched', async () => {
  dns.records = [a('10.9.9.9')];
  const trouble = await toldOf(server().changeRecords(change({ wanted: [record('10.0.0.7')] })));
  expect(trouble).toMatchObject({ class: 'Drift', message: expect.stringContaining('10.9.9.9') });
  expect(data()).toEqual(['10.9.9.9']);
});

test('the way back gives data, time to live and ageing as they were', async () => {
  dns.records = [a('10.0.0.5', '00:20:00', '2026-11-20T08:00:00.0000000Z')];
  const { records: found } = await server().readRecords(order);
  const wanted = [record('10.0.0.7', 300_000)];
  await server().changeRecords(change({ found, wanted }));
  await server().changeRecords(change({ found: wanted, wanted: found }));
  expect((await server().readRecords(order)).records).toEqual(found);
});

test('a pointer is the same with and without its closing dot', async () => {
  const ptr = { ...order, zone: '0.0.10.in-addr.arpa', name: '5', type: 'PTR' as const };
  dns.records = [{ ...a('web-03.contoso.example.'), zone: ptr.zone, HostName: '5', RecordType: 'PTR' }];
  const { records: found } = await server().readRecords(ptr);
  await server().changeRecords({ ...ptr, found, wanted: [record('WEB-03.contoso.example')] });
  expect(dns.lists.flat().every(({ cmdlet }) => cmdlet.startsWith('Get-'))).toBe(true);
});

test.each([
  ['a zone that the server does not have', { zones: [] }, 'Missing'],
  ['a zone that it only copies', { zones: [{ ZoneName: ZONE, ZoneType: 'Secondary' }] }, 'Configuration'],
] as const)('%s is refused before anything is changed', async (_what, { zones }, cls) => {
  dns.zones = [...zones];
  expect((await toldOf(server().readRecords(order))).class).toBe(cls);
});

test('a zone that the estate does not name is not even read', async () => {
  expect((await toldOf(server(['other.example']).changeRecords(change({})))).class).toBe('Configuration');
  expect(dns.lists).toEqual([]);
});

test('an account without rights is a matter of configuration, and nothing changed', async () => {
  dns.refuse = ({ cmdlet }) =>
    cmdlet.startsWith('Add-')
      ? { message: 'Failed.', category: 'PermissionDenied', fullyQualifiedErrorId: `WIN32 5,${cmdlet}` }
      : null;
  const trouble = await toldOf(server().changeRecords(change({ wanted: [record('10.0.0.7')] })));
  expect([trouble.class, data()]).toEqual(['Configuration', ['10.0.0.5']]);
});

test('every call of the driver is in its catalogue, which the role of the account is made from', async () => {
  const catalogue = await loadCatalogue(['activities/dns/cmdlets.json']);
  await server().readRecords(order);
  await server().changeRecords(change({ wanted: [record('10.0.0.7', 300_000, true)] }));
  for (const list of dns.lists) expect(() => admit(list, catalogue, new Set())).not.toThrow();
  const role = roleCapability(catalogue, 'run-cmdlets.ps1', 'hooks');
  expect(role).toContain("ModulesToImport = @('DnsServer')");
  for (const { cmdlet } of JSON.parse(await readFile('activities/dns/cmdlets.json', 'utf8')))
    expect(role).toContain(`'DnsServer\\${cmdlet}'`);
});

test('spans are read and written as .NET writes them', () => {
  expect(['01:00:00', '00:05:00', '1.00:00:00', '2.03:04:05'].map((text) => spanText(spanMs(text) ?? 0))).toEqual([
    '01:00:00',
    '00:05:00',
    '1.00:00:00',
    '2.03:04:05',
  ]);
  expect(spanMs('soon')).toBeNull();
});
