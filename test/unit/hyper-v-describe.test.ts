import { error, type FakeVm, file, GIGABYTE, nic, order, ROOT, VM_ID } from './hyper-v-fixtures.ts';
import { fakeHost } from './hyper-v-host.ts';
import { bothDrives, classOf, landed, ours, platformOf, serving } from './hyper-v-scenarios.ts';

const describeVm = (one: FakeVm) => platformOf(fakeHost([one])).describe(order('describe'));

test('tells hardware, disks, adapters and who keeps what, in the words of the contract', async () => {
  expect(
    await describeVm({ ...serving(), firmware: { SecureBoot: 'On', SecureBootTemplate: 'MicrosoftWindows' } }),
  ).toEqual({
    ref: { id: VM_ID, name: 'web-01' },
    power: 'on',
    os: 'linux',
    firmware: 'uefi',
    generation: 2,
    secureBoot: true,
    cpus: 4,
    memoryMb: 8192,
    autostart: true,
    guestReachable: true,
    note: ours(),
    obstacles: [],
    disks: [
      { id: 'SCSI:0:0', bytes: 10 * GIGABYTE, boot: true, path: `${ROOT}\\${VM_ID}\\disk-0.vhdx` },
      { id: 'SCSI:0:1', bytes: 20 * GIGABYTE, boot: false, path: `${ROOT}\\${VM_ID}\\disk-1.vhdx` },
    ],
    nics: [
      {
        id: `Microsoft:${VM_ID}\\nic-0`,
        mac: '50:6b:8d:00:00:00',
        network: 'Production',
        vlan: 10,
        connected: true,
        addresses: ['10.0.0.5'],
      },
      {
        id: `Microsoft:${VM_ID}\\nic-1`,
        mac: '50:6b:8d:00:00:01',
        network: 'Storage',
        vlan: null,
        connected: true,
        addresses: [],
      },
    ],
  });
});

test('the boot disk is the first by controller and place, however they are listed', async () => {
  const [first, second] = bothDrives();
  const drives = [
    { ...second, ControllerType: 'SCSI' },
    { ...first, ControllerType: 'IDE' },
  ];
  expect((await describeVm({ ...landed(), Generation: 1, drives })).disks.map(({ id, boot }) => [id, boot])).toEqual([
    ['IDE:0:0', true],
    ['SCSI:0:1', false],
  ]);
});

test.each([
  ['Off', 'off'],
  ['OffCritical', 'off'],
  ['Running', 'on'],
  ['RunningCritical', 'on'],
  ['Saved', 'other'],
  ['Paused', 'other'],
  ['Stopping', 'other'],
])('a VM that is %s is %s', async (State, power) => {
  expect((await describeVm({ ...landed(), State })).power).toBe(power);
});

test.each([
  ['OkApplicationsUnknown', true],
  ['OkApplicationsHealthy', true],
  ['OkApplicationsCritical', true],
  ['NoContact', false],
  ['LostCommunication', false],
  [null, false],
])('with the heartbeat %s the guest is reachable: %s', async (Heartbeat, reachable) => {
  expect((await describeVm({ ...serving(), Heartbeat })).guestReachable).toBe(reachable);
});

test('what stands in the way of a move is named', async () => {
  const host = fakeHost([
    {
      ...landed(),
      checkpoints: [{ Name: 'before the update' }],
      OperationalStatus: ['Ok', 'MergingDisks'],
      nics: [nic(VM_ID, 0, { VlanSetting: { OperationMode: 'Trunk', AccessVlanId: 0 } })],
      drives: [
        ...landed().drives,
        { Path: 'Disk 2 1.00 GB Bus 0 Lun 0', ControllerType: 'SCSI', ControllerNumber: 0, ControllerLocation: 2 },
      ],
    },
  ]);
  host.files.set(
    `${ROOT}\\${VM_ID}\\disk-0.vhdx`,
    file(GIGABYTE, { VhdType: 'Differencing', ParentPath: 'X:\\p.vhdx' }),
  );
  host.files.set(`${ROOT}\\${VM_ID}\\disk-1.vhdx`, file(GIGABYTE, { LogicalSectorSize: 4096 }));
  host.refuse = (call) => (call.id === 'vhds' ? error('NotSpecified', 'OperationFailed,GetVHD') : null);
  expect(await classOf(platformOf(host).describe(order('describe')))).toBe('Vendor');
  host.refuse = () => null;
  host.files.set('Disk 2 1.00 GB Bus 0 Lun 0', file(0));
  expect((await platformOf(host).describe(order('describe'))).obstacles).toEqual([
    'checkpoint before the update',
    'pass-through disk at SCSI:0:2',
    `differencing disk at SCSI:0:0: ${ROOT}\\${VM_ID}\\disk-0.vhdx`,
    '4K sectors at SCSI:0:1',
    'adapter Network Adapter 0 is in Trunk mode',
    'busy: MergingDisks',
  ]);
});

test('a VM the host does not have is missing, in any language', async () => {
  expect(await classOf(platformOf(fakeHost([])).describe(order('describe')))).toBe('Missing');
});

test('a VM without disks or adapters is described', async () => {
  expect(await describeVm({ ...landed(), drives: [], nics: [] })).toMatchObject({ disks: [], nics: [] });
});
