import { type CmdletContext, cmdlet } from '../powershell/cmdlet.ts';
import { vlanObject } from './adapter-object.ts';
import { commands, invalidParameter } from './errors.ts';
import type { AdapterExtra } from './machines.ts';
import { type Adapter, adapters, editAdapter } from './network-adapters.ts';

/** Get- and Set-VMNetworkAdapterVlan. V §3.2 */

const getType = `${commands}.GetVMNetworkAdapterVlan`;

export const getVmNetworkAdapterVlan = cmdlet(
  {
    type: getType,
    syntax: [
      '[-VMName <string[]>] [-VMNetworkAdapterName <string>]',
      '-VM <VirtualMachine[]> [-VMNetworkAdapterName <string>]',
      '-VMNetworkAdapter <VMNetworkAdapter[]>',
    ],
  },
  (ctx, parameters) => {
    const anyVm = ['VMName', 'VM', 'VMNetworkAdapter'].every((name) => parameters[name] === undefined);
    const asked = anyVm ? { VMName: ['*'] } : parameters;
    return adapters(ctx, asked, parameters.VMNetworkAdapterName, getType).map(([vm, nic]) => vlanObject(ctx, vm, nic));
  },
);

const setType = `${commands}.SetVMNetworkAdapterVlan`;
const modes = ['Untagged', 'Access', 'Trunk'] as const;
const options =
  '[-Untagged] [-Access] [-VlanId <int>] [-Trunk] [-NativeVlanId <int>] [-AllowedVlanIdList <string>] [-Passthru]';

interface Setting {
  readonly vlan: number | null;
  readonly trunk?: AdapterExtra['trunk'];
}

const vlanId = (value: unknown, least: number): number => {
  const id = Number(value);
  if (value !== undefined && id >= least && id <= 4094) return id;
  throw invalidParameter(`A VLAN ID from ${least} to 4094 is needed, not '${String(value ?? '')}'.`, setType);
};

/** The modes exclude each other. */
const settingOf = (parameters: Record<string, unknown>): Setting => {
  const given = modes.filter((mode) => parameters[mode] === true);
  const [mode] = given;
  if (!mode || given.length > 1)
    throw invalidParameter('Specify one of Untagged, Access and Trunk: an adapter is in one VLAN mode.', setType);
  if (mode === 'Untagged') return { vlan: null };
  if (mode === 'Access') return { vlan: vlanId(parameters.VlanId, 1) };
  const native = vlanId(parameters.NativeVlanId, 0);
  return {
    vlan: native === 0 ? null : native,
    trunk: { native, allowed: String(parameters.AllowedVlanIdList ?? '') },
  };
};

const apply = (ctx: CmdletContext, adapter: Adapter, setting: Setting): void =>
  editAdapter(ctx, adapter, 'Set-VMNetworkAdapterVlan', (nic, extra) => {
    nic.vlan = setting.vlan;
    if (setting.trunk) extra.trunk = setting.trunk;
    else delete extra.trunk;
  });

/** By VM name alone it changes every adapter of the VM. */
export const setVmNetworkAdapterVlan = cmdlet(
  {
    type: setType,
    syntax: [
      `-VMName <string[]> [-VMNetworkAdapterName <string>] ${options}`,
      `-VM <VirtualMachine[]> [-VMNetworkAdapterName <string>] ${options}`,
      `-VMNetworkAdapter <VMNetworkAdapter[]> ${options}`,
    ],
  },
  (ctx, parameters) => {
    const setting = settingOf(parameters);
    const found = adapters(ctx, parameters, parameters.VMNetworkAdapterName, setType);
    for (const adapter of found) apply(ctx, adapter, setting);
    if (parameters.Passthru !== true) return [];
    return found.flatMap(([{ id }, nic]) => {
      const vm = ctx.estate.vms.get(id);
      const now = vm?.nics.find((one) => one.id === nic.id);
      return vm && now ? [vlanObject(ctx, vm, now)] : [];
    });
  },
);
