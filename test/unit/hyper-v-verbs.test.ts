import type { Platform } from '../../activities/contracts/platform.ts';
import type { CheckReport, PreflightReport } from '../../activities/contracts/reports.ts';
import { hyperVPlatform } from '../../activities/hyper-v/index.ts';
import type { Landing } from '../../domain/landing.ts';
import {
  error,
  type FakeHost,
  type FakeVm,
  fakeHost,
  file,
  GIGABYTE,
  instance,
  JOURNEY,
  landing,
  landingNic,
  nic,
  OTHER_ID,
  order,
  predecessor,
  ROOT,
  ref,
  to,
  tokenFor,
  VM_ID,
  vm,
} from './hyper-v-host.ts';
import {
  arrived,
  landed,
  neighbour,
  ours,
  platformOf,
  plugged,
  running,
  serving,
  wiring,
} from './hyper-v-scenarios.ts';

const classOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'returned',
    (thrown: unknown) => (thrown instanceof Error ? Reflect.get(thrown, 'type') : thrown),
  );

const changesOf = (host: FakeHost): readonly string[] =>
  host.lists
    .flat()
    .filter(({ cmdlet }) => !/^(Get|Test)-/.test(cmdlet))
    .map(({ cmdlet }) => cmdlet);

describe('describe', () => {
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
    const [first, second] = landed().drives;
    const drives = [
      { ...second!, ControllerType: 'SCSI' },
      { ...first!, ControllerType: 'IDE' },
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
});

describe('powerOn', () => {
  test('starts a VM that is off and tells that it is on', async () => {
    const host = fakeHost([landed()]);
    expect((await platformOf(host).powerOn(order('powerOn'))).power).toBe('on');
    expect(changesOf(host)).toEqual(['Start-VM']);
  });

  test('leaves a VM that runs alone', async () => {
    const host = fakeHost([serving()]);
    await platformOf(host).powerOn(order('powerOn'));
    expect(changesOf(host)).toEqual([]);
  });

  test.each([
    ['Saved', 'Refused'],
    ['Stopping', 'NotFinished'],
    ['Starting', 'NotFinished'],
  ])('of a VM that is %s: %s', async (State, expected) => {
    const host = fakeHost([{ ...landed(), State }]);
    expect(await classOf(platformOf(host).powerOn(order('powerOn')))).toBe(expected);
    expect(changesOf(host)).toEqual([]);
  });

  test('waits while disks are merged', async () => {
    expect(
      await classOf(
        platformOf(fakeHost([{ ...landed(), OperationalStatus: ['MergingDisks'] }])).powerOn(order('powerOn')),
      ),
    ).toBe('NotFinished');
  });

  test('a host without memory refuses', async () => {
    const host = fakeHost([landed()]);
    host.refuse = ({ id }) =>
      id === 'start'
        ? error('NotSpecified', 'OperationFailed,Microsoft.HyperV.PowerShell.Commands.StartVM', 'zu wenig (0x8007000E)')
        : null;
    expect(await classOf(platformOf(host).powerOn(order('powerOn')))).toBe('Refused');
  });

  test('forgets an earlier shutdown, so that the next one asks anew', async () => {
    const host = fakeHost([
      { ...landed(), Notes: ours({ asked: { token: tokenFor('shutDown'), at: 1, taken: true } }) },
    ]);
    await platformOf(host).powerOn(order('powerOn'));
    expect(host.only().Notes).not.toContain('asked');
  });
});

describe('isolate', () => {
  const isolate = (host: FakeHost, extent: 'full' | 'autostart' = 'full') =>
    platformOf(host).isolate({ ...order('isolate'), extent });

  test('unplugs every adapter, keeps the host from starting it, and tells what was there', async () => {
    const host = fakeHost([serving()]);
    const found = await isolate(host);
    expect(found).toMatchObject({ wiring, autostart: true });
    expect(host.only().nics.map(({ SwitchName }) => SwitchName)).toEqual([null, null]);
    expect(host.only().AutomaticStartAction).toBe('Nothing');
    expect(found.description.nics.every(({ connected }) => !connected)).toBe(true);
  });

  test('of an isolated VM tells the wiring and start action it had before, and changes nothing', async () => {
    const host = fakeHost([serving()]);
    const first = await isolate(host);
    host.lists.splice(0);
    const second = await isolate(host);
    expect([second.wiring, second.autostart]).toEqual([first.wiring, first.autostart]);
    expect(changesOf(host)).toEqual([]);
  });

  test('of a VM isolated by half tells the whole wiring', async () => {
    const host = fakeHost([serving()]);
    host.diesAfter = 3;
    expect(await classOf(isolate(host))).toBe('Unreachable');
    expect(host.only().nics.filter(({ SwitchName }) => SwitchName === null)).toHaveLength(1);
    expect((await isolate(host)).wiring).toEqual(wiring);
  });

  test('an adapter plugged in by hand since then tells what it is plugged into now', async () => {
    const host = fakeHost([serving()]);
    await isolate(host);
    host.only().nics[1]!.SwitchName = 'Production';
    expect((await isolate(host)).wiring[1]).toMatchObject({ network: 'Production', connected: true });
  });

  test('only its start action, when that is asked: it goes on serving', async () => {
    const host = fakeHost([serving()]);
    expect((await isolate(host, 'autostart')).autostart).toBe(true);
    expect(host.only().nics.map(({ SwitchName }) => SwitchName)).toEqual(['Production', 'Storage']);
    expect((await isolate(host)).autostart).toBe(true);
  });

  test('a VM that nobody isolated and that is unplugged tells that it is', async () => {
    expect((await isolate(fakeHost([landed()]))).wiring.map(({ connected }) => connected)).toEqual([false, false]);
  });

  test('wiring noted by another journey is not ours to give back', async () => {
    const Notes = ours({ wiring }).replaceAll(JOURNEY, 'another-journey');
    expect((await isolate(fakeHost([{ ...landed(), Notes }]))).wiring.map(({ network }) => network)).toEqual([
      null,
      null,
    ]);
  });

  test('the Notes of the customer stay, whatever an earlier line of ours held', async () => {
    const host = fakeHost([{ ...serving(), Notes: `before\n[${tokenFor('reshape')} {broken]\nafter` }]);
    await isolate(host);
    expect(host.only().Notes).toMatch(/^before\nafter\n\[tranship:/);
  });
});

describe('connect', () => {
  const connect = (host: FakeHost, more: Partial<Parameters<Platform['connect']>[0]> = {}) =>
    platformOf(host).connect({ ...order('connect'), wiring, autostart: true, ...more });

  test('plugs each adapter into its switch and VLAN, and reads back', async () => {
    const host = fakeHost([landed()]);
    const description = await connect(host);
    expect(description.nics.map(({ network, vlan, connected }) => [network, vlan, connected])).toEqual([
      ['Production', 10, true],
      ['Storage', null, true],
    ]);
    expect(description.autostart).toBe(true);
  });

  test('sets the VLAN before it plugs', async () => {
    const host = fakeHost([landed()]);
    await connect(host, { wiring: wiring.slice(0, 1), autostart: null });
    expect(changesOf(host)).toEqual(['Set-VMNetworkAdapterVlan', 'Connect-VMNetworkAdapter']);
  });

  test('names each adapter by its id', async () => {
    const host = fakeHost([landed()]);
    await connect(host);
    const references = host.lists.flat().flatMap(({ parameters }) => parameters.VMNetworkAdapter ?? []);
    expect(references.length).toBeGreaterThan(0);
    expect(references.every((reference) => JSON.stringify(reference).includes('"where":{"Id":"Microsoft:'))).toBe(true);
  });

  test('twice changes nothing the second time', async () => {
    const host = fakeHost([landed()]);
    await connect(host);
    host.lists.splice(0);
    await connect(host);
    expect(changesOf(host)).toEqual([]);
  });

  test('gives back the start action isolation found', async () => {
    const host = fakeHost([{ ...serving(), AutomaticStartAction: 'Start' }]);
    const { wiring: found, autostart } = await platformOf(host).isolate({ ...order('isolate'), extent: 'full' });
    await connect(host, { wiring: found, autostart });
    expect(host.only().AutomaticStartAction).toBe('Start');
    expect(host.only().Notes).not.toContain('wiring');
  });

  test('leaves a trunk a trunk', async () => {
    const trunk = { OperationMode: 'Trunk', AccessVlanId: 0 };
    const host = fakeHost([{ ...serving(), nics: [nic(VM_ID, 0, { SwitchName: 'Production', VlanSetting: trunk })] }]);
    const { wiring: found } = await platformOf(host).isolate({ ...order('isolate'), extent: 'full' });
    await connect(host, { wiring: found, autostart: null });
    expect(host.only().nics[0]).toMatchObject({ SwitchName: 'Production', VlanSetting: trunk });
  });

  test('an adapter that is gone is missing', async () => {
    expect(await classOf(connect(fakeHost([{ ...landed(), nics: [] }])))).toBe('Missing');
  });

  test('a switch that is not there is told before anything is plugged', async () => {
    const host = fakeHost([landed()]);
    host.switches.splice(0, 1);
    expect(await classOf(connect(host))).toBe('Configuration');
    expect(changesOf(host)).toEqual([]);
  });
});

describe('reshape', () => {
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
    expect(host.only().nics.every(({ DynamicMacAddressEnabled }) => !DynamicMacAddressEnabled)).toBe(true);
  });

  test('the wiring names the adapters there are, with the landing’s networks, for connect to plug', async () => {
    const host = fakeHost([arrived()]);
    const { wiring: made } = await reshape(host);
    expect(made.map(({ network, vlan, connected }) => [network, vlan, connected])).toEqual([
      ['Production', 10, true],
      ['Storage', null, true],
    ]);
    expect(made.map(({ id }) => id)).toEqual(host.only().nics.map(({ Id }) => Id));
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
    expect(host.only().nics).toEqual([nic(VM_ID, 0)]);
  });

  test('stamps the token, and notes what health and hop 2 will ask, after the customer’s text', async () => {
    const host = fakeHost([{ ...arrived(), Notes: 'theirs' }]);
    await reshape(host);
    expect(host.only().Notes).toBe(
      `theirs\n[${tokenFor('reshape')} ${JSON.stringify({ os: 'linux', disks: [10 * GIGABYTE, 20 * GIGABYTE] })}]`,
    );
  });

  test('forgets the wiring that came along from the predecessor’s own Notes', async () => {
    const host = fakeHost([{ ...arrived(), Notes: ours({ wiring, start: 'Start' }) }]);
    await reshape(host);
    expect(host.only().Notes).not.toContain('wiring');
  });

  test.each([
    ['linux', 'MicrosoftUEFICertificateAuthority'],
    ['windows', 'MicrosoftWindows'],
  ] as const)('keeps Secure Boot for %s with the template it boots with', async (os, template) => {
    const host = fakeHost([{ ...arrived(), firmware: { SecureBoot: 'Off', SecureBootTemplate: 'MicrosoftWindows' } }]);
    await reshape(host, {}, predecessor({ os, secureBoot: true }));
    expect(host.only().firmware).toEqual({ SecureBoot: 'On', SecureBootTemplate: template });
  });

  test('leaves the firmware of generation 1 alone', async () => {
    const host = fakeHost([{ ...arrived(), Generation: 1 }]);
    await reshape(host, { generation: 1 });
    expect(changesOf(host)).not.toContain('Set-VMFirmware');
  });

  test.each<[string, string, () => FakeHost, Partial<Landing>]>([
    ['a VM that runs', 'Refused', () => fakeHost([{ ...arrived(), ...running }]), {}],
    ['a generation that cannot be changed', 'Configuration', () => fakeHost([arrived()]), { generation: 1 }],
    [
      'an adapter its predecessor did not have',
      'Configuration',
      () => fakeHost([arrived()]),
      { nics: [landingNic(2)] },
    ],
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
});

describe('health', () => {
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
    ['is on the wrong VLAN', 'V1-02', { nics: [plugged()[1]!, nic(VM_ID, 0, { SwitchName: 'Production' })] }],
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
    expect(await classOf(health(fakeHost([{ ...serving(), Uptime: null, Heartbeat: 'NoContact' }])))).toBe(
      'NotFinished',
    );
  });

  test('waits while disks are merged', async () => {
    expect(await classOf(health(fakeHost([{ ...serving(), OperationalStatus: ['MergingDisks'] }])))).toBe(
      'NotFinished',
    );
  });

  test('a service interface that is off by default is worth a word, no more', async () => {
    const report = await health(fakeHost([{ ...serving(), services: serving().services.slice(0, 3) }]));
    expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([['V1-18', 'info']]);
    expect(report.passed).toContain('V1-18');
  });
});

