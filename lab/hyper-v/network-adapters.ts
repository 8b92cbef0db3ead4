import { randomBytes, randomUUID } from 'node:crypto';
import type { LabNic, LabVm } from '../estate/types.ts';
import { type Cmdlet, type CmdletContext, cmdlet } from '../powershell/cmdlet.ts';
import { like } from '../powershell/wildcards.ts';
import { adapterObject } from './adapter-object.ts';
import { commands, invalidParameter, invalidState, notFound } from './errors.ts';
import { type AdapterExtra, by, byId, extraOf, meant, several } from './machines.ts';

/** The network adapters of VMs: found, added, removed, renamed, connected. V §3.2 */

/** One adapter of one VM. */
export type Adapter = readonly [LabVm, LabNic];

/** The adapters a call means: by object, or by VM and name. By VM alone it is all of them. */
export const adapters = (
  ctx: CmdletContext,
  parameters: Record<string, unknown>,
  name: unknown,
  type: string,
): readonly Adapter[] => {
  const objects = several<{ VMId: string; AdapterId: string }>(parameters.VMNetworkAdapter);
  if (objects.length > 0)
    return objects.map(({ VMId, AdapterId }) => {
      const vm = byId(ctx, VMId, type);
      const nic = vm.nics.find(({ id }) => id === AdapterId);
      if (nic) return [vm, nic];
      throw notFound(`the network adapter '${AdapterId}' of virtual machine '${vm.name}'`, type);
    });

  const names = name === undefined ? ['*'] : several<string>(name);
  return meant(ctx, { VM: parameters.VM, VMName: parameters.VMName }, type).flatMap((vm) =>
    names.flatMap((wanted) => {
      const fits = vm.nics.filter((nic) => like(wanted)(nic.name));
      if (fits.length === 0 && name !== undefined) throw notFound(`a network adapter with name "${wanted}"`, type);
      return fits.map((nic): Adapter => [vm, nic]);
    }),
  );
};

/** Changes one adapter and what Hyper-V keeps beside it. */
export const editAdapter = (
  ctx: CmdletContext,
  [vm, nic]: Adapter,
  verb: string,
  edit: (nic: LabNic, extra: AdapterExtra) => void,
): void => {
  ctx.estate.vms.change(vm.id, by(verb), (changed) => {
    const found = changed.nics.find(({ id }) => id === nic.id);
    if (!found) return;
    const extra = extraOf(changed);
    const kept = extra['hyperV.adapters'] ?? {};
    const own = { ...kept[nic.id] };
    edit(found, own);
    extra['hyperV.adapters'] = { ...kept, [nic.id]: own };
  });
};

const current = (ctx: CmdletContext, found: readonly Adapter[]): readonly object[] =>
  found.flatMap(([{ id }, nic]) => {
    const vm = ctx.estate.vms.get(id);
    const now = vm?.nics.find((one) => one.id === nic.id);
    return vm && now ? [adapterObject(ctx, vm, now)] : [];
  });

const getType = `${commands}.GetVMNetworkAdapter`;

export const getVmNetworkAdapter = cmdlet(
  { type: getType, syntax: ['-VMName <string[]> [-Name <string>]', '-VM <VirtualMachine[]> [-Name <string>]', '-All'] },
  (ctx, parameters) => {
    const asked = parameters.All === true ? { VMName: ['*'] } : parameters;
    return adapters(ctx, asked, parameters.Name, getType).map(([vm, nic]) => adapterObject(ctx, vm, nic));
  },
);

const knownSwitch = (ctx: CmdletContext, name: string, type: string): string => {
  const found = ctx.estate.scenario.hyperV.switches.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw notFound(`a virtual switch with name "${name}"`, type);
};

