import type { LabVm } from '../estate/types.ts';
import { type CmdletContext, cmdlet, typed } from '../powershell/cmdlet.ts';
import { commands, invalidParameter } from './errors.ts';
import { by, extraOf, meant, mustBeOff } from './machines.ts';

/** Get- and Set-VMProcessor, Get- and Set-VMMemory. V §3.2 */

const mb = 1024 * 1024;
/** What `New-VM` gives a VM whose dynamic memory nobody bounded. */
const unbounded = 1_048_576;

/** Undefined leaves the count as it is. */
export const setProcessors = (ctx: CmdletContext, vm: LabVm, count: unknown, type: string): void => {
  if (count === undefined) return;
  const most = ctx.estate.scenario.hyperV.logicalProcessors;
  if (Number(count) < 1 || Number(count) > most)
    throw invalidParameter(
      `'${vm.name}' cannot have ${String(count)} virtual processors: the number is out of range (1 through ${most}).`,
      type,
    );
  vm.cpus = Number(count);
};

export interface MemorySetting {
  readonly startup: unknown;
  readonly minimum: unknown;
  readonly maximum: unknown;
  readonly dynamic: unknown;
}

const inMb = (bytes: unknown, vm: LabVm, type: string): number | undefined => {
  if (bytes === undefined) return undefined;
  const size = Number(bytes) / mb;
  if (Number.isInteger(size) && size >= 32 && size % 2 === 0) return size;
  throw invalidParameter(
    `Invalid memory size for '${vm.name}': ${String(bytes)} bytes is not a multiple of 2 MB of at least 32 MB.`,
    type,
  );
};

/** Undefined leaves a field as it is. Bounds mean something only for dynamic memory and are checked against the startup size. */
export const setMemory = (vm: LabVm, setting: MemorySetting, type: string): void => {
  const startup = inMb(setting.startup, vm, type);
  const minimum = inMb(setting.minimum, vm, type);
  const maximum = inMb(setting.maximum, vm, type);
  if (startup !== undefined) vm.memoryMb = startup;

  const extra = extraOf(vm);
  const was = extra['hyperV.memory'];
  if (setting.dynamic === false) delete extra['hyperV.memory'];
  const isDynamic = setting.dynamic === true || (setting.dynamic === undefined && was !== undefined);
  if (!isDynamic) return;
  const bounds = { minimum: minimum ?? was?.minimum ?? 512, maximum: maximum ?? was?.maximum ?? unbounded };
  if (bounds.minimum > vm.memoryMb || bounds.maximum < vm.memoryMb)
    throw invalidParameter(
      `The startup memory of '${vm.name}' (${vm.memoryMb} MB) must lie between its minimum (${bounds.minimum} MB) and its maximum (${bounds.maximum} MB).`,
      type,
    );
  extra['hyperV.memory'] = bounds;
};

const processorObject = (vm: LabVm): object =>
  typed('VMProcessor', {
    VMId: vm.id,
    VMName: vm.name,
    Count: vm.cpus,
    Maximum: 100,
    Reserve: 0,
    RelativeWeight: 100,
    CompatibilityForMigrationEnabled: false,
    ExposeVirtualizationExtensions: false,
  });

const memoryObject = (vm: LabVm): object => {
  const dynamic = extraOf(vm)['hyperV.memory'];
  return typed('VMMemory', {
    VMId: vm.id,
    VMName: vm.name,
    DynamicMemoryEnabled: dynamic !== undefined,
    Startup: vm.memoryMb * mb,
    Minimum: (dynamic?.minimum ?? 512) * mb,
    Maximum: (dynamic?.maximum ?? unbounded) * mb,
    Buffer: 20,
    Priority: 50,
  });
};

const again = (ctx: CmdletContext, vms: readonly LabVm[]): readonly LabVm[] =>
  vms.flatMap((vm) => ctx.estate.vms.get(vm.id) ?? []);

const vmSets = ['-VMName <string[]>', '-VM <VirtualMachine[]>'];

const getProcessorType = `${commands}.GetVMProcessor`;
export const getVmProcessor = cmdlet({ type: getProcessorType, syntax: vmSets }, (ctx, parameters) =>
  meant(ctx, parameters, getProcessorType).map(processorObject),
);

const setProcessorType = `${commands}.SetVMProcessor`;
const processorOptions =
  '[-Count <long>] [-Maximum <long>] [-Reserve <long>] [-RelativeWeight <int>] [-CompatibilityForMigrationEnabled <bool>] [-ExposeVirtualizationExtensions <bool>] [-Passthru]';

export const setVmProcessor = cmdlet(
  { type: setProcessorType, syntax: vmSets.map((set) => `${set} ${processorOptions}`) },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, setProcessorType);
    for (const vm of vms) {
      mustBeOff(vm, setProcessorType);
      ctx.estate.vms.change(vm.id, by('Set-VMProcessor'), (changed) =>
        setProcessors(ctx, changed, parameters.Count, setProcessorType),
      );
    }
    return parameters.Passthru === true ? again(ctx, vms).map(processorObject) : [];
  },
);

const getMemoryType = `${commands}.GetVMMemory`;
export const getVmMemory = cmdlet({ type: getMemoryType, syntax: vmSets }, (ctx, parameters) =>
  meant(ctx, parameters, getMemoryType).map(memoryObject),
);

const setMemoryType = `${commands}.SetVMMemory`;
const memoryOptions =
  '[-StartupBytes <long>] [-MinimumBytes <long>] [-MaximumBytes <long>] [-DynamicMemoryEnabled <bool>] [-Buffer <int>] [-Priority <int>] [-Passthru]';

export const setVmMemory = cmdlet(
  { type: setMemoryType, syntax: vmSets.map((set) => `${set} ${memoryOptions}`) },
  (ctx, parameters) => {
    const vms = meant(ctx, parameters, setMemoryType);
    for (const vm of vms) {
      mustBeOff(vm, setMemoryType);
      const setting = {
        startup: parameters.StartupBytes,
        minimum: parameters.MinimumBytes,
        maximum: parameters.MaximumBytes,
        dynamic: parameters.DynamicMemoryEnabled,
      };
      ctx.estate.vms.change(vm.id, by('Set-VMMemory'), (changed) => setMemory(changed, setting, setMemoryType));
    }
    return parameters.Passthru === true ? again(ctx, vms).map(memoryObject) : [];
  },
);