describe('remove', () => {
  const remove = (host: FakeHost, more: object = {}) =>
    platformOf(host).remove({ ...order('remove'), journey: JOURNEY, alive: [], ...more });

  test('removes the VM and its files, and nobody else’s', async () => {
    const host = fakeHost([landed(), neighbour()]);
    expect(await remove(host)).toEqual({ removed: true });
    expect([...host.vms.keys()]).toEqual([OTHER_ID]);
    expect([...host.files.keys()]).toEqual(neighbour().drives.map(({ Path }) => Path));
  });

  test('gone already is done', async () => {
    const host = fakeHost([neighbour()]);
    expect(await remove(host)).toEqual({ removed: true });
    expect(changesOf(host)).toEqual([]);
  });

  test('a host that cannot be asked does not count as gone', async () => {
    const host = fakeHost([landed()]);
    host.refuse = ({ id }) => (id === 'vm' ? error('ResourceUnavailable', 'Any') : null);
    expect(await classOf(remove(host))).toBe('Unreachable');
  });

  const child = (): FakeHost => {
    const host = fakeHost([landed()]);
    host.files.set(
      `${ROOT}\\${VM_ID}\\disk-1.vhdx`,
      file(GIGABYTE, { VhdType: 'Differencing', ParentPath: 'X:\\mount.vhdx' }),
    );
    return host;
  };

  test.each<[string, string, () => FakeHost, object]>([
    ['a VM without a token', 'Unsafe', () => fakeHost([{ ...landed(), Notes: 'theirs' }]), {}],
    ['a VM of another journey', 'Unsafe', () => fakeHost([landed()]), { journey: 'another' }],
    [
      'a VM whose customer wrote our token in the middle of a line',
      'Unsafe',
      () => fakeHost([{ ...landed(), Notes: `see ${tokenFor('reshape')}` }]),
      {},
    ],
    ['a VM that lives on', 'Unsafe', () => fakeHost([landed()]), { alive: [{ id: VM_ID.toUpperCase(), name: 'x' }] }],
    ['a VM that runs', 'Refused', () => fakeHost([serving()]), {}],
    ['a VM that is saved', 'Refused', () => fakeHost([{ ...landed(), State: 'Saved' }]), {}],
    ['a VM with a checkpoint', 'Refused', () => fakeHost([{ ...landed(), checkpoints: [{ Name: 'mount' }] }]), {}],
    ['a VM that is served from a mount', 'Refused', child, {}],
    [
      'a disk outside the folders of staged VMs',
      'Unsafe',
      () => fakeHost([{ ...landed(), drives: [{ ...landed().drives[0]!, Path: 'D:\\production\\disk.vhdx' }] }]),
      {},
    ],
    [
      'a disk that climbs out of them',
      'Unsafe',
      () => fakeHost([{ ...landed(), drives: [{ ...landed().drives[0]!, Path: `${ROOT}\\..\\..\\disk.vhdx` }] }]),
      {},
    ],
    [
      'a folder whose name only begins the same',
      'Unsafe',
      () => fakeHost([{ ...landed(), drives: [{ ...landed().drives[0]!, Path: `${ROOT}0\\disk.vhdx` }] }]),
      {},
    ],
    [
      'a physical disk',
      'Unsafe',
      () => fakeHost([{ ...landed(), drives: [{ ...landed().drives[0]!, Path: 'Disk 2' }] }]),
      {},
    ],
    ['a disk that another VM uses', 'Unsafe', () => fakeHost([landed(), neighbour({ drives: landed().drives })]), {}],
  ])('%s: %s, and nothing is removed', async (_, expected, make, more) => {
    const host = make();
    const before = [[...host.vms.keys()], [...host.files.keys()]];
    expect(await classOf(remove(host, more))).toBe(expected);
    expect([[...host.vms.keys()], [...host.files.keys()]]).toEqual(before);
    expect(changesOf(host)).toEqual([]);
  });

  test('a file that cannot be deleted leaves the VM there, so that the next attempt still knows it', async () => {
    const host = fakeHost([landed()]);
    host.refuse = ({ id }) =>
      id === 'delete 1'
        ? error(
            'WriteError',
            'RemoveFileSystemItemIOError,Microsoft.PowerShell.Commands.RemoveItemCommand',
            '0x80070020',
          )
        : null;
    expect(await classOf(remove(host))).toBe('NotFinished');
    expect(host.vms.has(VM_ID)).toBe(true);
    host.refuse = () => null;
    expect(await remove(host)).toEqual({ removed: true });
    expect(host.files.size).toBe(0);
  });

  test('the files go before the VM that tells which they are', async () => {
    const host = fakeHost([landed()]);
    await remove(host);
    expect(changesOf(host)).toEqual(['Remove-Item', 'Remove-Item', 'Remove-VM']);
  });
});

describe('preflight', () => {
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
        host.switches[0]!.SwitchType = 'Private';
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
});
