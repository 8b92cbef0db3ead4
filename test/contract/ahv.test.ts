import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf } from '../../domain/facts.ts';
import type { NicWiring, VmDescription } from '../../domain/vm.ts';
import type { LabVm } from '../../lab/estate/types.ts';
import { type FirstHop, firstHop } from '../support/first-hop.ts';
import { type LabProcess, startLab } from '../support/lab-process.ts';
import { mishapOf } from '../support/mishap-of.ts';

/** The AHV driver and the lab's Prism Central, in the order of a night and its rollback. */

let lab: LabProcess;
let hop: FirstHop;
let facts: VmDescription;
let wiring: readonly NicWiring[];

beforeAll(async () => {
  lab = await startLab();
  hop = await firstHop(lab);
});
afterAll(() => lab.stop());

const source = async (): Promise<LabVm | undefined> => (await lab.vms('ahv')).find(({ id }) => id === hop.vm.id);
const tasks = async (operation: string): Promise<number> =>
  (await lab.rows<{ operation: string }>('prism/tasks')).filter((task) => task.operation === operation).length;
const shutDown = (graceMs = hop.plan.policies.graceMs, expectFacts = factsOf(facts)) =>
  hop.ahv('shutDown', { graceMs, expectFacts });

test('the preflight finds nothing that blocks, and changes nothing', async () => {
  const report = await hop.ahv('preflight').done();
  expect(report.findings.filter(({ severity }) => severity === 'block')).toEqual([]);
  expect(report.productVersion).toBe('pc.2024.3.1');
  expect(lab.events('call')).toEqual([]);
});

test('describe tells the machine as the lab has it', async () => {
  facts = await hop.ahv('describe').done();
  const vm = await source();
  expect(facts).toMatchObject({ power: 'on', os: 'windows', firmware: 'uefi', guestReachable: true });
  expect(facts.disks.map(({ bytes }) => bytes)).toEqual(vm?.disks.map(({ bytes }) => bytes));
  expect(facts.nics).toEqual([
    expect.objectContaining({ network: 'vlan-110-app', vlan: 110, connected: true, addresses: ['10.10.110.21'] }),
  ]);
});

test('a Prism Central that asks for patience gets it', async () => {
  await lab.arm({ kind: 'throttled', point: 'prism.get-vm', times: 2 });
  const asked = hop.ahv('describe');
  expect((await asked.done()).ref.id).toBe(hop.vm.id);
  expect(asked.said).toHaveLength(2);
});

test('a machine other than the approved one is not shut down', async () => {
  expect(await mishapOf(shutDown(60_000, 'f00f00f00f00f00f').done())).toBe('Drift');
  expect(lab.events('call')).toEqual([]);
});

test('a guest that does not go down within its grace is still on, and an operator is asked', async () => {
  await lab.arm({ kind: 'guestRefuses', point: 'shutdown.ahv', times: 2 });
  expect(await mishapOf(shutDown(1_000).done())).toBe('GuestRefused');
  expect((await source())?.power).toBe('on');
});

test('a shut-down whose answer is lost is not sent twice', async () => {
  const before = await tasks('GuestShutdownVm');
  await lab.arm({ kind: 'dropAnswer', point: 'prism.guest-shutdown' });
  const asked = shutDown();
  expect(await mishapOf(asked.once())).toBe('Unreachable');
  expect(await asked.done()).toMatchObject({ how: 'guest' });
  expect(await tasks('GuestShutdownVm')).toBe(before + 1);
  expect(lab.events('vm.power', { vm: hop.vm.id, to: 'off' })).toEqual([expect.objectContaining({ how: 'guest' })]);
});

test('isolate unplugs once although both of its answers are lost, and tells the wiring that was', async () => {
  await lab.arm({ kind: 'errorAfterEffect', point: 'prism.update-vm' });
  await lab.arm({ kind: 'dropAnswer', point: 'prism.update-nic' });
  const asked = hop.ahv('isolate', { extent: 'full' });
  ({ wiring } = await asked.done());
  expect(asked.said).toHaveLength(2);
  expect(wiring).toEqual([expect.objectContaining({ network: 'vlan-110-app', connected: true })]);
  expect((await source())?.nics.map(({ connected }) => connected)).toEqual([false]);
  expect(lab.events('vm.nic', { vm: hop.vm.id })).toHaveLength(1);
});

test('isolated once more, it still tells the wiring that was', async () => {
  expect((await hop.ahv('isolate', { extent: 'full' }).done()).wiring).toEqual(wiring);
});

test('rolled back, it has its network again', async () => {
  await lab.arm({ kind: 'dropAnswer', point: 'prism.update-nic' });
  await hop.ahv('connect', { wiring, autostart: null }).done();
  const vm = await source();
  expect(vm?.nics).toEqual([expect.objectContaining({ network: 'vlan-110-app', vlan: 110, connected: true })]);
  expect(vm?.note).toBe('');
});

test('rolled back, it starts once, although Prism dies while the task is under way', async () => {
  const since = lab.mark();
  await lab.arm({ kind: 'dropAnswer', point: 'prism.power-on' });
  const asked = hop.ahv('powerOn');
  expect(await mishapOf(asked.once())).toBe('Unreachable');
  await lab.restart();
  expect(await asked.done()).toMatchObject({ power: 'on' });
  expect(lab.events('vm.power', { vm: hop.vm.id }, since)).toEqual([expect.objectContaining({ to: 'on' })]);
  await lab.seen('guest.addresses', { vm: hop.vm.id }, since);
  expect(lab.events('guest.addresses', { vm: hop.vm.id }, since).at(-1)?.ips).toEqual(['10.10.110.21']);
});

test('a plug pulled with a lost answer is pulled once', async () => {
  const since = lab.mark();
  await lab.arm({ kind: 'errorAfterEffect', point: 'prism.power-off' });
  expect(await hop.ahv('forceOff').done()).toMatchObject({ how: expect.stringMatching(/forced|wasOff/) });
  expect(lab.events('vm.power', { vm: hop.vm.id }, since)).toEqual([
    expect.objectContaining({ to: 'off', how: 'forced' }),
  ]);
});

test('a source that this journey has not fenced is not deleted', async () => {
  expect(await mishapOf(hop.ahv('remove', { alive: [] }).done())).toBe('Unsafe');
  expect(await source()).toBeDefined();
});

test('a fenced source is deleted once with its disks, although the answer is lost', async () => {
  await hop.ahv('isolate', { extent: 'full' }).done();
  const file = (await source())?.disks[0]?.file ?? '';
  await lab.arm({ kind: 'dropAnswer', point: 'prism.delete-vm' });
  expect(await hop.ahv('remove', { alive: [] }).done()).toEqual({ removed: true });
  expect(lab.events('vm.removed', { vm: hop.vm.id })).toHaveLength(1);
  expect(existsSync(join(lab.dir, 'attic', `${file}.img`))).toBe(true);
  expect(await hop.ahv('remove', { alive: [] }).done()).toEqual({ removed: true });
});
