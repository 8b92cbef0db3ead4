import { withDns } from '../../lab/scenarios/dns.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type ShellBench, type ShellCall, shellBench } from '../support/lab-shell.ts';

const DNS = 'dns01';
const ZONE = 'lab.example';
const SOURCE = '10.10.110.21';
const TARGET = '10.10.210.21';
const GET = 'Get-DnsServerResourceRecord';
const ADD = 'Add-DnsServerResourceRecordA';
const SET = 'Set-DnsServerResourceRecord';
const REMOVE = 'Remove-DnsServerResourceRecord';

let shell: ShellBench;
beforeEach(async () => {
  shell = await shellBench(withDns(oneVm({ speed: 600, dataMib: 1 })));
});
afterEach(() => shell.close());

const web = { ZoneName: ZONE, Name: 'web-01', RRType: 'A' };

const addresses = async (): Promise<readonly unknown[]> => {
  const results = await shell.run(DNS, {
    cmdlet: GET,
    parameters: web,
    select: ['RecordData.IPv4Address'],
    mayFail: true,
  });
  return results.flatMap(({ objects }) => objects.map((each) => each['RecordData.IPv4Address']));
};

const pointers = async (zone: string): Promise<readonly unknown[]> =>
  (
    await shell.one(DNS, {
      cmdlet: GET,
      parameters: { ZoneName: zone, RRType: 'Ptr' },
      select: ['RecordData.PtrDomainName'],
    })
  ).map((each) => each['RecordData.PtrDomainName']);

const isDns = ({ by }: Record<string, unknown>): boolean => String(by).startsWith('dns:');
const changes = () => shell.lab.events('dns.changed').filter(isDns);

test('a zone begins with what the scenario says, as the vendor shows it', async () => {
  const [found] = await shell.one(DNS, {
    cmdlet: GET,
    parameters: web,
    select: [
      'HostName',
      'RecordType',
      'Timestamp',
      'TimeToLive',
      'TimeToLive.TotalSeconds',
      'RecordData.IPv4Address',
      'Type',
    ],
  });
  expect(found).toEqual({
    HostName: 'web-01',
    RecordType: 'A',
    Timestamp: null,
    TimeToLive: '01:00:00',
    'TimeToLive.TotalSeconds': 3600,
    'RecordData.IPv4Address': SOURCE,
    Type: 1,
  });
  expect(await pointers('110.10.10.in-addr.arpa')).toEqual(['web-01.lab.example.']);
});

test('the server lists its zones and says which is reverse', async () => {
  const select = ['ZoneName', 'ZoneType', 'IsReverseLookupZone', 'IsDsIntegrated'];
  const zones = await shell.one(DNS, { cmdlet: 'Get-DnsServerZone', select });
  expect(zones.map((zone) => zone.ZoneName)).toEqual([ZONE, '110.10.10.in-addr.arpa', '210.10.10.in-addr.arpa']);
  expect(zones[1]).toMatchObject({ ZoneType: 'Primary', IsReverseLookupZone: true, IsDsIntegrated: true });
});

