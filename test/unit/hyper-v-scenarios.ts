import type { Platform } from '../../activities/contracts/platform.ts';
import { hyperVPlatform } from '../../activities/hyper-v/index.ts';
import { factsOf } from '../../domain/facts.ts';
import type { NicWiring } from '../../domain/vm.ts';
import {
  type FakeVm,
  file,
  GIGABYTE,
  instance,
  JOURNEY,
  landing,
  nic,
  OTHER_ID,
  order,
  predecessor,
  ROOT,
  to,
  tokenFor,
  VM_ID,
  vm,
} from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';

/** One verb on one host. Together they give every call of the driver a reason to be made. */
export interface Scenario {
  readonly name: string;
  readonly verb: keyof Platform;
  readonly host: () => FakeHost;
  readonly act: (platform: Platform) => Promise<unknown>;
}

export const platformOf = (host: FakeHost): Platform =>
  hyperVPlatform({ instance, run: host.run, now: () => host.time, steadyMs: 300_000, agentVersion: '1.2.3' });

export const running = { State: 'Running', Heartbeat: 'OkApplicationsHealthy', Uptime: { TotalSeconds: 900 } };

export const ours = (more: object = {}): string =>
  `Ask Anna before you touch this.\n[${tokenFor('reshape')} ${JSON.stringify({ os: 'linux', disks: [10 * GIGABYTE, 20 * GIGABYTE], ...more })}]`;

export const plugged = () => [
  nic(VM_ID, 0, {
    SwitchName: 'Production',
    VlanSetting: { OperationMode: 'Access', AccessVlanId: 10 },
    IPAddresses: ['10.0.0.5'],
  }),
  nic(VM_ID, 1, { SwitchName: 'Storage' }),
];

/** As a mover leaves it. */
export const arrived = () =>
  vm({
    nics: [nic(VM_ID, 7, { MacAddress: '00155D000007', DynamicMacAddressEnabled: true })],
    firmware: { SecureBoot: 'On', SecureBootTemplate: 'MicrosoftWindows' },
  });
/** As reshape leaves it. */
export const landed = () =>
  vm({
    Name: 'web-01',
    ProcessorCount: 4,
    memory: { Startup: 8 * GIGABYTE, DynamicMemoryEnabled: false },
    nics: [nic(VM_ID, 0), nic(VM_ID, 1)],
    Notes: ours(),
  });
/** As it serves production. */
export const serving = () => ({ ...landed(), ...running, nics: plugged(), AutomaticStartAction: 'StartIfRunning' });

export const neighbour = (more: object = {}) =>
  vm({
    Id: OTHER_ID,
    Name: 'db-01',
    Notes: 'theirs',
    nics: [nic(OTHER_ID, 5, { SwitchName: 'Production' })],
    ...running,
    ...more,
  });

export const wiring: readonly NicWiring[] = [
  { id: nic(VM_ID, 0).Id, mac: '50:6b:8d:00:00:00', network: 'Production', vlan: 10, connected: true },
  { id: nic(VM_ID, 1).Id, mac: '50:6b:8d:00:00:01', network: 'Storage', vlan: null, connected: true },
];

export const expectedFacts = async (host: FakeHost): Promise<string> =>
  factsOf(await platformOf(host).describe(order('describe')));

const shutDownOf = (facts: FakeHost) => async (platform: Platform) =>
  platform.shutDown({ ...order('shutDown'), graceMs: 600_000, expectFacts: await expectedFacts(facts) });

const asked = (taken: boolean, agoMs: number): string =>
  ours({ asked: { token: tokenFor('shutDown'), at: fakeHost().time - agoMs, taken } });

const preflightOrder = { to, token: tokenFor('preflight'), journey: JOURNEY, vm: null, bytesNeeded: 30 * GIGABYTE };

