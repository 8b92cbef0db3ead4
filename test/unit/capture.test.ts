import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Estate } from '../../domain/estate.ts';
import { bookOf } from '../../workers/capture/book.ts';
import { openCapture } from '../../workers/capture/capture.ts';
import { redactWith } from '../../workers/capture/redact.ts';

const VM = '0f4b6c1e-1111-4222-8333-444455556666';
const KEY = Buffer.alloc(32, 7);

const redact = (value: unknown, ...learnt: unknown[]): unknown => {
  const { learn, value: covered } = redactWith(bookOf(KEY));
  for (const told of [...learnt, value]) learn(told);
  return covered(value);
};
const written = (value: unknown, ...learnt: unknown[]): string => JSON.stringify(redact(value, ...learnt));

describe('what stays', () => {
  test.each([
    ['sizes, flags and nothing', { Size: 42_949_672_960, Connected: false, ParentPath: null }],
    [
      'states and enums',
      { State: 'RunningCritical', 'VlanSetting.OperationMode': 'Access', provisioningState: 'Succeeded' },
    ],
    [
      'lists of statuses',
      { OperationalStatus: ['Ok', 'MergingDisks'], allowedJobs: ['PlannedFailover', 'DisableProtection'] },
    ],
    [
      'codes',
      { fullyQualifiedErrorId: 'InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM', errorCode: '1001012' },
    ],
    [
      'times',
      { CreationTime: '2026-03-01T20:00:00.1230000Z', date: 'Sun, 01 Mar 2026 20:00:00 GMT', duration: '00:05:12' },
    ],
    ['versions that look like addresses', { Build: '13.0.1.107', Version: '2.0.0.0', aos: { version: '6.10.1' } }],
    [
      'titles of a product’s own jobs',
      { displayName: 'Planned failover', tasks: [{ taskName: 'Turning off resource on primary' }] },
    ],
    [
      'cmdlets and the properties asked for',
      { cmdlet: 'Get-VM', select: ['Id', 'VlanSetting.AccessVlanId'], parameters: {} },
    ],
    ['addresses that every machine has', { listen: ['127.0.0.1', '0.0.0.0'], mask: '255.255.255.0' }],
  ])('%s', (_, value) => {
    expect(redact(value)).toEqual(value);
  });

  test('the sentences of a product, without the names in them', () => {
    const told = {
      Name: 'mail',
      results: [{ message: "Failed to process mail (web-07): disk 'C:\\Data\\a.vhdx' is locked. Error 0x80070020" }],
    };
    const text = written(told);
    expect(text).toMatch(/Failed to process «name-\w+» \(«name-\w+»\): disk 'C:.*\.vhdx' is locked\. Error 0x80070020/);
    expect(text).not.toMatch(/mail|web-07|Data/);
  });

  test('the kinds of an ARM id, whatever its names are, and what its address asks for', () => {
    const id = `/subscriptions/${VM}/resourceGroups/shop/providers/Microsoft.HybridCompute/machines/web-01/providers/Microsoft.AzureStackHCI/virtualMachineInstances/default/stop`;
    expect(written({ url: `https://management.example.org${id}?api-version=2024-01-01&sig=abc%2Bdef` })).toMatch(
      /https:\/\/«host-\w+»\/subscriptions\/[0-9a-f-]{36}\/resourceGroups\/«name-\w+»\/providers\/Microsoft\.HybridCompute\/machines\/«name-\w+»\/providers\/Microsoft\.AzureStackHCI\/virtualMachineInstances\/\S+\/stop\?api-version=2024-01-01&sig=•••/,
    );
  });

  test('our own line in a VM’s notes, and nothing of what people wrote there', () => {
    const memo = `[tranship:${VM}/1/reshape/0 {"os":"linux","disks":[10,20],"wiring":[{"network":"Production","vlan":110}]}]`;
    const text = String((redact({ Notes: `${memo}\nAsk Anna before you touch this.` }) as { Notes: string }).Notes);
    expect(text).toMatch(
      /^\[tranship:[0-9a-f-]{36}\/1\/reshape\/0 \{"os":"linux","disks":\[10,20\],"wiring":\[\{"network":"«name-\w+»","vlan":110\}\]\}\]\n«text-\w+»$/,
    );
  });

  test('what our scripts are asked and answer inside guests, opened', () => {
    const asked = {
      ArgumentList: [Buffer.from(JSON.stringify({ nics: [{ prefix: 24, dhcp: false }] })).toString('base64')],
    };
    const answered = {
      $value: `<<GUEST>>${JSON.stringify({ os: 'linux', volumes: [{ total: 10, used: 5 }] })}<<END>>`,
    };
    expect(redact(asked)).toEqual({ ArgumentList: [{ $base64: { nics: [{ prefix: 24, dhcp: false }] } }] });
    expect(redact(answered)).toEqual({ $value: { $guest: { os: 'linux', volumes: [{ total: 10, used: 5 }] } } });
  });
});

