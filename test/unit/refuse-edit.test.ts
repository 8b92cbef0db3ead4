import { newHopRecord } from '../../domain/hop-record.ts';
import { changesProtected, type Edited, goesBack, hasBegun, refuseEdit, withEdit } from '../../domain/refuse-edit.ts';
import type { Window } from '../../domain/window.ts';
import { scriptedOrder } from '../support/order.ts';

const NOW = Date.UTC(2026, 10, 14);
const { hops: orders } = scriptedOrder();
const [first, second] = orders;
if (!first || !second) throw new Error('the scripted path has two hops');

const at = (change: Partial<Edited> = {}): Edited => ({
  orders,
  hops: [newHopRecord(1), newHopRecord(2)],
  editable: [1, 2],
  source: { disks: 1, nics: 1 },
  now: NOW,
  ...change,
});

const ahead: Window = {
  opensAt: NOW + 1_000,
  abortAt: NOW + 2_000,
  closesAt: NOW + 3_000,
  zone: 'UTC',
  text: 'tomorrow',
  utcText: 'tomorrow',
};
const nic = { source: 0, network: 'prod', vlan: 20, address: 'keep' };
const hop = (change: object, n: unknown = 1) => ({ hops: [{ n, ...change }] });
const landing = (change: object) => hop({ landing: change });

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'An edit is'],
  ['a word', 'edit', 'An edit is'],
  ['hops that are no list', { hops: {} }, 'An edit is'],
  ['no change at all', { hops: [] }, 'Nothing changes'],
  ['a hop that changes nothing', hop({}), 'nothing changes'],
  ['a hop that is none', { hops: [null] }, 'An edit is'],
  ['a hop that there is not', hop({ window: null }, 7), 'no hop 7'],
  [
    'a hop twice',
    {
      hops: [
        { n: 1, window: null },
        { n: 1, window: null },
      ],
    },
    'twice',
  ],
  ['another mover', hop({ mover: 'x' }), 'cannot be edited'],
  ['a group that is none', { hops: [], group: 7 }, 'name of a group'],
  ['a landing in words', hop({ landing: 'big' }), 'An edit is'],
  ['a part that no landing has', landing({ colour: 'red' }), 'no colour'],
  ['a part by an inherited name', landing({ constructor: 1 }), 'no constructor'],
  ['another name', landing({ name: 'other' }), 'stays vm-1_replica'],
  ['half a processor', landing({ cpus: 0.5 }), '"cpus"'],
  ['no memory', landing({ memoryMb: 0 }), '"memoryMb"'],
  ['a third generation', landing({ generation: 3 }), '"generation"'],
  ['half power', landing({ power: 'half' }), '"power"'],
  ['no path', landing({ storagePath: '' }), '"storagePath"'],
  ['adapters in words', landing({ nics: 'one' }), 'nics are a list'],
  ['an adapter that the source has not', landing({ nics: [{ ...nic, source: 1 }] }), 'which has 1'],
  ['an adapter twice', landing({ nics: [nic, nic] }), 'stands twice'],
  ['an adapter of no network', landing({ nics: [{ ...nic, network: '' }] }), '"network"'],
  ['a VLAN that there cannot be', landing({ nics: [{ ...nic, vlan: 5_000 }] }), '"vlan"'],
  ['an address of a sort', landing({ nics: [{ ...nic, address: '10.0.0.5' }] }), '"address"'],
  [
    'an address out of range',
    landing({ nics: [{ ...nic, address: { ip: '10.0.0.500', prefix: 24, gateway: null, dns: [] } }] }),
    '"address"',
  ],
  ['a disk that the source has not', landing({ disks: [{ source: 4, storagePath: null }] }), 'which has 1'],
  ['a disk nowhere', landing({ disks: [{ source: 0, storagePath: 7 }] }), '"storagePath"'],
  ['a window in words', hop({ window: 'tonight' }), 'A window is'],
  ['a window that closes first', hop({ window: { ...ahead, closesAt: NOW } }), 'opens before'],
  [
    'a window that has passed',
    hop({ window: { ...ahead, opensAt: 1, abortAt: 2, closesAt: 3 } }),
    'past its latest abort',
  ],
  ['settings in words', hop({ settings: 'fast' }), '"settings"'],
  ['a setting that is a list', hop({ settings: { a: [] } }), '"settings"'],
])('%s is refused', (_, edit, says) => {
  expect(refuseEdit(edit, at())).toContain(says);
});

