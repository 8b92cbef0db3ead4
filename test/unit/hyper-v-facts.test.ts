import { factsOf } from '../../domain/facts.ts';
import type { VmDescription } from '../../domain/vm.ts';
import { predecessor } from './hyper-v-fixtures.ts';

const vm = predecessor();

test('is short, and the same for the same machine', () => {
  expect(factsOf(vm)).toMatch(/^[0-9a-f]{16}$/);
  expect(factsOf(structuredClone(vm))).toBe(factsOf(vm));
});

test.each<[string, Partial<VmDescription>]>([
  ['name', { ref: { ...vm.ref, name: 'renamed' } }],
  ['power', { power: 'on' }],
  [
    'addresses and plugs',
    { nics: vm.nics.map((nic) => ({ ...nic, addresses: ['10.0.0.9'], connected: true, network: 'x', vlan: 7 })) },
  ],
  ['start action', { autostart: true }],
  ['notes', { note: 'x' }],
  ['guest tools', { guestReachable: true }],
  ['guest system as noted', { os: 'unknown' }],
  ['snapshots', { obstacles: ['checkpoint x'] }],
  ['paths of disks', { disks: vm.disks.map((disk) => ({ ...disk, path: 'x' })) }],
  ['order of disks and adapters', { disks: vm.disks.toReversed(), nics: vm.nics.toReversed() }],
])('%s do not count', (_, change) => {
  expect(factsOf({ ...vm, ...change })).toBe(factsOf(vm));
});

test.each<[string, Partial<VmDescription>]>([
  ['another VM', { ref: { ...vm.ref, id: 'other' } }],
  ['CPUs', { cpus: 5 }],
  ['memory', { memoryMb: 8193 }],
  ['firmware', { firmware: 'bios' }],
  ['generation', { generation: 1 }],
  ['Secure Boot', { secureBoot: true }],
  ['the size of a disk', { disks: vm.disks.map((disk, n) => (n === 1 ? { ...disk, bytes: disk.bytes + 1 } : disk)) }],
  ['a disk more', { disks: [...vm.disks, { id: 'd2', bytes: 1, boot: false }] }],
  ['a disk less', { disks: vm.disks.slice(1) }],
  ['a MAC', { nics: vm.nics.map((nic, n) => (n === 0 ? { ...nic, mac: '00:00:00:00:00:01' } : nic)) }],
  ['an adapter less', { nics: vm.nics.slice(1) }],
])('%s counts', (_, change) => {
  expect(factsOf({ ...vm, ...change })).not.toBe(factsOf(vm));
});
