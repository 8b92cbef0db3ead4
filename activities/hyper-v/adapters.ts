import type { NicWiring } from '../../domain/vm.ts';
import type { CmdletCall, Reference } from '../contracts/cmdlets.ts';
import { call, list, number, type Results, rowsOf, sameText, text, truth } from './values.ts';

/** `vlan` null is untagged; `tagging` other than Untagged and Access is a trunk or private VLAN, which no wiring of ours can describe. */
export interface Adapter {
  readonly id: string;
  readonly name: string;
  /** Lower case with colons. */
  readonly mac: string;
  readonly macIsDynamic: boolean;
  readonly switchName: string | null;
  readonly connected: boolean;
  readonly tagging: string;
  readonly vlan: number | null;
  readonly addresses: readonly string[];
}

const SELECT = [
  'Id',
  'Name',
  'MacAddress',
  'DynamicMacAddressEnabled',
  'SwitchName',
  'Connected',
  'VlanSetting.OperationMode',
  'VlanSetting.AccessVlanId',
  'IPAddresses',
];

/** Hyper-V writes twelve hex digits without separators. V §3.2 */
export const macOf = (digits: string): string =>
  (
    digits
      .toLowerCase()
      .replaceAll(/[^0-9a-f]/g, '')
      .match(/../g) ?? []
  ).join(':');
const digitsOf = (mac: string): string => mac.replaceAll(/[^0-9a-fA-F]/g, '').toUpperCase();

export const sameMac = (a: string, b: string): boolean => digitsOf(a) === digitsOf(b);

export const findAdapters = (vm: Reference): CmdletCall => call('nics', 'Get-VMNetworkAdapter', { VM: vm }, SELECT);

export const readAdapters = (results: Results): readonly Adapter[] =>
  rowsOf(results, 'nics').map((row) => {
    const switchName = text(row.SwitchName) || null;
    const tagging = text(row['VlanSetting.OperationMode']) || 'Untagged';
    return {
      id: text(row.Id),
      name: text(row.Name),
      mac: macOf(text(row.MacAddress)),
      macIsDynamic: truth(row.DynamicMacAddressEnabled) ?? false,
      switchName,
      connected: switchName !== null && truth(row.Connected) !== false,
      tagging,
      vlan: sameText(tagging, 'Access') ? number(row['VlanSetting.AccessVlanId']) : null,
      addresses: list(row.IPAddresses).map(text),
    };
  });

export const wiringOf = (adapter: Adapter): NicWiring => ({
  id: adapter.id,
  mac: adapter.mac,
  network: adapter.switchName,
  vlan: adapter.vlan,
  connected: adapter.connected,
});

/** One adapter of the list that `findAdapters` found, by its own id: a call by VM name would hit all of them. V §3.2 */
const one = (id: string): Reference => ({ $ref: 'nics', where: { Id: id } });

export const disconnect = (id: string): CmdletCall =>
  call(`disconnect ${id}`, 'Disconnect-VMNetworkAdapter', { VMNetworkAdapter: one(id) });

export const connect = (id: string, switchName: string): CmdletCall =>
  call(`connect ${id}`, 'Connect-VMNetworkAdapter', { VMNetworkAdapter: one(id), SwitchName: switchName });

/** The parameter sets exclude each other. V §3.2 */
export const tag = (id: string, vlan: number | null): CmdletCall =>
  call(`vlan ${id}`, 'Set-VMNetworkAdapterVlan', {
    VMNetworkAdapter: one(id),
    ...(vlan === null ? { Untagged: true } : { Access: true, VlanId: vlan }),
  });

/** Without a switch: the adapter comes unplugged. */
export const add = (vm: Reference, name: string, mac: string): CmdletCall =>
  call(`add ${name}`, 'Add-VMNetworkAdapter', { VM: vm, Name: name, StaticMacAddress: digitsOf(mac) });

export const keepMac = (id: string, mac: string): CmdletCall =>
  call(`mac ${id}`, 'Set-VMNetworkAdapter', { VMNetworkAdapter: one(id), StaticMacAddress: digitsOf(mac) });

export const drop = (id: string): CmdletCall =>
  call(`drop ${id}`, 'Remove-VMNetworkAdapter', { VMNetworkAdapter: one(id) });