test.each<[string, ShellCall, string, string]>([
  [
    'a zone that is not there',
    { cmdlet: GET, parameters: { ...web, ZoneName: 'no.example' } },
    'ObjectNotFound',
    `WIN32 9601,${GET}`,
  ],
  [
    'a zone asked for by name',
    { cmdlet: 'Get-DnsServerZone', parameters: { Name: 'no.example' } },
    'ObjectNotFound',
    'WIN32 9601,Get-DnsServerZone',
  ],
  [
    'a name that is not there',
    { cmdlet: GET, parameters: { ...web, Name: 'nobody' } },
    'ObjectNotFound',
    `WIN32 9714,${GET}`,
  ],
  [
    'a record that is there',
    { cmdlet: ADD, parameters: { ZoneName: ZONE, Name: 'WEB-01', IPv4Address: SOURCE, TimeToLive: '00:05:00' } },
    'ResourceExists',
    `WIN32 9711,${ADD}`,
  ],
  [
    'a CNAME beside an address',
    {
      cmdlet: 'Add-DnsServerResourceRecordCName',
      parameters: { ZoneName: ZONE, Name: 'web-01', HostNameAlias: 'x.example' },
    },
    'NotSpecified',
    'WIN32 9709,Add-DnsServerResourceRecordCName',
  ],
  [
    'the removal of data that is not there',
    { cmdlet: REMOVE, parameters: { ...web, RecordData: TARGET, Force: true } },
    'ObjectNotFound',
    `WIN32 9701,${REMOVE}`,
  ],
  [
    'a removal that would ask',
    { cmdlet: REMOVE, parameters: { ...web, Confirm: false } },
    'InvalidOperation',
    `InvalidOperation,${REMOVE}`,
  ],
  [
    'another server',
    { cmdlet: GET, parameters: { ...web, ComputerName: 'dns99' } },
    'NotSpecified',
    `WIN32 1722,${GET}`,
  ],
])('%s is refused with category and id', async (_what, call, category, fullyQualifiedErrorId) => {
  expect(await shell.refusal(DNS, call)).toMatchObject({ category, fullyQualifiedErrorId });
});

test('a name without a record of the type asked for is no error', async () => {
  expect(await shell.one(DNS, { cmdlet: GET, parameters: { ...web, RRType: 'AAAA' } })).toEqual([]);
});

test('a name gives what lies below it too, unless only its node is wanted', async () => {
  await shell.one(DNS, { cmdlet: ADD, parameters: { ZoneName: ZONE, Name: 'api.web-01', IPv4Address: TARGET } });
  const names = async (more: Record<string, unknown>): Promise<number> =>
    (await shell.one(DNS, { cmdlet: GET, parameters: { ...web, ...more } })).length;
  expect(await names({})).toBe(2);
  expect(await names({ Node: true })).toBe(1);
});

test('a name moves by adding and removing, pointers with it, and the log tells each change', async () => {
  const results = await shell.run(
    DNS,
    { id: 'old', cmdlet: GET, parameters: web, select: ['HostName'] },
    {
      cmdlet: ADD,
      parameters: {
        ZoneName: ZONE,
        Name: 'web-01',
        IPv4Address: TARGET,
        TimeToLive: '00:05:00',
        CreatePtr: true,
        PassThru: true,
      },
      select: ['TimeToLive'],
    },
    { cmdlet: REMOVE, parameters: { ZoneName: ZONE, InputObject: { $ref: 'old' }, Force: true } },
  );
  expect(results[1]?.objects).toEqual([{ TimeToLive: '00:05:00' }]);
  expect(await addresses()).toEqual([TARGET]);
  expect(await pointers('110.10.10.in-addr.arpa')).toEqual([]);
  expect(await pointers('210.10.10.in-addr.arpa')).toEqual(['web-01.lab.example.']);
  expect(changes().map(({ name, type, from, to, ttl, by }) => [name, type, from, to, ttl, by])).toEqual([
    ['web-01', 'A', null, TARGET, 300, `dns:${ADD}`],
    ['21', 'PTR', null, 'web-01.lab.example.', 300, `dns:${ADD}`],
    ['web-01', 'A', SOURCE, null, 3600, `dns:${REMOVE}`],
    ['21', 'PTR', 'web-01.lab.example.', null, 3600, `dns:${REMOVE}`],
  ]);
});

test('a pointer that cannot be made leaves the address behind', async () => {
  const parameters = { ZoneName: ZONE, Name: 'web-01', IPv4Address: '192.0.2.9', CreatePtr: true };
  expect(await shell.refusal(DNS, { cmdlet: ADD, parameters })).toMatchObject({
    fullyQualifiedErrorId: `WIN32 9715,${ADD}`,
  });
  expect(await addresses()).toContain('192.0.2.9');
});

