import type { LabNic } from '../../lab/estate/types.ts';
import { runGuestScript } from '../../lab/guests/run.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

let lab: Bench;
afterEach(() => lab.clear());

const NEW_MAC = '00:15:5d:00:00:01';
const encoded = (argument: unknown): string => Buffer.from(JSON.stringify(argument)).toString('base64');

const ask = (id: string, script: string, argument: unknown = {}): Record<string, unknown> => {
  const answer = runGuestScript(lab.estate, id, script, encoded(argument));
  if ('error' in answer) throw new Error(answer.error);
  const [, json = ''] = /^<<GUEST>>(.*)<<END>>$/.exec(answer.output) ?? [];
  return JSON.parse(json) as Record<string, unknown>;
};

const boot = (id: string): void => {
  lab.estate.vms.powerOn(id, 'test');
  lab.pass(60_000);
};

const nic = (wish: Partial<LabNic> = {}): LabNic => ({
  id: 'n1',
  name: 'Network Adapter',
  mac: NEW_MAC,
  network: 'vSwitch-Migration',
  vlan: 110,
  connected: true,
  ...wish,
});

const target = { ip: '10.10.210.21', prefix: 24, gateway: '10.10.210.1', dns: ['10.10.1.53'] };

test('inspect tells what the guest is', () => {
  lab = labBench(oneVm({ os: 'linux' }));
  expect(ask(lab.vm().id, 'inspect.sh')).toMatchObject({
    os: 'linux',
    hostname: 'web-01',
    services: ['nginx', 'ssh', 'cron'],
    nics: [{ mac: lab.vm().nics[0]?.mac, addresses: ['10.10.110.21/24'], gateway: '10.10.110.1', dhcp: false }],
    volumes: [{ mount: '/' }, { mount: '/data1' }],
    facts: { hvModules: true, sanPolicy: null },
  });
});

test('a guest that is not up does not answer', () => {
  lab = labBench(oneVm({ power: 'off' }));
  expect(runGuestScript(lab.estate, lab.vm().id, 'inspect.ps1', encoded({}))).toEqual({
    error: 'the guest does not answer',
    lost: true,
  });
});

test('an argument that is no JSON object is refused', () => {
  lab = labBench();
  expect(runGuestScript(lab.estate, lab.vm().id, 'inspect.ps1', 'bm8=')).toHaveProperty('error');
});

test('an adapter with the MAC the guest knows keeps its address', () => {
  lab = labBench();
  const { id } = lab.successor();
  boot(id);
  expect(lab.estate.vms.addressesOf(id)[0]?.ips).toEqual(['10.10.110.21']);
});

test('Windows asks for DHCP on a new adapter and keeps the old one as a ghost', () => {
  lab = labBench();
  const { id } = lab.successor({ nics: [nic()] });
  boot(id);
  expect(ask(id, 'inspect.ps1').nics).toEqual([expect.objectContaining({ mac: NEW_MAC, addresses: [], dhcp: true })]);
  expect(lab.estate.vms.guest(id).addresses).toHaveLength(2);
});

test('Linux leaves a new adapter without an address', () => {
  lab = labBench(oneVm({ os: 'linux' }));
  const { id } = lab.successor({ nics: [nic()] });
  boot(id);
  expect(ask(id, 'inspect.sh').nics).toEqual([expect.objectContaining({ addresses: [], dhcp: false })]);
});

test('a first-boot package travels with the boot disk and is applied once', () => {
  lab = labBench(oneVm({ os: 'linux' }));
  const mac = lab.vm().nics[0]?.mac;
  expect(ask(lab.vm().id, 'prepare.sh', { nics: [{ mac, index: 0, ...target }] }).placed).toHaveLength(1);
  const { id } = lab.successor({ nics: [nic()] });
  boot(id);
  expect(lab.estate.vms.addressesOf(id)[0]?.ips).toEqual(['10.10.210.21']);
  expect(lab.estate.vms.guest(id)).toMatchObject({ firstBoot: null, files: {} });
});

test('a source that starts again with the package on it keeps its own address', () => {
  lab = labBench();
  const { id, nics } = lab.vm();
  ask(id, 'prepare.ps1', { nics: [{ mac: nics[0]?.mac, index: 0, ...target }] });
  lab.estate.vms.powerOff(id, 'test');
  boot(id);
  expect(lab.estate.vms.addressesOf(id)[0]?.ips).toEqual(['10.10.110.21']);
});

test('readdress works now, on the adapters that exist, and survives a reboot', () => {
  lab = labBench();
  const { id } = lab.successor({ nics: [nic()] });
  boot(id);
  const wanted = [
    { mac: NEW_MAC, dhcp: false, ...target },
    { mac: '00:00:00:00:00:99', dhcp: true },
  ];
  expect(ask(id, 'readdress.ps1', { nics: wanted })).toEqual({ applied: [NEW_MAC] });
  lab.estate.vms.powerOff(id, 'test');
  boot(id);
  expect(lab.estate.vms.addressesOf(id)).toEqual([{ mac: NEW_MAC, ips: ['10.10.210.21'] }]);
  expect(lab.events('guest.addresses').at(-1)).toMatchObject({ vm: id, mac: NEW_MAC, ips: ['10.10.210.21'] });
});

const smoke = { kind: 'tcp', target: '10.10.9.9:443', expect: '' };

test('a guest on the network of its address reaches gateway, DNS and the world', () => {
  lab = labBench();
  expect(ask(lab.vm().id, 'check.ps1', { services: [], smoke })).toMatchObject({
    gatewayReachable: { '10.10.110.1': true },
    dnsReachable: { '10.10.1.53': true },
    smoke: { passed: true },
    secureChannel: true,
  });
});

test.each([
  ['unplugged', { connected: false, network: null }],
  ['on another switch', { network: 'vSwitch-Isolated' }],
  ['in another VLAN', { vlan: 999 }],
])('a guest that is %s reaches nothing', (_how, wiring) => {
  lab = labBench();
  const mac = lab.vm().nics[0]?.mac ?? '';
  const { id } = lab.successor({ nics: [nic({ mac, ...wiring })] });
  boot(id);
  expect(ask(id, 'check.ps1', { services: [], smoke })).toMatchObject({
    gatewayReachable: { '10.10.110.1': false },
    dnsReachable: { '10.10.1.53': false },
    smoke: { passed: false },
    secureChannel: false,
  });
});

test('DHCP hands out an address on a logical network that is not static', () => {
  lab = labBench();
  const { id } = lab.successor({
    platform: 'azure-local',
    nics: [nic({ network: 'lnet-dhcp-230', vlan: 230 })],
  });
  boot(id);
  expect(lab.estate.vms.addressesOf(id)[0]?.ips[0]).toMatch(/^10\.10\.230\./);
});

test('tidy removes the agents it names', () => {
  lab = labBench();
  const { id } = lab.vm();
  expect(ask(id, 'tidy.ps1', { agents: ['Nutanix Guest Tools', 'Other'] })).toEqual({
    removed: ['Nutanix Guest Tools'],
  });
  expect(lab.estate.vms.guest(id).agents).toEqual([]);
});