describe('what never stays', () => {
  test.each([
    ['a password', { password: 'hunter2' }],
    ['a token', { access_token: 'eyJhbGciOi', refresh_token: 'abc' }],
    ['an authorisation', { headers: { authorization: 'Bearer abc', 'set-cookie': 'session=abc' } }],
    ['a client secret', { clientSecret: { value: 'abc' } }],
    ['a storage key', { accountKey: 'abc', connectionString: 'AccountKey=abc' }],
    ['a private key', { privateKey: 'abc' }],
    [
      'a credential of a cmdlet',
      { Credential: { $credential: { user: 'LAB\\svc', password: { $secret: 'env:ABC' } } } },
    ],
  ])('%s', (_, value) => {
    expect(written(value)).not.toMatch(/hunter2|abc|eyJ|svc|env:ABC/i);
  });

  test('names in any place they can hide in', () => {
    const inside = { nics: [{ ip: '10.1.2.3', gateway: '10.1.2.1' }], hostname: 'web-01.corp.example' };
    const packed = Buffer.from(JSON.stringify(inside)).toString('base64');
    const text = written(
      {
        name: 'web-01',
        Path: 'C:\\ClusterStorage\\Payroll 2\\web-01_replica\\web-01-disk0.vhdx',
        ArgumentList: [packed],
        $value: `<<GUEST>>${JSON.stringify(inside)}<<END>>`,
        extendedDetails: { map: JSON.stringify({ 'hv-app-01': 'web-01' }) },
        tags: { costCentre: 'Payroll' },
        who: ['ACME\\anna', 'anna@acme.example'],
        url: 'https://10.1.2.3:9440/api/vms?$filter=name%20eq%20web-01',
        description: 'Payroll of ACME',
        MacAddress: '506B8D0A0B0C',
        macs: ['50:6b:8d:0a:0b:0c', '50-6B-8D-0A-0B-0C'],
        v6: 'fe80::1:2',
      },
      { Name: 'hv-app-01' },
    );
    expect(text).not.toMatch(/web-01|payroll|anna|acme|10\.1\.2|506b8d|6b[:-]8d|fe80|hv-app|corp/i);
  });

  test('any text under a key that is not known', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{4,12}(-[a-z0-9]{2,6}){0,2}( [A-Z][a-z]{3,8})?$/), (text) => {
        fc.pre(
          !/^(enabled|disabled|none|unknown|auto|manual|normal|static|dynamic|dhcp|bearer|windows|linux)$/.test(text),
        );
        expect(written({ whatever: text })).not.toContain(text);
      }),
    );
  });
});

describe('placeholders', () => {
  test('the same name is the same one, wherever and however it is written', () => {
    const told = redact({
      name: 'web-01',
      VMName: 'WEB-01',
      message: 'web-01 is off',
      staged: 'web-01_replica',
      text: ['web-01'],
    }) as Record<string, string>;
    const name = String(told.name);
    expect(told.VMName).toBe(name);
    expect(told.message).toBe(`${name} is off`);
    expect(told.staged).toBe(`${name}_replica`);
    expect(told.text).toEqual([name]);
  });

  test('another name is another one', () => {
    const told = redact({ a: { name: 'web-01' }, b: { name: 'web-02' } }) as Record<string, { name: string }>;
    expect(told.a?.name).not.toBe(told.b?.name);
  });

  test('a MAC is the same in all its spellings, and keeps its form', () => {
    const macs = redact(['50:6b:8d:0a:0b:0c', '506B8D0A0B0C']) as string[];
    expect(macs[0]).toMatch(/^02(:[0-9a-f]{2}){5}$/);
    expect(macs[1]).toBe(macs[0]?.replaceAll(':', '').toUpperCase());
  });

  test('an id is the same in both spellings, and is still one', () => {
    const ids = redact([VM, VM.toUpperCase()]) as string[];
    expect(ids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids[0]).not.toBe(VM);
    expect(ids[1]).toBe(ids[0]);
  });
});

