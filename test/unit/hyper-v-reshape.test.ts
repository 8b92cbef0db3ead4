import type { Landing } from '../../domain/landing.ts';
import { GIGABYTE, landing, landingNic, nic, order, predecessor, tokenFor, VM_ID } from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { arrived, changesOf, classOf, neighbour, ours, platformOf, running, wiring } from './hyper-v-scenarios.ts';

const reshape = (host: FakeHost, more: Partial<Landing> = {}, of = predecessor()) =>
  platformOf(host).reshape({ ...order('reshape'), landing: landing(more), predecessor: of });

test('a VM as a mover leaves it becomes what its landing says, unplugged and never started by the host', async () => {
  const host = fakeHost([{ ...arrived(), AutomaticStartAction: 'StartIfRunning' }]);
  const shaped = await reshape(host);
  expect(shaped.description).toMatchObject({
    ref: { id: VM_ID, name: 'web-01' },
    cpus: 4,
    memoryMb: 8192,
    autostart: false,
    secureBoot: false,
    power: 'off',
  });
  expect(shaped.macs).toEqual(['50:6b:8d:00:00:00', '50:6b:8d:00:00:01']);
  expect(shaped.description.nics.map(({ mac, connected }) => [mac, connected])).toEqual([
    ['50:6b:8d:00:00:00', false],
    ['50:6b:8d:00:00:01', false],
  ]);
  expect(host.oneVm().nics.every(({ DynamicMacAddressEnabled }) => !DynamicMacAddressEnabled)).toBe(true);
});

test('the wiring names the adapters there are, with the landing’s networks, for connect to plug', async () => {
  const host = fakeHost([arrived()]);
  const { wiring: made } = await reshape(host);
  expect(made.map(({ network, vlan, connected }) => [network, vlan, connected])).toEqual([
    ['Production', 10, true],
    ['Storage', null, true],
  ]);
  expect(made.map(({ id }) => id)).toEqual(host.oneVm().nics.map(({ Id }) => Id));
  await expect(
    platformOf(host).connect({ ...order('connect'), wiring: made, autostart: false }),
  ).resolves.toBeDefined();
});

test('adapters follow the landing, not the order of the predecessor', async () => {
  const { macs } = await reshape(fakeHost([arrived()]), { nics: [landingNic(1), landingNic(0)] });
  expect(macs).toEqual(['50:6b:8d:00:00:01', '50:6b:8d:00:00:00']);
});

test('twice changes nothing the second time', async () => {
  const host = fakeHost([arrived()]);
  const first = await reshape(host);
  host.lists.splice(0);
  expect(await reshape(host)).toEqual(first);
  expect(changesOf(host)).toEqual([]);
});

test('keeps an adapter that has the right MAC, fixes it, and unplugs it', async () => {
  const host = fakeHost([
    { ...arrived(), nics: [nic(VM_ID, 0, { DynamicMacAddressEnabled: true, SwitchName: 'Production' })] },
  ]);
  await reshape(host, { nics: [landingNic(0)] });
  expect(host.oneVm().nics).toEqual([nic(VM_ID, 0)]);
});

test('stamps the token, and notes what health and hop 2 will ask, after the customer’s text', async () => {
  const host = fakeHost([{ ...arrived(), Notes: 'theirs' }]);
  await reshape(host);
  expect(host.oneVm().Notes).toBe(
    `theirs\n[${tokenFor('reshape')} ${JSON.stringify({ os: 'linux', disks: [10 * GIGABYTE, 20 * GIGABYTE] })}]`,
  );
});

test('forgets the wiring that came along from the predecessor’s own Notes', async () => {
  const host = fakeHost([{ ...arrived(), Notes: ours({ wiring, start: 'Start' }) }]);
  await reshape(host);
  expect(host.oneVm().Notes).not.toContain('wiring');
});

test.each([
  ['linux', 'MicrosoftUEFICertificateAuthority'],
  ['windows', 'MicrosoftWindows'],
] as const)('keeps Secure Boot for %s with the template it boots with', async (os, template) => {
  const host = fakeHost([{ ...arrived(), firmware: { SecureBoot: 'Off', SecureBootTemplate: 'MicrosoftWindows' } }]);
  await reshape(host, {}, predecessor({ os, secureBoot: true }));
  expect(host.oneVm().firmware).toEqual({ SecureBoot: 'On', SecureBootTemplate: template });
});

test('leaves the firmware of generation 1 alone', async () => {
  const host = fakeHost([{ ...arrived(), Generation: 1 }]);
  await reshape(host, { generation: 1 });
  expect(changesOf(host)).not.toContain('Set-VMFirmware');
});

test.each<[string, string, () => FakeHost, Partial<Landing>]>([
  ['a VM that runs', 'Refused', () => fakeHost([{ ...arrived(), ...running }]), {}],
  ['a generation that cannot be changed', 'Configuration', () => fakeHost([arrived()]), { generation: 1 }],
  ['an adapter its predecessor did not have', 'Configuration', () => fakeHost([arrived()]), { nics: [landingNic(2)] }],
  [
    'a disk its predecessor did not have',
    'Configuration',
    () => fakeHost([arrived()]),
    { disks: [{ source: 2, storagePath: null }] },
  ],
  ['the same adapter twice', 'Configuration', () => fakeHost([arrived()]), { nics: [landingNic(0), landingNic(0)] }],
  ['a name that another VM has', 'Conflict', () => fakeHost([arrived(), neighbour({ Name: 'WEB-01' })]), {}],
])('%s is %s, and nothing is changed', async (_, expected, make, more) => {
  const host = make();
  expect(await classOf(reshape(host, more))).toBe(expected);
  expect(changesOf(host)).toEqual([]);
});

test('waits while Hyper-V is at work on the VM', async () => {
  expect(await classOf(reshape(fakeHost([{ ...arrived(), OperationalStatus: ['DeletingSnapshot'] }])))).toBe(
    'NotFinished',
  );
});
