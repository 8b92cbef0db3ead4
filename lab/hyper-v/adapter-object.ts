import type { LabNic, LabVm } from '../estate/types.ts';
import { type CmdletContext, typed } from '../powershell/cmdlet.ts';
import { guidFrom } from './chains.ts';
import { isEnabled } from './integration-services.ts';
import { type AdapterExtra, extraOf } from './machines.ts';

export const adapterExtra = (vm: LabVm, nic: LabNic): AdapterExtra => extraOf(vm)['hyperV.adapters']?.[nic.id] ?? {};

/** Twelve hexadecimal digits; zeros while the pool has given none. V §3.2 */
const addressOf = (vm: LabVm, nic: LabNic): string =>
  adapterExtra(vm, nic).unassigned && vm.power === 'off' ? '000000000000' : nic.mac.replaceAll(':', '').toUpperCase();

/** Hyper-V learns them through key-value pairs from a guest that is up. */
const ipsOf = ({ estate }: CmdletContext, vm: LabVm, nic: LabNic): readonly string[] => {
  if (vm.guestUpSince === null || !isEnabled(vm, 'keyValues')) return [];
  return estate.vms.addressesOf(vm.id).find((shown) => shown.mac === nic.mac)?.ips ?? [];
};

const vlanSetting = (vm: LabVm, nic: LabNic): Record<string, unknown> => {
  const { trunk } = adapterExtra(vm, nic);
  const mode = nic.vlan === null ? 'Untagged' : 'Access';
  return {
    VMName: vm.name,
    OperationMode: trunk ? 'Trunk' : mode,
    AccessVlanId: trunk ? 0 : (nic.vlan ?? 0),
    NativeVlanId: trunk?.native ?? 0,
    AllowedVlanIdList: (trunk?.allowed ?? '').split(',').filter(Boolean).map(Number),
    AllowedVlanIdListString: trunk?.allowed ?? '',
    PrimaryVlanId: 0,
    SecondaryVlanId: 0,
  };
};

/** A VMNetworkAdapter. V §3.2 */
export const adapterObject = (ctx: CmdletContext, vm: LabVm, nic: LabNic): object => {
  const id = `Microsoft:${vm.id.toUpperCase()}\\${nic.id}`;
  const isPlugged = nic.connected && nic.network !== null;
  return typed('VMNetworkAdapter', {
    VMId: vm.id,
    VMName: vm.name,
    Id: id,
    AdapterId: nic.id,
    Name: nic.name,
    MacAddress: addressOf(vm, nic),
    DynamicMacAddressEnabled: adapterExtra(vm, nic).dynamicMac === true,
    MacAddressSpoofing: 'Off',
    Connected: isPlugged,
    SwitchName: isPlugged ? nic.network : null,
    SwitchId: isPlugged ? guidFrom(`switch ${nic.network}`) : null,
    Status: vm.guestUpSince === null ? [] : ['Ok'],
    IPAddresses: ipsOf(ctx, vm, nic),
    VlanSetting: typed('VMNetworkAdapterVlanSetting', vlanSetting(vm, nic)),
    IsManagementOs: false,
    IsLegacy: false,
    IsDeleted: false,
    ClusterMonitored: true,
    DhcpGuard: 'Off',
    RouterGuard: 'Off',
    DeviceNaming: 'Off',
    PoolName: '',
  });
};

/** A VMNetworkAdapterVlanSetting as `Get-VMNetworkAdapterVlan` gives it. */
export const vlanObject = (ctx: CmdletContext, vm: LabVm, nic: LabNic): object =>
  typed('VMNetworkAdapterVlanSetting', {
    ...vlanSetting(vm, nic),
    VMNetworkAdapterName: nic.name,
    ParentAdapter: adapterObject(ctx, vm, nic),
  });
