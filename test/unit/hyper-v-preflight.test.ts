import type { PreflightReport } from '../../activities/contracts/reports.ts';
import type { Landing } from '../../domain/landing.ts';
import {
  error,
  type FakeVm,
  file,
  GIGABYTE,
  JOURNEY,
  landing,
  nic,
  ROOT,
  ref,
  to,
  tokenFor,
  VM_ID,
  vm,
} from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { changesOf, classOf, landed, neighbour, ours, platformOf, serving } from './hyper-v-scenarios.ts';

const target = (host: FakeHost, more: Partial<Landing> = {}, bytesNeeded = 30 * GIGABYTE): Promise<PreflightReport> =>
  platformOf(host).preflight({
    to,
    token: tokenFor('preflight'),
    role: 'target',
    vm: null,
    landing: landing(more),
    bytesNeeded,
    journey: JOURNEY,
  });
const source = (host: FakeHost): Promise<PreflightReport> =>
  platformOf(host).preflight({
    to,
    token: tokenFor('preflight'),
    role: 'source',
    vm: ref,
    landing: null,
    bytesNeeded: 0,
    journey: JOURNEY,
  });
const idsOf = ({ findings }: PreflightReport): readonly string[] =>
  findings.map(({ id, severity }) => `${id} ${severity}`);

test('a good host has nothing to say, and changes nothing', async () => {
  const host = fakeHost([neighbour()]);
  expect(await target(host)).toEqual({
    productVersion: 'Microsoft Windows Server 2025 Datacenter, Hyper-V module 2.0.0.0',
    agentVersion: '1.2.3',
    findings: [],
  });
  expect(changesOf(host)).toEqual([]);
});

test.each<[string, readonly string[], (host: FakeHost) => void, Partial<Landing>?, number?]>([
  [
    'an old Windows',
    ['PF-301 block'],
    (host) => {
      host.os.BuildNumber = '17763';
    },
  ],
  [
    'the last Windows but one',
    ['PF-301 info'],
    (host) => {
      host.os.BuildNumber = '20348';
    },
  ],
  [
    'a Windows that does not say which',
    ['PF-301 info'],
    (host) => {
      host.refuse = ({ id }) => (id === 'os' ? error('ObjectNotFound', 'CommandNotFoundException') : null);
    },
  ],
  [
    'a small host',
    ['PF-302 warn'],
    (host) => {
      host.host.LogicalProcessorCount = 6;
    },
  ],
  ['too little memory', ['PF-302 block'], () => undefined, { memoryMb: 125 * 1024 }],
  ['too few processors', ['PF-302 block'], () => undefined, { cpus: 33 }],
  [
    'a folder that is not for staged VMs',
    ['PF-303 block', 'PF-303 warn', 'PF-309 block'],
    () => undefined,
    { storagePath: 'C:\\Replicas' },
  ],
  [
    'a disk that shall go elsewhere',
    ['PF-303 block'],
    () => undefined,
    { disks: [{ source: 0, storagePath: 'E:\\x' }] },
  ],
  [
    'a volume that is not there',
    ['PF-303 block'],
    (host) => {
      host.shared.splice(0);
      host.drives.splice(0);
    },
  ],
  ['too little room', ['PF-304 block'], () => undefined, {}, 2900 * GIGABYTE],
  ['little room left', ['PF-304 warn'], () => undefined, {}, 2500 * GIGABYTE],
  [
    'no such switch',
    ['PF-306 block'],
    (host) => {
      host.switches.pop();
    },
  ],
  [
    'a switch that leads nowhere',
    ['PF-306 warn'],
    (host) => {
      Object.assign(host.switches[0] ?? {}, { SwitchType: 'Private' });
    },
  ],
  [
    'a name that is taken',
    ['PF-216 block'],
    (host) => {
      host.vms.set('x', vm({ Id: 'x', Name: 'Web-01' }));
    },
  ],
  [
    'a leftover of ours',
    ['PF-313 block'],
    (host) => {
      host.vms.set('x', vm({ Id: 'x', Name: 'old', Notes: ours() }));
    },
  ],
])('%s: %j', async (_, expected, spoil, more = {}, bytes = 30 * GIGABYTE) => {
  const host = fakeHost([neighbour()]);
  spoil(host);
  expect(idsOf(await target(host, more, bytes))).toEqual(expected);
});

test('a host that stands alone is warned that hop 2 is unproven from it', async () => {
  const host = fakeHost([neighbour()]);
  host.clusterError = error('ObjectNotFound', 'CommandNotFoundException,Get-Command');
  host.drives.splice(0, 1, { DriveLetter: 'C', Size: 4000 * GIGABYTE, SizeRemaining: 3000 * GIGABYTE });
  expect(idsOf(await target(host))).toEqual(['PF-309 warn']);
});

test('the VM that landed already is neither its own leftover nor its own namesake', async () => {
  const report = await platformOf(fakeHost([landed()])).preflight({
    to,
    token: tokenFor('preflight'),
    role: 'target',
    vm: ref,
    landing: landing(),
    bytesNeeded: 0,
    journey: JOURNEY,
  });
  expect(report.findings).toEqual([]);
  expect(report.description?.ref.id).toBe(VM_ID);
});

test.each<[string, readonly string[], Partial<FakeVm>]>([
  ['is well', [], { IsClustered: true }],
  ['has a checkpoint', ['PF-214 warn'], { IsClustered: true, checkpoints: [{ Name: 'c' }] }],
  ['boots securely', ['PF-208 warn'], { IsClustered: true, firmware: { SecureBoot: 'On', SecureBootTemplate: '' } }],
  ['is not highly available', ['PF-309 block'], {}],
  [
    'has a trunk',
    ['PF-306 warn'],
    { IsClustered: true, nics: [nic(VM_ID, 0, { VlanSetting: { OperationMode: 'Trunk', AccessVlanId: 0 } })] },
  ],
])('a source that %s: %j', async (_, expected, more) => {
  expect(idsOf(await source(fakeHost([{ ...serving(), ...more }])))).toEqual(expected);
});

test('a source with a boot disk that generation 1 cannot boot from is blocked', async () => {
  const host = fakeHost([{ ...serving(), Generation: 1, IsClustered: true }]);
  host.files.set(`${ROOT}\\${VM_ID}\\disk-0.vhdx`, file(3000 * GIGABYTE));
  expect(idsOf(await source(host))).toEqual(['PF-210 block']);
});

test('a source that is gone is missing', async () => {
  expect(await classOf(source(fakeHost([neighbour()])))).toBe('Missing');
});
