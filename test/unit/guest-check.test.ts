import { reportOfCheck } from '../../activities/guest/findings-of-check.ts';
import { baseline, checkOrder, MAC, state } from './guest-fixtures.ts';

type Order = Parameters<typeof checkOrder>[0];
type State = Parameters<typeof state>[0];

const report = (asked: Order = {}, now: State = {}) => reportOfCheck(checkOrder(asked), state(now));

const told = (asked: Order = {}, now: State = {}): readonly string[] =>
  report(asked, now).findings.map(({ id, severity, message }) => `${id} ${severity} ${message}`);

const nic = state().nics[0];
const nicWith = (change: Partial<NonNullable<typeof nic>>) => (nic ? [{ ...nic, ...change }] : []);

test('a guest that is as planned passes everything it was asked', () => {
  expect(report()).toEqual({
    passed: ['V1-03', 'V1-04', 'V1-05', 'V1-06', 'V1-11', 'V1-12', 'V1-14', 'V1-15', 'V1-16'],
    findings: [],
  });
});

test('what could not be looked at is neither passed nor found', () => {
  const quiet = report(
    {
      baseline: baseline({ services: [], volumes: [], nics: [] }),
      nics: [],
      smoke: { kind: 'none', target: '', expect: '' },
    },
    { gatewayReachable: {}, dnsReachable: {} },
  );
  expect(quiet).toEqual({ passed: ['V1-14'], findings: [] });
});

test.each<[string, Order, State, string]>([
  [
    'another address',
    {},
    { nics: nicWith({ addresses: ['10.0.0.77/24'] }) },
    `V1-03 block eth0 (${MAC}) has 10.0.0.77/24, not 10.0.0.5/24.`,
  ],
  [
    'another prefix',
    {},
    { nics: nicWith({ addresses: ['10.0.0.5/16'] }) },
    `V1-03 block eth0 (${MAC}) has 10.0.0.5/16, not 10.0.0.5/24.`,
  ],
  ['another machine', {}, { nics: nicWith({ mac: '00:15:5d:00:00:99' }) }, `V1-03 block there is no adapter ${MAC}.`],
  [
    'another gateway',
    {},
    { nics: nicWith({ gateway: '10.0.0.2' }) },
    'V1-04 warn eth0 has the gateway 10.0.0.2, not 10.0.0.1.',
  ],
  ['another DNS server', {}, { nics: nicWith({ dns: ['10.0.0.54'] }) }, 'V1-04 warn eth0 does not ask 10.0.0.53.'],
  [
    'a silent gateway',
    {},
    { gatewayReachable: { '10.0.0.1': false } },
    'V1-05 block the gateway 10.0.0.1 does not answer.',
  ],
  [
    'a silent DNS server',
    {},
    { dnsReachable: { '10.0.0.53': false } },
    'V1-06 warn the DNS server 10.0.0.53 does not answer.',
  ],
  ['a broken secure channel', {}, { secureChannel: false }, 'V1-09 block its secure channel to the domain is broken.'],
  ['a service that stands', {}, { services: ['ssh'] }, 'V1-11 block not running: nginx.'],
  [
    'a failed smoke test',
    {},
    { smoke: { passed: false, detail: 'answered 503' } },
    'V1-12 block the smoke test failed: answered 503.',
  ],
  [
    'disk errors',
    {},
    { diskErrors: ['I/O error, dev sda'] },
    'V1-14 block disk errors since the boot: I/O error, dev sda.',
  ],
  [
    'a smaller volume',
    {},
    { volumes: [{ mount: '/', total: 900_000, used: 400_000 }] },
    'V1-15 block / has 900000 bytes, had 1000000.',
  ],
  [
    'a volume that is emptier',
    {},
    { volumes: [{ mount: '/', total: 1_000_000, used: 100_000 }] },
    'V1-15 warn / holds 100000 bytes, held 400000.',
  ],
  ['a lost volume', {}, { volumes: [] }, 'V1-16 block volumes are missing: /.'],
  [
    'a lease that did not come',
    { nics: [{ mac: MAC, address: 'dhcp' }] },
    { nics: nicWith({ addresses: ['169.254.1.1/16'] }) },
    `V1-03 block eth0 (${MAC}) has no address.`,
  ],
])('%s is found, and nothing else', (_, asked, now, expected) => {
  expect(told(asked, now)).toEqual([expected]);
});

test('what was found is not passed', () => {
  expect(report({}, { services: [] }).passed).not.toContain('V1-11');
});

test('a volume within five per cent is the same volume', () => {
  expect(told({}, { volumes: [{ mount: '/', total: 1_040_000, used: 430_000 }] })).toEqual([]);
});

test('a check without a plan expects the addresses of the baseline', () => {
  expect(told({ nics: [] }, { nics: nicWith({ addresses: ['10.0.0.77/24'] }) })).toEqual([
    `V1-03 block eth0 (${MAC}) has 10.0.0.77/24, not 10.0.0.5/24.`,
  ]);
});

test('names of services and mounts are compared without case', () => {
  const asked = { baseline: baseline({ services: ['W3SVC'], volumes: [{ mount: 'C:', total: 100, used: 50 }] }) };
  expect(told(asked, { services: ['w3svc'], volumes: [{ mount: 'c:', total: 100, used: 50 }] })).toEqual([]);
});

test('an adapter that keeps what it has may have nothing if it had nothing', () => {
  const nics = [{ mac: MAC, address: 'keep' as const }];
  expect(told({ nics, baseline: baseline({ nics: [] }) }, { nics: nicWith({ addresses: [] }) })).toEqual([]);
  expect(told({ nics }, { nics: nicWith({ addresses: [] }) })).toEqual([`V1-03 block eth0 (${MAC}) has no address.`]);
});
