import { readSmoke } from '../../plan/roster/cells.ts';
import { readNics } from '../../plan/roster/nics.ts';
import { readBytes, readDuration, readMemory } from '../../plan/text/measures.ts';
import { instead } from '../../plan/text/nearest.ts';

const refused = { wrong: expect.any(String), fix: expect.any(String) };

test.each([
  ['14d', 1_209_600_000],
  ['30m', 1_800_000],
  ['500ms', 500],
  ['1h30m', 5_400_000],
  ['1w2d3h4m5s6ms', 788_645_006],
  ['0s', 0],
])('the duration %s is %i milliseconds', (text, ms) => {
  expect(readDuration(text)).toBe(ms);
});

test.each(['', '5', 'm', '1.5h', '30 m', '30m1h', '-5m', '5M', '1h1h', `${'9'.repeat(30)}d`])(
  '"%s" is no duration',
  (text) => {
    expect(readDuration(text)).toEqual(refused);
  },
);

test.each([
  ['8192', 8192],
  ['8 GB', 8192],
  ['8gb', 8192],
  ['1.5 GB', 1536],
  ['1 TB', 1_048_576],
])('the memory %s is %i MB', (text, megabytes) => {
  expect(readMemory(text)).toBe(megabytes);
});

test.each(['0', '-1', '8 XB', '0.0001 GB', 'GB'])('"%s" is no memory', (text) => {
  expect(readMemory(text)).toEqual(refused);
});

test('sizes count in powers of 1024, and a number alone is refused', () => {
  expect(readBytes('2 TB')).toBe(2 * 2 ** 40);
  expect(readBytes('500 GB')).toBe(500 * 2 ** 30);
  expect(readBytes('500')).toEqual(refused);
});

test('adapters are read with spaces, in any order of their words, and sorted', () => {
  expect(readNics(' 1 : b / dns=10.0.0.1 / 10.1.0.5 / 16 / vlan=7 ;0:a')).toEqual([
    { source: 0, network: 'a', vlan: null, address: 'keep' },
    { source: 1, network: 'b', vlan: 7, address: { ip: '10.1.0.5', prefix: 16, gateway: null, dns: ['10.0.0.1'] } },
  ]);
});

test('a VM without adapters says so', () => {
  expect(readNics('none')).toEqual([]);
});

test.each(['0:a/10.0.0.1/31/gw=10.0.0.0', '0:a/10.0.0.1/32'])('"%s" is a sound address', (text) => {
  expect(readNics(text)).toEqual([expect.objectContaining({ source: 0 })]);
});

test.each([
  '0:a/keep/gw=10.0.0.1',
  '0:a/dhcp/24',
  '0:a/10.0.0.5/24/gw=10.0.0.5',
  '0:a/10.0.0.5/33',
  '0:a/10.0.0.255/24',
  '0:',
  '0:a/vlan=0',
  '0:a/vlan=1/vlan=2',
  '0:a/keep/x/y',
])('"%s" is no adapter', (text) => {
  expect(readNics(text)).toEqual(refused);
});

test.each([
  ['none', { kind: 'none', target: '', expect: '' }],
  ['tcp://db-01:1433', { kind: 'tcp', target: 'db-01:1433', expect: '' }],
  ['https://app.example/health', { kind: 'http', target: 'https://app.example/health', expect: '200' }],
  ['http://10.0.0.5/ expects all is well', { kind: 'http', target: 'http://10.0.0.5/', expect: 'all is well' }],
])('the smoke test %s is understood', (text, smoke) => {
  expect(readSmoke(text)).toEqual(smoke);
});

test.each(['tcp://db-01', 'tcp://db-01:70000', 'ftp://x', 'http://'])('"%s" is no smoke test', (text) => {
  expect(readSmoke(text)).toEqual(refused);
});

test('the likely word is offered, else what there is', () => {
  expect(instead('repositry', ['repository', 'server'], 'keys')).toBe('Did you mean "repository"?');
  expect(instead('ednpoint', ['endpoint', 'server'], 'keys')).toBe('Did you mean "endpoint"?');
  expect(instead('colour', ['endpoint', 'server'], 'keys')).toBe('Known keys: endpoint, server.');
  expect(instead('x', [], 'paths')).toBe('The plan has no paths; add one.');
});