/** `00155D010203`, `00-15-5D-01-02-03` and `00:15:5D:01:02:03` are the same; inside the estate it is lower case with colons. */
export const macFrom = (text: string, type: string): string => {
  const digits = text.replace(/[-:.]/g, '').toLowerCase();
  if (!/^[0-9a-f]{12}$/.test(digits)) throw invalidParameter(`'${text}' is not a valid MAC address.`, type);
  return digits.match(/../g)?.join(':') ?? digits;
};

/** From the host's pool. */
const pooledMac = (): string => `00:15:5d:${randomBytes(3).toString('hex').match(/../g)?.join(':')}`;

/** Adapters come and go while the VM runs only in generation 2. */
const mayChangeNow = (vm: LabVm, type: string): void => {
  if (vm.power === 'off' || vm.generation === 2) return;
  throw invalidState(
    `A network adapter cannot be added to or removed from a generation 1 virtual machine that is running. (Virtual machine '${vm.name}', ID ${vm.id})`,
    type,
  );
};

const addType = `${commands}.AddVMNetworkAdapter`;
const addOptions =
  '[-SwitchName <string>] [-Name|VMNetworkAdapterName <string>] [-DynamicMacAddress] [-StaticMacAddress <string>] [-DeviceNaming {On|Off}] [-Passthru]';

/** Without a switch it arrives with no network; without an address it gets one when the VM first starts. */
export const addVmNetworkAdapter = cmdlet(
  { type: addType, syntax: [`-VMName <string[]> ${addOptions}`, `-VM <VirtualMachine[]> ${addOptions}`] },
  (ctx, parameters) => {
    const { SwitchName, StaticMacAddress, Name } = parameters;
    const network = SwitchName === undefined ? null : knownSwitch(ctx, String(SwitchName), addType);
    const mac = StaticMacAddress === undefined ? null : macFrom(String(StaticMacAddress), addType);
    const vms = meant(ctx, { VM: parameters.VM, VMName: parameters.VMName }, addType);
    const added = vms.map((vm): Adapter => {
      mayChangeNow(vm, addType);
      const nic: LabNic = {
        id: randomUUID().toUpperCase(),
        name: String(Name ?? 'Network Adapter'),
        mac: mac ?? pooledMac(),
        network,
        vlan: null,
        connected: network !== null,
      };
      ctx.estate.vms.change(vm.id, by('Add-VMNetworkAdapter'), (changed) => {
        changed.nics.push(nic);
        if (mac !== null) return;
        const extra = extraOf(changed);
        extra['hyperV.adapters'] = {
          ...extra['hyperV.adapters'],
          [nic.id]: { dynamicMac: true, ...(vm.power === 'off' ? { unassigned: true } : {}) },
        };
      });
      return [vm, nic];
    });
    return parameters.Passthru === true ? current(ctx, added) : [];
  },
);

const removeType = `${commands}.RemoveVMNetworkAdapter`;

export const removeVmNetworkAdapter = cmdlet(
  {
    type: removeType,
    syntax: [
      '-VMName <string[]> [-Name|VMNetworkAdapterName <string>] [-Passthru]',
      '-VM <VirtualMachine[]> [-Name|VMNetworkAdapterName <string>] [-Passthru]',
      '-VMNetworkAdapter <VMNetworkAdapter[]> [-Passthru]',
    ],
  },
  (ctx, parameters) => {
    const found = adapters(ctx, parameters, parameters.Name, removeType);
    const objects = current(ctx, found);
    for (const [vm, nic] of found) {
      mayChangeNow(vm, removeType);
      ctx.estate.vms.change(vm.id, by('Remove-VMNetworkAdapter'), (changed) => {
        changed.nics = changed.nics.filter(({ id }) => id !== nic.id);
      });
    }
    return parameters.Passthru === true ? objects : [];
  },
);

