import { findingsOfGuest } from '../../activities/guest/findings-of-guest.ts';
import type { GuestFacts } from '../../activities/guest/wire.ts';
import { facts } from './guest-fixtures.ts';

const found = (guest: GuestFacts): readonly string[] =>
  findingsOfGuest('web-03', guest).map(({ id, severity }) => `${id} ${severity}`);

const nic = facts().nics[0];

test('a guest that is ready has no finding', () => {
  expect(found(facts())).toEqual([]);
});

test.each<[string, GuestFacts, readonly string[]]>([
  ['BitLocker', facts({}, { bitlocker: ['C:'] }), ['PF-201 block']],
  ['Windows Server 2012', facts({ os: 'windows', osName: 'Windows Server 2012 Standard' }), ['PF-202 block']],
  ['Windows Server 2008 R2', facts({ os: 'windows', osName: 'Windows Server 2008 R2' }), ['PF-202 block']],
  ['an unheard-of Linux', facts({ osName: 'Homemade 1' }), ['PF-202 warn']],
  ['the Connected Machine agent', facts({}, { connectedMachineAgent: true }), ['PF-203 block']],
  ['a SAN policy that prepare mends', facts({}, { sanPolicy: 'OfflineShared' }), ['PF-204 warn']],
  ['fstab by device', facts({}, { fstabByDevice: ['/dev/sdb1'] }), ['PF-205 block']],
  ['drivers that prepare adds', facts({}, { hvModules: false }), ['PF-206 warn']],
  ['drivers nobody can add', facts({}, { hvModules: false, initramfsTool: null }), ['PF-206 block', 'PF-207 block']],
  ['no initramfs tool', facts({}, { initramfsTool: null }), ['PF-207 warn']],
  ['IPv6 only', facts({ nics: nic ? [{ ...nic, addresses: ['fd00::5/64'] }] : [] }), ['PF-211 block']],
  ['a domain controller', facts({ services: ['NTDS'] }), ['PF-212 block']],
  ['a DNS server', facts({ services: ['named'] }), ['PF-212 warn']],
  [
    'the DNS server of its own network',
    facts({ services: ['named'], nics: nic ? [{ ...nic, dns: ['10.0.0.5'] }] : [] }),
    ['PF-212 block'],
  ],
  ['no volumes', facts({ volumes: [] }), ['PF-215 block']],
  ['no services', facts({ services: [] }), ['PF-215 warn']],
  ['old agents', facts({}, { agents: ['open-vm-tools'] }), ['PF-111 info']],
])('%s is told', (_, guest, expected) => {
  expect(found(guest)).toEqual(expected);
});

test.each([
  'Microsoft Windows Server 2012 R2 Standard',
  'Microsoft Windows Server 2025 Datacenter',
  'Microsoft Windows 11 Pro',
])('%s is supported', (osName) => {
  expect(found(facts({ os: 'windows', osName }, { initramfsTool: null }))).toEqual([]);
});

test('an adapter that takes IPv6 by itself is no obstacle', () => {
  expect(found(facts({ nics: nic ? [{ ...nic, addresses: ['fd00::5/64'], dhcp: true }] : [] }))).toEqual([]);
});