test('a record is put in the place of the one it was copied from, and no pointer follows', async () => {
  const changed = { $copy: { $ref: 'old' }, with: { 'RecordData.IPv4Address': TARGET, TimeToLive: '00:05:00' } };
  const set = {
    cmdlet: SET,
    parameters: { ZoneName: ZONE, OldInputObject: { $ref: 'old' }, NewInputObject: changed, PassThru: true },
    select: ['TimeToLive', 'RecordData.IPv4Address'],
  };
  const results = await shell.run(DNS, { id: 'old', cmdlet: GET, parameters: web }, set, { ...set, mayFail: true });
  expect(results[1]?.objects).toEqual([{ TimeToLive: '00:05:00', 'RecordData.IPv4Address': TARGET }]);
  expect(results[2]?.error).toMatchObject({ category: 'ObjectNotFound', fullyQualifiedErrorId: `WIN32 9714,${SET}` });
  expect(changes()).toMatchObject([{ type: 'A', from: SOURCE, to: TARGET, ttl: 300, by: `dns:${SET}` }]);
  expect(await pointers('110.10.10.in-addr.arpa')).toEqual(['web-01.lab.example.']);
});

test('neither the name nor the type of a record can be set', async () => {
  const set = (change: Record<string, unknown>) =>
    shell.run(
      DNS,
      { id: 'old', cmdlet: GET, parameters: web },
      {
        cmdlet: SET,
        parameters: {
          ZoneName: ZONE,
          OldInputObject: { $ref: 'old' },
          NewInputObject: { $copy: { $ref: 'old' }, with: change },
        },
      },
    );
  await expect(set({ HostName: 'other' })).rejects.toThrow(`WIN32 87,${SET}`);
});

test('a time to live that is a bare number is ticks, as in .NET', async () => {
  await shell.one(DNS, {
    cmdlet: ADD,
    parameters: { ZoneName: ZONE, Name: 'new', IPv4Address: TARGET, TimeToLive: 300 },
  });
  expect(changes()).toMatchObject([{ name: 'new', ttl: 0 }]);
});

test('what changes anything is a call, and asks for faults', async () => {
  shell.lab.estate.faults.arm({
    id: 'f',
    kind: 'refused',
    point: `dns.${ADD}`,
    subject: 'web-01',
    times: 1,
    detail: {},
  });
  const add = { cmdlet: ADD, parameters: { ZoneName: ZONE, Name: 'web-01', IPv4Address: TARGET } };
  expect(await shell.refusal(DNS, add)).toMatchObject({
    category: 'PermissionDenied',
    fullyQualifiedErrorId: `WIN32 5,${ADD}`,
  });
  expect(await addresses()).toEqual([SOURCE]);
  await shell.one(DNS, add);
  expect(shell.lab.events('call').map(({ product, verb, status }) => [product, verb, status])).toEqual([
    ['dns', ADD, `WIN32 5,${ADD}`],
    ['dns', ADD, 'ok'],
  ]);
});

test('records outlive the process', async () => {
  await shell.one(DNS, { cmdlet: REMOVE, parameters: { ...web, Force: true } });
  const before = shell.lab.events('dns.changed').length;
  shell.lab.reopen();
  const rows = shell.lab.estate.table<{ type: string; name: string }>('dns', 'records').list();
  expect(rows.filter(({ value }) => value.name === 'web-01')).toEqual([]);
  expect(shell.lab.events('dns.changed')).toHaveLength(before);
});

test('an estate without a DNS server knows no DNS', async () => {
  const plain = await shellBench(oneVm({ speed: 600, dataMib: 1 }));
  try {
    expect(await plain.refusal(DNS, { cmdlet: GET, parameters: web })).toMatchObject({
      fullyQualifiedErrorId: 'CommandNotFoundException',
    });
    expect(plain.lab.events('dns.changed')).toEqual([]);
  } finally {
    await plain.close();
  }
});
