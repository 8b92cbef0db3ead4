import { checkScenario } from '../../lab/estate/seed.ts';
import { withDns } from '../../lab/scenarios/dns.ts';
import { eightVms } from '../../lab/scenarios/eight.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

let lab: Bench | undefined;
afterEach(() => {
  lab?.clear();
  lab = undefined;
});

test('the eight VMs are in two groups and hold every hard case once', () => {
  const { vms } = eightVms();
  const names = vms.map((vm) => vm.name);
  expect(new Set(vms.map((vm) => vm.expected.group)).size).toBe(2);
  expect(names.length - new Set(names).size).toBe(1);
  for (const isHard of [
    (vm: (typeof vms)[number]) => vm.os === 'linux',
    (vm: (typeof vms)[number]) => vm.power === 'off',
    (vm: (typeof vms)[number]) => vm.nics.length > 1,
    (vm: (typeof vms)[number]) => vm.behaviour.refusesShutdown === true,
    (vm: (typeof vms)[number]) => vm.behaviour.firstBootHangs === true,
  ]) {
    expect(vms.filter(isHard)).toHaveLength(1);
  }
});

test('no two of them share a landing name or an address', () => {
  const { vms } = eightVms();
  for (const place of ['staging', 'target'] as const) {
    const names = vms.map((vm) => vm.expected[place].name);
    const ips = vms.flatMap((vm) => vm.expected[place].nics.map((nic, n) => nic.ip ?? vm.nics[n]?.ip));
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(ips).size).toBe(ips.length);
  }
});

test('the lab begins with every VM of the scenario on AHV, on or off as it says', () => {
  lab = labBench(eightVms());
  const found = lab.estate.vms.list('ahv', 'ntnx-a').map((vm) => [vm.id, vm.power]);
  expect(found).toEqual(eightVms().vms.map((vm) => [vm.uuid, vm.power]));
});

test('a scenario is the same every time it is made', () => {
  expect(oneVm({ os: 'linux' })).toEqual(oneVm({ os: 'linux' }));
});

test('a scenario with one MAC twice is refused', () => {
  const [vm] = oneVm().vms;
  if (!vm) throw new Error('the scenario has a VM');
  expect(() => checkScenario({ ...oneVm(), vms: [vm, { ...vm, uuid: 'another' }] })).toThrow('same MAC');
});

test('a scenario whose names are in a zone nobody serves is refused', () => {
  const named = withDns(oneVm());
  const { dns, ...without } = named;
  expect(dns?.zone).toBe('lab.example');
  expect(() => checkScenario(named)).not.toThrow();
  expect(() => checkScenario(without)).toThrow('no DNS server');
});
