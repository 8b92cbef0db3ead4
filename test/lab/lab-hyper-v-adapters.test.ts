import { type HostBench, hostBench } from '../support/lab-host.ts';

const commands = 'Microsoft.HyperV.PowerShell.Commands';
let host: HostBench;

beforeEach(() => {
  host = hostBench();
});
afterEach(() => host.clear());

const adaptersOf = async (VMName: string): Promise<readonly Record<string, unknown>[]> =>
  (await host.call('Get-VMNetworkAdapter', { VMName })) as readonly Record<string, unknown>[];

test('a VM arrives with no network and shows its MAC as twelve digits', async () => {
  const { name, nics } = host.staged();
  expect(await adaptersOf(name)).toEqual([
    expect.objectContaining({
      MacAddress: nics[0]?.mac.replaceAll(':', '').toUpperCase(),
      DynamicMacAddressEnabled: false,
      Connected: false,
      SwitchName: null,
      IPAddresses: [],
    }),
  ]);
});

test('connecting and disconnecting set the state asked for, however often', async () => {
  const { name, id } = host.staged();
  const [adapter] = await adaptersOf(name);
  await host.call('Connect-VMNetworkAdapter', { VMNetworkAdapter: adapter, SwitchName: 'vswitch-migration' });
  await host.call('Connect-VMNetworkAdapter', { VMNetworkAdapter: adapter, SwitchName: 'vSwitch-Migration' });
  expect((await adaptersOf(name))[0]).toMatchObject({ Connected: true, SwitchName: 'vSwitch-Migration' });
  await host.call('Disconnect-VMNetworkAdapter', { VMName: name });
  expect((await adaptersOf(name))[0]).toMatchObject({ Connected: false, SwitchName: null });
  const wired = host.events('vm.nic').filter(({ by }) => String(by).includes('connect-VMNetworkAdapter'));
  expect(host.events('vm.nic').filter(({ vm, connected }) => vm === id && connected)).toHaveLength(1);
  expect(wired.at(-1)).toMatchObject({ connected: false, by: 'hyper-v:Disconnect-VMNetworkAdapter' });
});

test('a switch that is not there is an invalid argument', async () => {
  const { name } = host.staged();
  const error = await host.refusal('Connect-VMNetworkAdapter', { VMName: name, SwitchName: 'nowhere' });
  expect(error.fullyQualifiedErrorId).toBe(`InvalidParameter,${commands}.ConnectVMNetworkAdapter`);
});

test('a new adapter without an address reads as zeros until the VM first starts', async () => {
  const { name } = host.staged();
  await host.call('Add-VMNetworkAdapter', { VMName: name, Name: 'vm/1/nic/1', SwitchName: 'vSwitch-Migration' });
  const read = async (): Promise<unknown> =>
    host.read('Get-VMNetworkAdapter', { VMName: name, Name: 'vm/1/nic/1' }, 'MacAddress');
  expect(await read()).toBe('000000000000');
  await host.call('Start-VM', { Name: name });
  expect(await read()).toMatch(/^00155D[0-9A-F]{6}$/);
  await host.call('Stop-VM', { Name: name, TurnOff: true });
  expect(await read()).toMatch(/^00155D[0-9A-F]{6}$/);
});

test('adding makes another adapter each time', async () => {
  const { name } = host.staged();
  await host.call('Add-VMNetworkAdapter', { VMName: name, Name: 'second' });
  await host.call('Add-VMNetworkAdapter', { VMName: name, Name: 'second' });
  expect(await adaptersOf(name)).toHaveLength(3);
  await host.call('Remove-VMNetworkAdapter', { VMName: name, Name: 'second' });
  expect(await adaptersOf(name)).toHaveLength(1);
});

test('adapters come and go on a running VM only in generation 2', async () => {
  const { name } = host.staged({ generation: 1 });
  await host.call('Start-VM', { Name: name });
  expect((await host.refusal('Add-VMNetworkAdapter', { VMName: name })).fullyQualifiedErrorId).toBe(
    `InvalidState,${commands}.AddVMNetworkAdapter`,
  );
  host.staged({ name: 'new-01' });
  await host.call('Start-VM', { Name: 'new-01' });
  await host.call('Add-VMNetworkAdapter', { VMName: 'new-01' });
  expect(await adaptersOf('new-01')).toHaveLength(2);
});

test('a MAC is taken in any notation and changes only while the VM is off', async () => {
  const { name, id } = host.staged();
  await host.call('Set-VMNetworkAdapter', { VMName: name, StaticMacAddress: '00-15-5D-0A-0B-0C' });
  expect(host.estate.vms.get(id)?.nics[0]?.mac).toBe('00:15:5d:0a:0b:0c');
  await host.call('Start-VM', { Name: name });
  const error = await host.refusal('Set-VMNetworkAdapter', { VMName: name, StaticMacAddress: '00155D0A0B0D' });
  expect(error.fullyQualifiedErrorId).toBe(`InvalidState,${commands}.SetVMNetworkAdapter`);
});

test('addresses show only when the guest is up and the adapter is connected', async () => {
  const { name } = host.staged();
  await host.call('Start-VM', { Name: name });
  host.pass(60_000);
  expect((await adaptersOf(name))[0]?.IPAddresses).toEqual([]);
  await host.call('Connect-VMNetworkAdapter', { VMName: name, SwitchName: 'vSwitch-Migration' });
  expect((await adaptersOf(name))[0]?.IPAddresses).toEqual([host.estate.scenario.vms[0]?.nics[0]?.ip]);
  await host.call('Disable-VMIntegrationService', { VMName: name, Name: 'Key-Value Pair Exchange' });
  expect((await adaptersOf(name))[0]?.IPAddresses).toEqual([]);
});

test('a VLAN set by VM name alone is set on every adapter', async () => {
  const { name } = host.staged();
  await host.call('Add-VMNetworkAdapter', { VMName: name, Name: 'second' });
  await host.call('Set-VMNetworkAdapterVlan', { VMName: name, Access: true, VlanId: 110 });
  const settings = await host.call('Get-VMNetworkAdapterVlan', { VMName: name });
  expect(settings).toEqual([
    expect.objectContaining({ OperationMode: 'Access', AccessVlanId: 110 }),
    expect.objectContaining({ OperationMode: 'Access', AccessVlanId: 110 }),
  ]);
});

test('a VLAN set on an adapter leaves the others untagged', async () => {
  const { name } = host.staged();
  await host.call('Add-VMNetworkAdapter', { VMName: name, Name: 'second' });
  const [adapter] = await adaptersOf(name);
  await host.call('Set-VMNetworkAdapterVlan', { VMNetworkAdapter: adapter, Access: true, VlanId: 110 });
  const modes = (await host.call('Get-VMNetworkAdapterVlan', { VMName: name })) as { OperationMode: string }[];
  expect(modes.map(({ OperationMode }) => OperationMode)).toEqual(['Access', 'Untagged']);
});

test('VLAN modes exclude each other and ids end at 4094', async () => {
  const { name } = host.staged();
  const both = await host.refusal('Set-VMNetworkAdapterVlan', {
    VMName: name,
    Access: true,
    Untagged: true,
    VlanId: 1,
  });
  const high = await host.refusal('Set-VMNetworkAdapterVlan', { VMName: name, Access: true, VlanId: 4095 });
  expect([both.category, high.category]).toEqual(['InvalidArgument', 'InvalidArgument']);
});