describe('a capture', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tranship-capture-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const estate = {
    ahv: {},
    veeam: { vbr01: { server: 'pluto.corp.example', login: { user: 'CORP\\mercury', password: 'env:V' } } },
    'hyper-v': {},
    'azure-migrate': {},
    'azure-local': {},
    guest: {},
  } as unknown as Estate;
  const linesOf = (name: string): Record<string, unknown>[] =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const files = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const lines = (): Record<string, unknown>[] => files().flatMap(linesOf);
  const exchange = (asked: unknown, answered: unknown = null) => ({ asked, answered, failed: null, tookMs: 12.6 });

  test('is one line an exchange, and only its owner can read it', () => {
    const hear = openCapture(folder, estate, '1.2.3').hear('veeam@vbr01', 'http');
    hear(
      exchange(
        { method: 'GET', path: '/api/v1/jobs', headers: { authorization: 'Bearer x', host: 'vbr01' } },
        { status: 200, headers: {}, body: [] },
      ),
    );
    const [first, second] = lines();
    expect(first).toMatchObject({ n: 1, capture: 1, tranship: '1.2.3' });
    expect(second).toMatchObject({
      n: 2,
      tookMs: 13,
      queue: expect.stringMatching(/^veeam@«name-\w+»$/),
      asked: { method: 'GET', url: '/api/v1/jobs', headers: { authorization: '•••' } },
      answered: { status: 200, body: [] },
    });
    expect(statSync(join(folder, files()[0] ?? '')).mode & 0o077).toBe(0);
  });

  test('knows the names of the plan, of orders and of lists wherever a product says them', () => {
    const capture = openCapture(folder, estate, '1.2.3');
    capture.learn({ vm: { id: VM, name: 'jupiter' }, landing: { name: 'jupiter_replica' } });
    const hear = capture.hear('veeam@vbr01', 'cmdlets');
    hear(exchange({ calls: [] }, { results: [{ id: 'vms', objects: [{ Name: 'saturn' }] }] }));
    hear(exchange({ calls: [] }, { error: { message: 'jupiter and saturn on pluto are locked by mercury' } }));
    expect(JSON.stringify(lines())).not.toMatch(/jupiter|saturn|pluto|mercury/i);
    expect(JSON.stringify(lines())).toContain('are locked by');
  });

  test('never shows a secret it has seen resolved, wherever a product repeats it', async () => {
    const capture = openCapture(folder, estate, '1.2.3');
    expect(await capture.guarding(async () => 'Sunflower')('env:V')).toBe('Sunflower');
    capture.hear(
      'veeam@vbr01',
      'http',
    )(exchange({ method: 'GET', path: '/x' }, { body: { message: 'log-in with Sunflower refused' } }));
    expect(JSON.stringify(lines())).not.toContain('Sunflower');
    expect(lines().at(-1)).toMatchObject({ withheld: true });
  });

  test('goes on with the same placeholders after a restart', () => {
    const say = (): void => {
      const capture = openCapture(folder, estate, '1.2.3');
      capture.hear('veeam@vbr01', 'http')(exchange({ method: 'GET', path: '/x', json: { name: 'web-01' } }));
    };
    say();
    say();
    const names = lines().flatMap((line) => (line.asked as { json?: { name: string } } | undefined)?.json?.name ?? []);
    expect(names).toHaveLength(2);
    expect(new Set(names).size).toBe(1);
  });

  test('that cannot be written stops nobody’s work', () => {
    const hear = openCapture(folder, estate, '1.2.3').hear('veeam@vbr01', 'http');
    rmSync(folder, { recursive: true });
    expect(() => hear(exchange({}))).not.toThrow();
  });
});