export const scenarios: readonly Scenario[] = [
  {
    name: 'a source',
    verb: 'preflight',
    host: () => fakeHost([serving(), neighbour()]),
    act: (p) => p.preflight({ ...preflightOrder, role: 'source', vm: order('x').vm, landing: null, bytesNeeded: 0 }),
  },
  {
    name: 'a landing on a host where everything is wrong',
    verb: 'preflight',
    host: () => {
      const host = fakeHost([
        neighbour({ Name: 'web-01', memory: { Startup: 127 * GIGABYTE, DynamicMemoryEnabled: false } }),
        vm({ Id: 'left', Notes: ours() }),
      ]);
      host.switches.splice(0);
      Object.assign(host.os, { BuildNumber: '17763' });
      Object.assign(host.host, { LogicalProcessorCount: 2 });
      return host;
    },
    act: (p) =>
      p.preflight({
        ...preflightOrder,
        role: 'target',
        landing: landing({ storagePath: 'C:\\Replicas' }),
        bytesNeeded: 5000 * GIGABYTE,
      }),
  },
  {
    name: 'a landing where all is well',
    verb: 'preflight',
    host: () => fakeHost([neighbour()]),
    act: (p) => p.preflight({ ...preflightOrder, role: 'target', landing: landing() }),
  },
  {
    name: 'a VM in production',
    verb: 'describe',
    host: () =>
      fakeHost([
        {
          ...serving(),
          checkpoints: [{ Name: 'before' }],
          firmware: { SecureBoot: 'On', SecureBootTemplate: 'MicrosoftWindows' },
        },
      ]),
    act: (p) => p.describe(order('describe')),
  },
  {
    name: 'a guest that obeys',
    verb: 'shutDown',
    host: () => fakeHost([serving()]),
    act: shutDownOf(fakeHost([serving()])),
  },
  {
    name: 'a guest that takes its time',
    verb: 'shutDown',
    host: () => fakeHost([{ ...serving(), guest: 'ignores' }]),
    act: shutDownOf(fakeHost([serving()])),
  },
  {
    name: 'a guest that was asked and refuses',
    verb: 'shutDown',
    host: () => fakeHost([{ ...serving(), guest: 'ignores', Notes: asked(true, 600_000) }]),
    act: shutDownOf(fakeHost([serving()])),
  },
  {
    name: 'a guest that cannot be asked',
    verb: 'shutDown',
    host: () => fakeHost([{ ...serving(), guest: 'deaf' }]),
    act: shutDownOf(fakeHost([serving()])),
  },
  {
    name: 'a guest that hangs',
    verb: 'forceOff',
    host: () => fakeHost([{ ...serving(), guest: 'ignores' }]),
    act: (p) => p.forceOff(order('forceOff')),
  },
  {
    name: 'a VM that is off',
    verb: 'powerOn',
    host: () => fakeHost([landed()]),
    act: (p) => p.powerOn(order('powerOn')),
  },
  {
    name: 'a VM that we had shut down',
    verb: 'powerOn',
    host: () => fakeHost([{ ...landed(), Notes: asked(true, 5) }]),
    act: (p) => p.powerOn(order('powerOn')),
  },
  {
    name: 'a VM in production',
    verb: 'isolate',
    host: () => fakeHost([serving()]),
    act: (p) => p.isolate({ ...order('isolate'), extent: 'full' }),
  },
  {
    name: 'only its start action',
    verb: 'isolate',
    host: () => fakeHost([serving()]),
    act: (p) => p.isolate({ ...order('isolate'), extent: 'autostart' }),
  },
  {
    name: 'a VM that landed',
    verb: 'connect',
    host: () =>
      fakeHost([
        {
          ...landed(),
          nics: [nic(VM_ID, 0), nic(VM_ID, 1, { VlanSetting: { OperationMode: 'Access', AccessVlanId: 99 } })],
        },
      ]),
    act: (p) => p.connect({ ...order('connect'), wiring, autostart: true }),
  },
  {
    name: 'a VM that comes back after isolation',
    verb: 'connect',
    host: () => fakeHost([{ ...landed(), Notes: ours({ start: 'Start', wiring }) }]),
    act: (p) => p.connect({ ...order('connect'), wiring, autostart: true }),
  },
  {
    name: 'an adapter that shall stay unplugged',
    verb: 'connect',
    host: () => fakeHost([serving()]),
    act: (p) =>
      p.connect({ ...order('connect'), wiring: wiring.map((one) => ({ ...one, connected: false })), autostart: null }),
  },
  {
    name: 'a switch that is gone',
    verb: 'connect',
    host: () => {
      const host = fakeHost([landed()]);
      host.switches.splice(0);
      return host;
    },
    act: (p) => p.connect({ ...order('connect'), wiring, autostart: null }),
  },
  {
    name: 'a VM as a mover leaves it',
    verb: 'reshape',
    host: () =>
      fakeHost([
        {
          ...arrived(),
          AutomaticStartAction: 'Start',
          nics: [...arrived().nics, nic(VM_ID, 0, { SwitchName: 'Production', DynamicMacAddressEnabled: true })],
        },
      ]),
    act: (p) => p.reshape({ ...order('reshape'), landing: landing(), predecessor: predecessor() }),
  },
  {
    name: 'a VM that shall keep Secure Boot',
    verb: 'reshape',
    host: () => fakeHost([arrived()]),
    act: (p) => p.reshape({ ...order('reshape'), landing: landing(), predecessor: predecessor({ secureBoot: true }) }),
  },
  {
    name: 'a name that is taken',
    verb: 'reshape',
    host: () => fakeHost([arrived(), neighbour({ Name: 'web-01' })]),
    act: (p) => p.reshape({ ...order('reshape'), landing: landing(), predecessor: predecessor() }),
  },
  {
    name: 'a VM that is well',
    verb: 'health',
    host: () => fakeHost([serving(), neighbour()]),
    act: (p) => p.health({ ...order('health'), landing: landing(), hop: 1 }),
  },
  {
    name: 'a VM that is sick',
    verb: 'health',
    host: () => {
      const host = fakeHost([
        { ...serving(), checkpoints: [{ Name: 'left' }], services: [], nics: [nic(VM_ID, 0)] },
        neighbour({ nics: [nic(OTHER_ID, 0, { SwitchName: 'Production' })] }),
      ]);
      host.files.set(`${ROOT}\\${VM_ID}\\disk-1.vhdx`, file(GIGABYTE));
      return host;
    },
    act: (p) => p.health({ ...order('health'), landing: landing(), hop: 1 }),
  },
  {
    name: 'a staged VM',
    verb: 'remove',
    host: () => fakeHost([landed(), neighbour()]),
    act: (p) => p.remove({ ...order('remove'), journey: JOURNEY, alive: [] }),
  },
  {
    name: 'a staged VM with a role in the cluster',
    verb: 'remove',
    host: () => {
      const host = fakeHost([{ ...landed(), IsClustered: true }]);
      host.groups.add(VM_ID);
      return host;
    },
    act: (p) => p.remove({ ...order('remove'), journey: JOURNEY, alive: [] }),
  },
  {
    name: 'a VM with a checkpoint',
    verb: 'remove',
    host: () => fakeHost([{ ...landed(), checkpoints: [{ Name: 'mount' }] }]),
    act: (p) => p.remove({ ...order('remove'), journey: JOURNEY, alive: [] }),
  },
  {
    name: 'a VM whose disk another one uses',
    verb: 'remove',
    host: () => fakeHost([landed(), neighbour({ drives: landed().drives })]),
    act: (p) => p.remove({ ...order('remove'), journey: JOURNEY, alive: [] }),
  },
  {
    name: 'a VM whose disk another one is built upon',
    verb: 'remove',
    host: () => {
      const host = fakeHost([landed(), neighbour()]);
      host.files.set(
        `${ROOT}\\${OTHER_ID}\\disk-0.vhdx`,
        file(GIGABYTE, { VhdType: 'Differencing', ParentPath: `${ROOT}\\${VM_ID}\\disk-0.vhdx` }),
      );
      return host;
    },
    act: (p) => p.remove({ ...order('remove'), journey: JOURNEY, alive: [] }),
  },
  {
    name: 'a VM that is served from a mount',
    verb: 'remove',
    host: () => {
      const host = fakeHost([landed()]);
      host.files.set(
        `${ROOT}\\${VM_ID}\\disk-0.vhdx`,
        file(GIGABYTE, { VhdType: 'Differencing', ParentPath: 'X:\\mount.vhdx' }),
      );
      return host;
    },
    act: (p) => p.remove({ ...order('remove'), journey: JOURNEY, alive: [] }),
  },
];

