import type { LabVm } from '../../lab/estate/types.ts';
import { oneVm } from '../../lab/scenarios/one.ts';
import { type ArmBench, armBench, inside, minutes } from './lab-arm-bench.ts';

let lab: ArmBench;
beforeEach(async () => {
  lab = await armBench();
});
afterEach(() => lab.stop());

const ready = async (wish: Partial<LabVm> = {}): Promise<LabVm> => {
  const vm = lab.staged(wish);
  await lab.prepare();
  return vm;
};

test('a staged VM is listed by discovery only some minutes after it stands', async () => {
  const vm = lab.staged();
  const machines = async (): Promise<unknown> =>
    inside((await lab.arm('GET', `${lab.names.sourceSite}/machines`)).body, 'value');
  expect(await machines()).toEqual([]);
  lab.pass(minutes(5));
  lab.pass(minutes(5));
  expect(await machines()).toEqual([expect.objectContaining({ name: vm.id })]);
});

test('discovery shows a stale power state until its next pass', async () => {
  const vm = await ready();
  const machine = async (): Promise<unknown> =>
    inside((await lab.arm('GET', `${lab.names.sourceSite}/machines/${vm.id}`)).body, 'properties.powerStatus');
  lab.estate.vms.powerOff(vm.id, 'test');
  expect(await machine()).toBe('Running');
  lab.pass(minutes(5));
  expect(await machine()).toBe('PowerOff');
});

test('machines come in pages', async () => {
  const vm = lab.staged();
  for (let n = 0; n < 30; n += 1) {
    const id = `10000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`;
    lab.estate.vms.create({ ...vm, id, power: 'off', disks: [], nics: [] }, 'test');
  }
  lab.pass(minutes(5));
  lab.pass(minutes(5));
  const first = await lab.arm('GET', `${lab.names.sourceSite}/machines`);
  const next = String(inside(first.body, 'nextLink')).replace(/^https:\/\/[^/]+/, '');
  const second = await lab.raw('GET', next, { authorization: `Bearer ${lab.token()}` });
  expect([inside(first.body, 'value.length'), inside(second.body, 'value.length')]).toEqual([25, 6]);
  expect(inside(second.body, 'nextLink')).toBeUndefined();
});

test('a VM on a cluster that is not a role of it is not highly available', async () => {
  const vm = await ready({ extra: {} });
  const machine = await lab.arm('GET', `${lab.names.sourceSite}/machines/${vm.id}`);
  expect(inside(machine.body, 'properties.highAvailability')).toBe('No');
});

test('a standalone host shows itself and no cluster', async () => {
  const scenario = oneVm({ speed: 1 });
  await lab.stop();
  lab = await armBench({ ...scenario, hyperV: { ...scenario.hyperV, clustered: false } });
  const vm = await ready();
  const { body } = await lab.arm('GET', `${lab.names.sourceSite}/machines/${vm.id}`);
  expect(inside(body, 'properties')).toMatchObject({ clusterId: null, highAvailability: 'No' });
  const host = await lab.arm('GET', String(inside(body, 'properties.hostId')));
  expect(inside(host.body, 'properties.runAsAccountId')).toBe(lab.names.runAsAccount);
});

test('the system is unknown until integration services have answered once', async () => {
  const vm = lab.successor();
  lab.pass(minutes(5));
  lab.pass(minutes(5));
  const system = async (): Promise<unknown> =>
    inside(
      (await lab.arm('GET', `${lab.names.sourceSite}/machines/${vm.id}`)).body,
      'properties.operatingSystemDetails',
    );
  expect(await system()).toMatchObject({ osType: 'otherguestfamily', osName: null });
  lab.estate.vms.powerOn(vm.id, 'test');
  lab.pass(minutes(1));
  lab.pass(minutes(5));
  expect(await system()).toMatchObject({ osType: 'windowsguest', osName: vm.guest.osName });
});