/** A cmdlet that changes adapters found by name or object and does nothing else. */
const changing = (
  verb: string,
  syntax: readonly string[],
  change: (ctx: CmdletContext, adapter: Adapter, parameters: Record<string, unknown>, type: string) => void,
): Cmdlet => {
  const type = `${commands}.${verb.replace('-', '')}`;
  return cmdlet({ type, syntax }, (ctx, parameters) => {
    const found = adapters(ctx, parameters, parameters.Name, type);
    for (const adapter of found) change(ctx, adapter, parameters, type);
    return parameters.Passthru === true ? current(ctx, found) : [];
  });
};

const byName = '-VMName <string[]> [-Name|VMNetworkAdapterName <string[]>]';
const byObject = '-VMNetworkAdapter <VMNetworkAdapter[]>';

/** Declarative: it is on that switch afterwards, whatever it was on before. */
export const connectVmNetworkAdapter = changing(
  'Connect-VMNetworkAdapter',
  [
    `${byName} -SwitchName <string> [-Passthru]`,
    `${byObject} -SwitchName <string> [-Passthru]`,
    `${byName} -VMSwitch <VMSwitch> [-Passthru]`,
    `${byObject} -VMSwitch <VMSwitch> [-Passthru]`,
  ],
  (ctx, adapter, parameters, type) => {
    const wanted = parameters.SwitchName ?? (parameters.VMSwitch as { Name?: string } | undefined)?.Name;
    const network = knownSwitch(ctx, String(wanted), type);
    editAdapter(ctx, adapter, 'Connect-VMNetworkAdapter', (nic) => {
      nic.network = network;
      nic.connected = true;
    });
  },
);

export const disconnectVmNetworkAdapter = changing(
  'Disconnect-VMNetworkAdapter',
  [`${byName} [-Passthru]`, `${byObject} [-Passthru]`],
  (ctx, adapter) =>
    editAdapter(ctx, adapter, 'Disconnect-VMNetworkAdapter', (nic) => {
      nic.network = null;
      nic.connected = false;
    }),
);

const renaming = '-NewName <string> [-Passthru]';

export const renameVmNetworkAdapter = changing(
  'Rename-VMNetworkAdapter',
  [`${byName} ${renaming}`, `-VM <VirtualMachine[]> [-Name <string[]>] ${renaming}`, `${byObject} ${renaming}`],
  (ctx, adapter, { NewName }) =>
    editAdapter(ctx, adapter, 'Rename-VMNetworkAdapter', (nic) => {
      nic.name = String(NewName);
    }),
);

const setOptions =
  '[-DynamicMacAddress] [-StaticMacAddress <string>] [-MacAddressSpoofing {On|Off}] [-DhcpGuard {On|Off}] [-RouterGuard {On|Off}] [-DeviceNaming {On|Off}] [-NotMonitoredInCluster <bool>] [-Passthru]';

/** The address changes only while the VM is off. */
export const setVmNetworkAdapter = changing(
  'Set-VMNetworkAdapter',
  [
    `-VMName <string> [-Name|VMNetworkAdapterName <string>] ${setOptions}`,
    `-VM <VirtualMachine> [-Name|VMNetworkAdapterName <string>] ${setOptions}`,
    `-VMNetworkAdapter <VMNetworkAdapter> ${setOptions}`,
  ],
  (ctx, adapter, { StaticMacAddress, DynamicMacAddress }, type) => {
    const [vm] = adapter;
    if (StaticMacAddress === undefined && DynamicMacAddress !== true) return;
    if (vm.power !== 'off')
      throw invalidState(
        `The MAC address of '${adapter[1].name}' cannot be changed while the virtual machine runs. (Virtual machine '${vm.name}', ID ${vm.id})`,
        type,
      );
    const mac = StaticMacAddress === undefined ? pooledMac() : macFrom(String(StaticMacAddress), type);
    editAdapter(ctx, adapter, 'Set-VMNetworkAdapter', (nic, extra) => {
      nic.mac = mac;
      extra.dynamicMac = StaticMacAddress === undefined;
      extra.unassigned = StaticMacAddress === undefined;
    });
  },
);