/** What the VMs, files and roles of the host look like. Adapters are told by MAC: their ids depend on how often one was added. */
export const stateOf = (host: FakeHost): unknown => ({
  vms: [...host.vms.values()].map((one) => ({
    ...one,
    nics: one.nics.map(({ Id: _, ...rest }) => rest).sort((a, b) => a.MacAddress.localeCompare(b.MacAddress)),
  })),
  files: [...host.files.keys()].sort(),
  groups: [...host.groups],
});

/** How a verb ended: what it returned, or which failure it told. */
export const outcomeOf = async (scenario: Scenario, host: FakeHost): Promise<unknown> => {
  try {
    return { returned: await scenario.act(platformOf(host)) };
  } catch (thrown) {
    return { failed: thrown instanceof Error ? Reflect.get(thrown, 'type') : 'no error', message: String(thrown) };
  }
};

/** The class of a failure, or `returned`. */
export const classOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'returned',
    (thrown: unknown) => (thrown instanceof Error ? Reflect.get(thrown, 'type') : thrown),
  );

/** The cmdlets that ran and change something, in order. */
export const changesOf = (host: FakeHost): readonly string[] =>
  host.lists
    .flat()
    .filter(({ cmdlet }) => !/^(Get|Test)-/.test(cmdlet))
    .map(({ cmdlet }) => cmdlet);

export const bothDrives = () => vm().drives as [FakeVm['drives'][number], FakeVm['drives'][number]];
export const storagePlug = () => plugged().slice(1);
