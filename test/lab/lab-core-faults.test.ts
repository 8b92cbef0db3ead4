import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../../lab/estate/types.ts';
import { type Bench, labBench } from '../support/lab-bench.ts';

let lab: Bench;
beforeEach(() => {
  lab = labBench();
});
afterEach(() => lab.clear());

const fault = (wish: Partial<Fault> = {}): Fault => ({
  id: 'f1',
  kind: 'refused',
  point: 'prism.power-off',
  times: 1,
  detail: {},
  ...wish,
});

test('a fault fires as often as it says, and that is logged', () => {
  const { faults } = lab.estate;
  faults.arm(fault({ times: 2 }));
  const kinds = [1, 2, 3].map(() => faults.at('prism.power-off')?.kind);
  expect(kinds).toEqual(['refused', 'refused', undefined]);
  expect(lab.events('fault.fired')).toHaveLength(2);
  expect(lab.events('fault.fired')[0]).toMatchObject({ fault: 'f1', faultKind: 'refused', point: 'prism.power-off' });
});

test('a point may have stars and a subject must fit', () => {
  const { faults } = lab.estate;
  faults.arm(fault({ point: 'veeam.Start-*', subject: 'web-*' }));
  expect(faults.at('veeam.Stop-VBRJob', 'web-01')).toBeUndefined();
  expect(faults.at('veeam.Start-VBRJob', 'db-01')).toBeUndefined();
  expect(faults.at('veeam.Start-VBRJob', 'web-01')).toBeDefined();
});

test('a VM can be named by its name where a product asks with its id', () => {
  lab.estate.faults.arm(fault({ subject: 'web-01' }));
  expect(lab.estate.faults.at('prism.power-off', lab.vm().id)).toBeDefined();
});

test('what has fired does not fire again after the lab was opened again', () => {
  writeFileSync(join(lab.dir, 'faults.json'), JSON.stringify([fault()]));
  lab.reopen();
  expect(lab.estate.faults.at('prism.power-off')).toBeDefined();
  lab.reopen();
  expect(lab.estate.faults.at('prism.power-off')).toBeUndefined();
});

test('a refusal that undoes its transaction has still used up the fault', () => {
  lab.estate.faults.arm(fault());
  const refuse = (): void => {
    lab.estate.table('test', 't').put('key', 1);
    if (lab.estate.faults.at('prism.power-off')) throw new Error('refused');
  };
  expect(() => lab.estate.together(refuse)).toThrow('refused');
  expect(lab.estate.table('test', 't').get('key')).toBeUndefined();
  expect(lab.events('fault.fired')).toHaveLength(1);
  expect(() => lab.estate.together(refuse)).not.toThrow();
});

test('a fault that waits for an event fires only after it', () => {
  const { faults } = lab.estate;
  faults.arm(fault({ detail: { after: 'mount.ready' } }));
  expect(faults.at('prism.power-off')).toBeUndefined();
  lab.estate.log('mount.ready', { origin: lab.vm().id });
  expect(faults.at('prism.power-off')).toBeDefined();
});

test('an admin powers a source on some time after it went off', () => {
  const { id } = lab.vm();
  lab.estate.faults.arm(
    fault({ kind: 'sourcePoweredOn', point: 'admin.power-on', subject: 'web-01', detail: { afterMs: 5000 } }),
  );
  lab.estate.vms.powerOff(id, 'test');
  lab.pass(1000);
  expect(lab.vm().power).toBe('off');
  lab.pass(5000);
  expect(lab.events('vm.power').at(-1)).toMatchObject({ vm: id, to: 'on', by: 'admin' });
});

test('noBoot keeps one boot from ever coming up', () => {
  const { id } = lab.successor();
  lab.estate.faults.arm(fault({ kind: 'noBoot', point: 'boot.hyper-v' }));
  lab.estate.vms.powerOn(id, 'test');
  lab.pass(600_000);
  expect(lab.estate.vms.get(id)).toMatchObject({ power: 'on', guestUpSince: null });
});

test('wrongAddress makes a guest come up with another address', () => {
  const { id } = lab.successor();
  lab.estate.faults.arm(fault({ kind: 'wrongAddress', point: 'address.*', detail: { ip: '10.10.110.99' } }));
  lab.estate.vms.powerOn(id, 'test');
  lab.pass(60_000);
  expect(lab.estate.vms.addressesOf(id)[0]?.ips).toEqual(['10.10.110.99']);
});

test('guestRefuses makes one shutdown come to nothing', () => {
  lab.estate.faults.arm(fault({ kind: 'guestRefuses', point: 'shutdown.ahv' }));
  lab.estate.vms.requestShutdown(lab.vm().id, 'test', 'acpi');
  lab.pass(60_000);
  expect(lab.vm().power).toBe('on');
  lab.estate.vms.requestShutdown(lab.vm().id, 'test', 'acpi');
  lab.pass(60_000);
  expect(lab.vm().power).toBe('off');
});

test('a fault that lets calls by first counts them over a restart', () => {
  lab.estate.faults.arm(fault({ detail: { skip: 2 } }));
  expect(lab.estate.faults.at('prism.power-off')).toBeUndefined();
  lab.reopen();
  expect(lab.estate.faults.at('prism.power-off')).toBeUndefined();
  expect(lab.estate.faults.at('prism.power-off')?.kind).toBe('refused');
});