test.each<[string, object]>([
  ['a new window', hop({ window: ahead })],
  ['any time', hop({ window: null })],
  ['a size', landing({ cpus: 8, memoryMb: 16_384 })],
  [
    'a network and an address',
    landing({
      nics: [
        {
          ...nic,
          network: 'dmz',
          vlan: null,
          address: { ip: '10.1.0.5', prefix: 24, gateway: '10.1.0.1', dns: ['10.1.0.2'] },
        },
      ],
    }),
  ],
  ['a setting', hop({ settings: { recreateFailed: true } }, 2)],
  [
    'both hops',
    {
      hops: [
        { n: 1, window: null },
        { n: 2, landing: { cpus: 4 } },
      ],
    },
  ],
  ['another group', { hops: [], group: 'web' }],
])('%s is taken', (_, edit) => {
  expect(refuseEdit(edit, at())).toBeNull();
});

test('a hop whose cut-over has begun is refused by its number, and what may be edited is named', () => {
  expect(refuseEdit(hop({ window: null }), at({ editable: [2] }))).toContain(
    'hop 1 has begun. What may be edited: hop 2',
  );
});

test('before the source was read its adapters are not counted', () => {
  expect(refuseEdit(landing({ nics: [{ ...nic, source: 3 }] }), at({ source: null }))).toBeNull();
});

test('an adopted replication that was given its size before is not ours to make anew', () => {
  const adopted = { ...newHopRecord(2), kind: 'switch' as const, protecting: true, itemAdopted: true };
  const hops = [newHopRecord(1), adopted];
  expect(refuseEdit(hop({ landing: { cpus: 8 } }, 2), at({ hops }))).toContain('Change it in azure-migrate@m');
  expect(refuseEdit(hop({ window: null }, 2), at({ hops }))).toBeNull();
});

test('only what the mover was told at protect is protected anew', () => {
  const record = { ...newHopRecord(2), kind: 'switch' as const, protecting: true };
  expect(changesProtected(second, record, { n: 2, landing: { cpus: 8 } })).toBe(true);
  expect(changesProtected(second, record, { n: 2, landing: { cpus: second.landing.cpus } })).toBe(false);
  expect(changesProtected(second, record, { n: 2, landing: { power: 'off' } })).toBe(false);
  expect(changesProtected(second, { ...record, protecting: false }, { n: 2, landing: { cpus: 8 } })).toBe(false);
  expect(changesProtected(second, { ...record, fixesAtProtect: false }, { n: 2, landing: { cpus: 8 } })).toBe(false);
});

test('what an edit does not name stays', () => {
  expect(withEdit(first, { n: 1, landing: { cpus: 8 } })).toEqual({ ...first, landing: { ...first.landing, cpus: 8 } });
  expect(withEdit({ ...first, window: ahead }, { n: 1, window: null }).window).toBeNull();
  expect(withEdit({ ...first, settings: { a: 1 } }, { n: 1, settings: { b: 2 } }).settings).toEqual({ a: 1, b: 2 });
});

test('a predecessor whose restart was taken away runs still, and one that was asked to stop may not', () => {
  const held = { ...newHopRecord(1), fence: 'begun' as const };
  expect(hasBegun({ ...held, kind: 'switch' })).toBe(false);
  expect(hasBegun({ ...held, kind: 'restore' })).toBe(true);
  expect(hasBegun({ ...held, kind: 'switch', cutOver: 'begun' })).toBe(true);
});

test.each([
  ['a window while it is copied', { hops: [{ n: 1, window: null }] }, 'Seeding', null],
  ['a window at its gate', { hops: [{ n: 1, window: null }] }, 'AwaitingCutover', 'gate'],
  ['another group at its gate', { hops: [], group: 'web' }, 'AwaitingCutover', 'gate'],
  ['a landing while it is copied', { hops: [{ n: 1, landing: { cpus: 4 } }] }, 'Seeding', 'hop'],
  ['a landing at its gate', { hops: [{ n: 1, landing: { cpus: 4 } }] }, 'AwaitingCutover', 'hop'],
  ['a setting of a later hop', { hops: [{ n: 2, settings: { a: 1 } }] }, 'AwaitingCutover', null],
  ['a landing while the path is asked', { hops: [{ n: 2, landing: { cpus: 4 } }] }, 'Checking', 'hop'],
  ['a window while the path is asked', { hops: [{ n: 1, window: null }] }, 'Checking', null],
] as const)('for %s a journey goes back as far as it must', (_, edit, phase, back) => {
  expect(goesBack(edit, phase === 'Checking' ? null : 1, phase)).toBe(back);
});
