import type { CheckReport } from '../../activities/contracts/reports.ts';
import { hyperVPlatform } from '../../activities/hyper-v/index.ts';
import {
  type FakeVm,
  file,
  GIGABYTE,
  instance,
  landing,
  nic,
  OTHER_ID,
  order,
  ROOT,
  VM_ID,
} from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { classOf, neighbour, ours, platformOf, plugged, serving, storagePlug } from './hyper-v-scenarios.ts';

const health = (host: FakeHost): Promise<CheckReport> =>
  platformOf(host).health({ ...order('health'), landing: landing(), hop: 1 });
const blocked = (report: CheckReport): readonly string[] => [
  ...new Set(report.findings.filter(({ severity }) => severity === 'block').map(({ id }) => id)),
];

test('a VM that is well passes all the host can see', async () => {
  expect(await health(fakeHost([serving(), neighbour()]))).toEqual({
    passed: ['V1-01', 'V1-02', 'V1-15', 'V1-17', 'V1-18', 'V1-20'],
    findings: [],
  });
});

test.each<[string, string, Partial<FakeVm>]>([
  ['is off', 'V1-01', { State: 'Off', Uptime: null, Heartbeat: null }],
  ['is paused', 'V1-01', { State: 'Paused' }],
  ['runs without a heartbeat', 'V1-01', { Heartbeat: 'NoContact' }],
  ['has another size', 'V1-02', { ProcessorCount: 2 }],
  ['has other memory', 'V1-02', { memory: { Startup: 4 * GIGABYTE, DynamicMemoryEnabled: false } }],
  ['has dynamic memory', 'V1-02', { memory: { Startup: 8 * GIGABYTE, DynamicMemoryEnabled: true } }],
  ['has another name', 'V1-02', { Name: 'web-01_replica' }],
  ['has an adapter too many', 'V1-02', { nics: [...plugged(), nic(VM_ID, 3)] }],
  ['is on the wrong VLAN', 'V1-02', { nics: [...storagePlug(), nic(VM_ID, 0, { SwitchName: 'Production' })] }],
  ['is unplugged', 'V1-02', { nics: [nic(VM_ID, 0), nic(VM_ID, 1)] }],
  ['lacks a disk', 'V1-15', { drives: serving().drives.slice(0, 1) }],
  ['has a smaller disk', 'V1-15', { Notes: ours({ disks: [10 * GIGABYTE, 21 * GIGABYTE] }) }],
  ['has a checkpoint', 'V1-17', { checkpoints: [{ Name: 'left' }] }],
  ['cannot be shut down by its host', 'V1-18', { services: serving().services.filter((_, n) => n !== 1) }],
])('a VM that %s is blocked by %s', async (_, id, more) => {
  expect(blocked(await health(fakeHost([{ ...serving(), ...more }])))).toEqual([id]);
});

test.each<[string, Parameters<typeof file>[1]]>([
  ['a differencing disk', { VhdType: 'Differencing' }],
  ['a parent', { ParentPath: 'X:\\p.vhdx' }],
  ['the old format', { VhdFormat: 'VHD' }],
])('%s blocks by V1-17', async (_, more) => {
  const host = fakeHost([serving()]);
  host.files.set(`${ROOT}\\${VM_ID}\\disk-0.vhdx`, file(10 * GIGABYTE, more));
  expect(blocked(await health(host))).toEqual(['V1-17']);
});

test('a plugged-in neighbour with the same MAC blocks, an unplugged one does not', async () => {
  const twin = (SwitchName: string | null) => neighbour({ nics: [nic(OTHER_ID, 0, { SwitchName })] });
  expect(blocked(await health(fakeHost([serving(), twin('Production')])))).toEqual(['V1-20']);
  expect(blocked(await health(fakeHost([serving(), twin(null)])))).toEqual([]);
});

test.each([['OkApplicationsUnknown'], ['NoContact']])(
  'with the heartbeat %s nothing is judged before five minutes',
  async (Heartbeat) => {
    expect(await classOf(health(fakeHost([{ ...serving(), Heartbeat, Uptime: { TotalSeconds: 299 } }])))).toBe(
      'NotFinished',
    );
    expect(await classOf(health(fakeHost([{ ...serving(), Heartbeat, Uptime: { TotalSeconds: 300 } }])))).toBe(
      'returned',
    );
  },
);

test('five minutes is what is usual, not what is fixed', async () => {
  const host = fakeHost([{ ...serving(), Uptime: { TotalSeconds: 5 } }]);
  const platform = (steadyMs?: number) =>
    hyperVPlatform({ instance, run: host.run, ...(steadyMs === undefined ? {} : { steadyMs }) });
  expect(await classOf(platform().health({ ...order('health'), landing: landing(), hop: 1 }))).toBe('NotFinished');
  expect(await classOf(platform(5_000).health({ ...order('health'), landing: landing(), hop: 1 }))).toBe('returned');
});

test('without an uptime the heartbeat decides', async () => {
  expect(await classOf(health(fakeHost([{ ...serving(), Uptime: null }])))).toBe('returned');
  expect(await classOf(health(fakeHost([{ ...serving(), Uptime: null, Heartbeat: 'NoContact' }])))).toBe('NotFinished');
});

test('waits while disks are merged', async () => {
  expect(await classOf(health(fakeHost([{ ...serving(), OperationalStatus: ['MergingDisks'] }])))).toBe('NotFinished');
});

test('a service interface that is off by default is worth a word, no more', async () => {
  const report = await health(fakeHost([{ ...serving(), services: serving().services.slice(0, 3) }]));
  expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([['V1-18', 'info']]);
  expect(report.passed).toContain('V1-18');
});

test('disks are not passed where the Notes do not tell what the predecessor had', async () => {
  const report = await health(fakeHost([{ ...serving(), Notes: '' }]));
  expect(report.passed).not.toContain('V1-15');
  expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([['V1-15', 'warn']]);
});
