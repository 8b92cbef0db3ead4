import type { Platform } from '../../activities/contracts/platform.ts';
import { nic, order, VM_ID } from './hyper-v-fixtures.ts';
import { type FakeHost, fakeHost } from './hyper-v-host.ts';
import { changesOf, classOf, landed, platformOf, serving, wiring } from './hyper-v-scenarios.ts';

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
  expect(host.oneVm().AutomaticStartAction).toBe('Start');
  expect(host.oneVm().Notes).not.toContain('wiring');
});

test('leaves a trunk a trunk', async () => {
  const trunk = { OperationMode: 'Trunk', AccessVlanId: 0 };
  const host = fakeHost([{ ...serving(), nics: [nic(VM_ID, 0, { SwitchName: 'Production', VlanSetting: trunk })] }]);
  const { wiring: found } = await platformOf(host).isolate({ ...order('isolate'), extent: 'full' });
  await connect(host, { wiring: found, autostart: null });
  expect(host.oneVm().nics[0]).toMatchObject({ SwitchName: 'Production', VlanSetting: trunk });
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

test('a VM that shall serve on a cluster becomes highly available, once', async () => {
  const host = fakeHost([landed()]);
  await connect(host);
  await connect(host);
  expect(host.oneVm().IsClustered).toBe(true);
  expect(host.lists.flat().filter(({ cmdlet }) => cmdlet === 'Add-ClusterVirtualMachineRole')).toHaveLength(1);
});

test('a host that stands alone has no role to give', async () => {
  const host = fakeHost([landed()]);
  host.clusterError = {
    message: 'not found',
    category: 'ObjectNotFound',
    fullyQualifiedErrorId: 'CommandNotFoundException',
  };
  await connect(host);
  expect(changesOf(host)).not.toContain('Add-ClusterVirtualMachineRole');
});
