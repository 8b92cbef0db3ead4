import type { Scenario } from '../../lab/estate/scenario.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

const MINUTE = 60_000;

let lab: Bench;
const bench = (scenario?: Scenario): Bench => {
  lab = labBench(scenario);
  return lab;
};
afterEach(() => lab.clear());

const boot = (id: string): void => {
  lab.estate.vms.powerOn(id, 'test');
  lab.pass(MINUTE);
};
const isUp = (id: string): boolean => lab.estate.vms.get(id)?.guestUpSince != null;

test('a VM that runs when the lab begins is up and shows its address', () => {
  const { estate, vm } = bench();
  expect(estate.vms.addressesOf(vm().id)).toEqual([{ mac: vm().nics[0]?.mac, ips: ['10.10.110.21'] }]);
});

test('a boot takes its time', () => {
  const { estate, pass, successor } = bench();
  const { id } = successor();
  estate.vms.powerOn(id, 'test');
  pass(1000);
  expect(isUp(id)).toBe(false);
  pass(MINUTE);
  expect(isUp(id)).toBe(true);
});

test('Linux without hv modules boots on AHV and never on Hyper-V', () => {
  const { estate, vm, successor } = bench(oneVm({ speed: 1, os: 'linux', behaviour: { noHyperVDrivers: true } }));
  const { id } = successor();
  boot(id);
  estate.vms.powerOff(vm().id, 'test');
  boot(vm().id);
  expect([isUp(id), isUp(vm().id)]).toEqual([false, true]);
});

test('a UEFI guest does not boot in generation 1', () => {
  const { id } = bench().successor({ generation: 1 });
  boot(id);
  expect(isUp(id)).toBe(false);
});

test('Linux needs another secure boot template than that of a new generation 2 VM', () => {
  const { estate, successor } = bench(oneVm({ speed: 1, os: 'linux' }));
  const { id } = successor({ secureBoot: true });
  boot(id);
  expect(isUp(id)).toBe(false);
  estate.vms.powerOff(id, 'test');
  estate.vms.change(id, 'test', (vm) => {
    vm.extra['hyperV.secureBootTemplate'] = 'MicrosoftUEFICertificateAuthority';
  });
  boot(id);
  expect(isUp(id)).toBe(true);
});

test('a guest that hangs on its first boot elsewhere comes up after a power cycle, once and for all', () => {
  const { estate, successor } = bench(oneVm({ speed: 1, behaviour: { firstBootHangs: true } }));
  const { id } = successor();
  boot(id);
  expect(isUp(id)).toBe(false);
  estate.vms.powerOff(id, 'test');
  boot(id);
  expect(isUp(id)).toBe(true);
  estate.vms.powerOff(id, 'test');
  boot(id);
  expect(isUp(id)).toBe(true);
});

test('a VM without disks has nothing to boot', () => {
  const { id } = bench().successor({ disks: [] });
  boot(id);
  expect(isUp(id)).toBe(false);
});

test('a graceful shutdown takes its time and tells the last number written', () => {
  const { estate, vm, pass, events } = bench();
  estate.vms.requestShutdown(vm().id, 'test', 'acpi');
  pass(1000);
  expect(vm().power).toBe('on');
  pass(MINUTE);
  expect(vm().power).toBe('off');
  expect(events('vm.power').at(-1)).toMatchObject({ to: 'off', how: 'acpi', by: 'test', lastSeq: 2 });
});

test('a guest that refuses to shut down stays on until its plug is pulled', () => {
  const { estate, vm, pass, events } = bench(oneVm({ speed: 1, behaviour: { refusesShutdown: true } }));
  estate.vms.requestShutdown(vm().id, 'test', 'guest');
  pass(10 * MINUTE);
  expect(vm().power).toBe('on');
  estate.vms.powerOff(vm().id, 'test');
  expect(events('vm.power').at(-1)).toMatchObject({ to: 'off', how: 'forced' });
});

test('a shutdown that was asked for ends after the lab was opened again', () => {
  const { estate, vm, pass, reopen } = bench();
  estate.vms.requestShutdown(vm().id, 'test', 'acpi');
  reopen();
  pass(MINUTE);
  expect(vm().power).toBe('off');
});

test('a rebooted host crashes what it runs and starts again only what has autostart', () => {
  const { estate, pass, events, successor } = bench();
  const kept = successor({ autostart: true });
  const left = successor();
  boot(kept.id);
  boot(left.id);
  estate.faults.arm({ id: 'f', kind: 'reboot', point: 'host.hyper-v', times: 1, detail: {} });
  pass(100);
  expect([kept.id, left.id].map(isUp)).toEqual([false, false]);
  expect(events('vm.power').at(-1)).toMatchObject({ to: 'off', how: 'crash' });
  pass(2 * MINUTE);
  pass(MINUTE);
  expect([kept.id, left.id].map(isUp)).toEqual([true, false]);
});

test('what a change does to adapters, size and autostart is in the event log', () => {
  const { estate, vm, events } = bench();
  const before = events().length;
  estate.vms.change(vm().id, 'test', (it) => {
    it.cpus = 8;
    it.autostart = true;
    for (const nic of it.nics) nic.connected = false;
  });
  const kinds = events()
    .slice(before)
    .map((event) => event.kind);
  expect(kinds).toEqual(['vm.nic', 'vm.autostart', 'vm.reshaped', 'guest.addresses']);
  expect(estate.vms.addressesOf(vm().id)).toEqual([]);
});

test('power is not changed by an edit', () => {
  const { estate, vm } = bench();
  estate.vms.change(vm().id, 'test', (it) => {
    it.power = 'off';
  });
  expect(vm().power).toBe('on');
});
